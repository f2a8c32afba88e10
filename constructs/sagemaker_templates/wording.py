"""Numbers in sentences."""


def counted(number: int, what: str, many: str = "") -> str:
    """A number with its noun: ``1 stack``, ``2 stacks``.

    Args:
        many: the plural, where it is not made by an s.
    """
    return f"{number} {what if number == 1 else many or f'{what}s'}"
