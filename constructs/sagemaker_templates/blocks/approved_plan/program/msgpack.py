"""MessagePack, as far as arguments of a backend use it: https://github.com/msgpack/msgpack/blob/master/spec.md."""

from typing import Any

_CONSTANTS = {0xC0: None, 0xC2: False, 0xC3: True}
_TEXT_LENGTHS = {0xD9: 1, 0xDA: 2, 0xDB: 4}
_LIST_LENGTHS = {0xDC: 2, 0xDD: 4}
_MAP_LENGTHS = {0xDE: 2, 0xDF: 4}
_NUMBERS = {0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8}
_SIGNED_NUMBERS = {0xD0: 1, 0xD1: 2, 0xD2: 4, 0xD3: 8}


def decoded(content: bytes) -> Any:
    """The value that the bytes hold: null, truth, whole number, text, list or map.

    Raises:
        ValueError: it is anything else, says a key of a map twice, or has something after it.
    """
    reader = _Reader(content)
    value = reader.value()
    if not reader.at_end:
        raise ValueError("something follows the value")
    return value


class _Reader:
    def __init__(self, content: bytes) -> None:
        self._content = content
        self._position = 0

    @property
    def at_end(self) -> bool:
        return self._position == len(self._content)

    def value(self) -> Any:
        (kind,) = self._take(1)
        if kind in _CONSTANTS:
            return _CONSTANTS[kind]
        if kind <= 0x7F or kind >= 0xE0:  # noqa: PLR2004 - the ranges of small numbers
            return kind if kind <= 0x7F else kind - 0x100  # noqa: PLR2004
        for lengths, signed in ((_NUMBERS, False), (_SIGNED_NUMBERS, True)):
            if kind in lengths:
                return int.from_bytes(self._take(lengths[kind]), "big", signed=signed)
        return self._sized(kind)

    def _sized(self, kind: int) -> Any:
        if kind in _TEXT_LENGTHS or kind & 0xE0 == 0xA0:  # noqa: PLR2004
            return self._take(self._length(kind, _TEXT_LENGTHS, 0x1F)).decode("utf-8")
        if kind in _LIST_LENGTHS or kind & 0xF0 == 0x90:  # noqa: PLR2004
            return [self.value() for _ in range(self._length(kind, _LIST_LENGTHS, 0x0F))]
        if kind in _MAP_LENGTHS or kind & 0xF0 == 0x80:  # noqa: PLR2004
            return self._map(self._length(kind, _MAP_LENGTHS, 0x0F))
        raise ValueError(f"a value of the unknown kind {kind:#x}")

    def _length(self, kind: int, lengths: dict[int, int], mask: int) -> int:
        return int.from_bytes(self._take(lengths[kind]), "big") if kind in lengths else kind & mask

    def _map(self, length: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for _ in range(length):
            key = self.value()
            if not isinstance(key, str) or key in found:
                raise ValueError(f"the key {key!r} is no text, or there twice")
            found[key] = self.value()
        return found

    def _take(self, length: int) -> bytes:
        part = self._content[self._position : self._position + length]
        if len(part) != length:
            raise ValueError("the value ends too early")
        self._position += length
        return part
