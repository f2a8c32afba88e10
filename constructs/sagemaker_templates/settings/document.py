"""Reads one YAML file into a tree that remembers the line and the exact text of everything in it.

Only what a settings file needs is accepted: maps, lists, text, numbers and true/false. Tags, anchors and
aliases are not, since a reviewer should see each value where it is used, and as what it is read. What is larger
than any settings are is refused before it is looked at.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from sagemaker_templates.settings.problems import Report
from sagemaker_templates.settings.spelling import quoted

LARGEST_FILE = 100_000
"""Bytes; a file of settings has some hundred."""
LONGEST_VALUE = 2_000
"""Characters; the longest text that AWS takes for any setting, an external id, has 1,224."""
LONGEST_NUMBER = 40
"""Characters; YAML's other notations make numbers of any size of them."""
DEEPEST = 20
"""Levels of maps and lists in each other."""

_PLAIN_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "map", "seq")}


@dataclass(frozen=True)
class Scalar:
    """Text, a number, true/false or nothing; ``text`` is what the user typed."""

    file: Path
    line: int
    text: str
    value: str | int | float | bool | None
    variable: str | None = None


@dataclass(frozen=True)
class ListNode:
    """A list."""

    file: Path
    line: int
    items: tuple["Node", ...]


@dataclass(frozen=True)
class Entry:
    """One line of a map: ``key`` is what the user typed, ``name`` what it stands for."""

    file: Path
    line: int
    key: str
    value: "Node"
    name: str = ""

    @property
    def field(self) -> str:
        """The name of the model's field that this entry is meant for."""
        return (self.name or self.key).replace("-", "_")

    def named(self, name: str) -> "Entry":
        """The same entry, meant for another field."""
        return replace(self, name=name)


@dataclass(frozen=True)
class MapNode:
    """A map, in the order of the file."""

    file: Path
    line: int
    entries: tuple[Entry, ...]

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def get(self, field: str) -> Entry | None:
        """The entry of a field, None where the user gave none."""
        return next((entry for entry in self.entries if entry.field == field), None)


@dataclass(frozen=True)
class Refused:
    """Stands where something is written that the report already names."""

    file: Path
    line: int


Node = Scalar | ListNode | MapNode | Refused


class _UnwantedNode(yaml.ScalarNode):
    """Stands in a file's tree for what is refused, with all that it holds; ``value`` says why."""


class _Loader(yaml.SafeLoader):
    """Reads dates as text: no setting is a date, and a name may look like one. Leaves out what is not accepted."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent):
            self.get_event()  # type: ignore[no-untyped-call]
            return _unwanted(event, _ANCHORS)
        if self._depth == DEEPEST:
            raise yaml.composer.ComposerError(
                None, None, f"nested too deeply; allowed: {DEEPEST} levels", event.start_mark
            )
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        if event.anchor is not None:
            return _unwanted(event, _ANCHORS)
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            return _unwanted(event, f"the tag {tag} is not allowed; write a plain value")
        return node


_ANCHORS = "anchors and aliases (&, *) are not allowed; write the value out"


def _unwanted(event: Any, why: str) -> _UnwantedNode:
    return _UnwantedNode("", why, event.start_mark, event.end_mark)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag in _PLAIN_TAGS]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(file: Path, report: Report) -> MapNode | None:
    """The map that a file holds; None, with the reason in the report, where it holds no readable one."""
    documents = _documents(file, report, lambda loader: [loader.get_single_node()])
    if documents is None:
        return None
    node = documents[0]
    if node is None:
        report.add(file, 1, None, "the file is empty; a map of keys and values is needed")
        return None
    if not isinstance(node, MapNode):
        report.add(file, 1, None, f"the file holds {kind(node)}; a map of keys and values is needed")
        return None
    return node


def read_all(file: Path, report: Report) -> tuple[MapNode, ...]:
    """The maps of a file of several documents, which ``---`` divides; what is wrong with it goes into the report."""
    documents = _documents(file, report, _every_node) or []
    found = []
    for node in documents:
        if isinstance(node, MapNode):
            found.append(node)
        elif isinstance(node, (ListNode, Scalar)) and not _is_nothing(node):
            report.add(file, node.line, None, f"the document is {kind(node)}; a map of keys and values is needed")
    return tuple(found)


def _is_nothing(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value is None


def _every_node(loader: "_Loader") -> list[yaml.Node | None]:
    nodes: list[yaml.Node | None] = []
    while loader.check_node():
        nodes.append(loader.get_node())
    return nodes


def _documents(
    file: Path, report: Report, taken: Callable[["_Loader"], list[yaml.Node | None]]
) -> list[Node | None] | None:
    """What a file holds as ``taken`` takes it; None, with the reason in the report, where it is not readable."""
    text = _text(file, report)
    if text is None:
        return None
    loader = _Loader(text)
    try:
        nodes = taken(loader)
    except yaml.MarkedYAMLError as error:
        report.add(file, _line_of(error), None, f"not readable as YAML: {_reason(error)}")
        return None
    except (ValueError, OverflowError):
        # What Python says of "\UFFFFFFFF" and of a version of thousands of digits.
        reason = "the number of a character or of a YAML version is too large"
        report.add(file, loader.line + 1, None, f"not readable as YAML: {reason}")
        return None
    reader = _Reader(file, report, loader)
    return [None if node is None else reader.read(node) for node in nodes]


def kind(node: Node) -> str:
    """What a node is, in words: "a list", "a map", or its value as typed."""
    match node:
        case ListNode():
            return "a list"
        case MapNode():
            return "a map"
        case Scalar(variable=str(name)):
            # What a variable holds may be a secret that the user never wrote into a file: it is not shown.
            return f"the value of the environment variable {name}"
        case Scalar(value=str()):
            return quoted(node.text)
        case Scalar():
            return node.text or "null"
        case Refused():
            return "a value that is not allowed"


def _text(file: Path, report: Report) -> str | None:
    try:
        data = _bytes(file)
        if len(data) > LARGEST_FILE:
            message = f"the file is too large; allowed: {LARGEST_FILE // 1000} kB"
            report.add(file, None, None, message)
            return None
        text = data.decode("utf-8-sig")
    except OSError as error:
        report.add(file, None, None, f"not readable: {error.strerror}")
        return None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        report.add(file, line, None, "not readable as YAML: the file is not UTF-8 text")
        return None
    bad = yaml.reader.Reader.NON_PRINTABLE.search(text)
    if bad:
        line = text.count("\n", 0, bad.start()) + 1
        report.add(file, line, None, f"not readable as YAML: the character U+{ord(bad.group()):04X} is not allowed")
        return None
    return text


def _bytes(file: Path) -> bytes:
    """What a file holds, or a byte more of it than is allowed."""
    with file.open("rb") as opened:
        return opened.read(LARGEST_FILE + 1)


def _line_of(error: yaml.MarkedYAMLError) -> int:
    mark = error.problem_mark or error.context_mark
    return mark.line + 1 if mark else 1


def _reason(error: yaml.MarkedYAMLError) -> str:
    reason = error.problem or error.context or "syntax error"
    if "cannot start any token" in reason and "\\t" in reason:
        return "a tab is used for indentation; use spaces"
    if reason.startswith("but "):
        reason = f"{error.context}, {reason}"
    return " ".join(reason.split())


class _Reader:
    """Turns PyYAML's nodes into ours and notes what is not accepted on the way."""

    def __init__(self, file: Path, report: Report, loader: _Loader) -> None:
        self._file = file
        self._report = report
        self._loader = loader

    def read(self, node: yaml.Node) -> Node:
        line = node.start_mark.line + 1
        if isinstance(node, _UnwantedNode):
            return self._refuse(node, node.value)
        if isinstance(node, yaml.MappingNode):
            return MapNode(self._file, line, tuple(self._entries(node)))
        if isinstance(node, yaml.SequenceNode):
            return ListNode(self._file, line, tuple(self.read(item) for item in node.value))
        return self._scalar(node)

    def _entries(self, node: yaml.MappingNode) -> Iterator[Entry]:
        first_lines: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            wrong = _wrong_key(key)
            if wrong:
                self._refuse(key, wrong)
            elif key.value in first_lines:
                first = first_lines[key.value]
                self._report.add(self._file, line, key.value, f"is given twice; first on line {first}")
            else:
                first_lines[key.value] = line
                yield Entry(self._file, line, key.value, self.read(value))

    def _scalar(self, node: yaml.Node) -> Scalar | Refused:
        wrong = _wrong_text(node.value) or _wrong_number(node)
        if wrong:
            return self._refuse(node, wrong)
        try:
            value = self._loader.construct_object(node)
        except ValueError:
            # "0b_" looks like a number and is none: what was typed stays text.
            value = node.value
        return Scalar(self._file, node.start_mark.line + 1, node.value, value)

    def _refuse(self, node: yaml.Node, message: str) -> Refused:
        line = node.start_mark.line + 1
        self._report.add(self._file, line, None, message)
        return Refused(self._file, line)


def is_unicode(text: str) -> bool:
    """Whether all of a text is characters: half a surrogate pair is none, and cannot be written to any file."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def too_long(text: str) -> str | None:
    """What is said of a value that is longer than any may be; None of others."""
    if len(text) <= LONGEST_VALUE:
        return None
    return f"{len(text)} characters are too many for one value; allowed: at most {LONGEST_VALUE}"


def _wrong_text(text: str) -> str | None:
    if not is_unicode(text):
        return "the text holds half of a surrogate pair, which is no character"
    return too_long(text)


def _wrong_key(node: yaml.Node) -> str | None:
    if isinstance(node, _UnwantedNode):
        return str(node.value)
    if not isinstance(node, yaml.ScalarNode):
        return "a key must be text, not a list or a map"
    return _wrong_text(node.value)


def _wrong_number(node: yaml.Node) -> str | None:
    """A number that is none of ours: 200 parts in base 60 are more than a computer's number holds."""
    is_number = node.tag in ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
    if not is_number or len(node.value) <= LONGEST_NUMBER:
        return None
    return f"a number of {len(node.value)} characters is not allowed; text that looks like a number needs quotes"
