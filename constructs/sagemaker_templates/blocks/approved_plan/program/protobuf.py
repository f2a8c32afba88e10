"""Protocol buffers, as far as it takes to find one field: https://protobuf.dev/programming-guides/encoding/."""

from collections.abc import Iterator

_VARINT, _EIGHT_BYTES, _BYTES, _FOUR_BYTES = 0, 1, 2, 5
_LONGEST_VARINT = 10
_MORE, _SEVEN_BITS = 0x80, 0x7F

Field = tuple[int, bytes | None]


def fields(message: bytes) -> list[Field]:
    """The fields of a message: number, and the content of those that have a length.

    Raises:
        ValueError: it is no message.
    """
    return list(_fields(message))


def only(found: list[Field], number: int) -> bytes:
    """The content of a field that must be there once: of several, one reader takes the last, and another merges them.

    Raises:
        ValueError: it is missing, there several times, or has no content.
    """
    contents = [content for each, content in found if each == number]
    if len(contents) != 1 or contents[0] is None:
        raise ValueError(f"the field {number} is not there once")
    return contents[0]


def _fields(message: bytes) -> Iterator[Field]:
    position = 0
    while position < len(message):
        key, position = _varint(message, position)
        kind = key & 7
        if kind == _VARINT:
            _, position = _varint(message, position)
            yield key >> 3, None
        elif kind == _BYTES:
            length, position = _varint(message, position)
            yield key >> 3, _part(message, position, length)
            position += length
        elif kind in (_EIGHT_BYTES, _FOUR_BYTES):
            length = 8 if kind == _EIGHT_BYTES else 4
            _part(message, position, length)
            position += length
            yield key >> 3, None
        else:
            raise ValueError(f"a field of the unknown kind {kind}")


def _varint(message: bytes, position: int) -> tuple[int, int]:
    value = 0
    for index in range(_LONGEST_VARINT):
        (byte,) = _part(message, position + index, 1)
        value |= (byte & _SEVEN_BITS) << (7 * index)
        if not byte & _MORE:
            return value, position + index + 1
    raise ValueError("a number without an end")


def _part(message: bytes, position: int, length: int) -> bytes:
    part = message[position : position + length]
    if len(part) != length:
        raise ValueError("the message ends too early")
    return part
