"""Parameters of a pipeline as a person writes them: NAME=VALUE."""

from collections.abc import Callable, Collection, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

# By the type that a definition declares: how a value is read, and what a wrong one is told.
_KINDS: Mapping[str, tuple[Callable[[str], Any], str]] = {
    "Integer": (int, "is no whole number"),
    "Float": (float, "is no number"),
    "Boolean": (lambda text: {"true": True, "false": False}[text.lower()], "is neither true nor false"),
    "String": (str, ""),
}


class WrongParameterError(Exception):
    """A parameter is not written as NAME=VALUE, or its value is not one of its own; the message is one line."""


def written(given: Sequence[str]) -> dict[str, str]:
    """The values by name.

    Raises:
        WrongParameterError: something is not written as NAME=VALUE.
    """
    pairs = [each.partition("=") for each in given]
    wrong = [name for name, separator, _ in pairs if not (name and separator)]
    if wrong:
        raise WrongParameterError(f"--parameter takes NAME=VALUE, not {wrong[0]!r}")
    return {name: value for name, _, value in pairs}


def unknown(given: Collection[str], known: Collection[str]) -> list[str]:
    """What is wrong with the names, in one line; empty if the pipeline has all of them."""
    strangers = sorted(set(given) - set(known))
    if not strangers:
        return []
    near = [match for name in strangers for match in get_close_matches(name, known, n=1)]
    hint = f"; near: {', '.join(near)}" if near else ""
    return [f"the pipeline has no parameter {', '.join(strangers)}{hint}"]


def typed(given: Mapping[str, str], declared: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The values as the definition declares them.

    Raises:
        WrongParameterError: a name is unknown, or a value is not of its parameter's type or choice.
    """
    for problem in unknown(given, declared):
        raise WrongParameterError(problem)
    return {name: _value(name, text, declared[name]) for name, text in given.items()}


def _value(name: str, text: str, parameter: Mapping[str, Any]) -> Any:
    read, complaint = _KINDS[parameter["Type"]]
    choice = parameter.get("EnumValues")
    if choice and text not in choice:
        raise WrongParameterError(f"{name} is {text!r}; write one of {', '.join(choice)}")
    try:
        return read(text)
    except (ValueError, KeyError):
        raise WrongParameterError(f"{name} is {text!r}, which {complaint}") from None
