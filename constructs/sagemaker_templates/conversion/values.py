"""What a value of a manifest is here: given, taken from a variable, or not to be had."""

import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_origin

from sagemaker_templates.conversion.manifests import Parameter, get
from sagemaker_templates.conversion.names import field_of
from sagemaker_templates.conversion.record import Origin
from sagemaker_templates.conversion.tables import VALUE_FORMS
from sagemaker_templates.failures import WrongInput
from sagemaker_templates.settings import annotations
from sagemaker_templates.settings.document import ListNode, MapNode, Node, Scalar, kind
from sagemaker_templates.settings.problems import Report
from sagemaker_templates.settings.spelling import quoted
from sagemaker_templates.settings.variables import typed

_VARIABLE = re.compile(r"\$\{\s*([^}]*?)\s*\}")
_TRUE, _FALSE = ("true", "yes", "on", "1", "t", "y"), ("false", "no", "off", "0", "f", "n")
_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)")


@dataclass(frozen=True)
class Variables:
    """Environment variables, as Seed-Farmer has them too.

    Attributes:
        environ: those that are set.
        written_out: whether settings get what a variable holds, and not its name.
    """

    environ: Mapping[str, str]
    written_out: bool = False


@dataclass(frozen=True)
class Given:
    """A value that settings can take.

    Attributes:
        node: what was written, or what the variable holds.
        variable: the variable whose name settings get.
        note: what was done to it, for the report.
        is_known: whether the value is; a variable that is not set is a problem that the report names already.
    """

    origin: Origin
    node: Node
    variable: str | None = None
    note: str = ""
    is_known: bool = True

    @property
    def text(self) -> str:
        """The value as text, for comparing."""
        return self.node.text if isinstance(self.node, Scalar) else json.dumps(plain(self.node))


@dataclass(frozen=True)
class Unavailable:
    """A value that settings cannot take.

    Attributes:
        said: how the manifest says it, in short.
        why: the reason, and what to do instead.
    """

    origin: Origin
    said: str
    why: str


Lookup = Mapping[str, Node] | None
"""What ``parameterValue`` may name; None where no deployment's manifest was given."""


def read_variables(files: Iterable[Path], written_out: bool) -> Variables:
    """The variables of files of ``NAME=value`` lines, the later file above, and above them those that are set.

    Raises:
        WrongInput: a file is not there, or a line of it is none of these.
    """
    found: dict[str, str] = {}
    for file in files:
        if not file.is_file():
            raise WrongInput(f"--env-file: {file} is no file")
        try:
            text = file.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            raise WrongInput(f"--env-file: {file} is not UTF-8 text") from None
        for number, line in enumerate(text.splitlines(), start=1):
            found |= _variable_of(line.strip(), f"{file}:{number}")
    return Variables({**found, **os.environ}, written_out)


def _variable_of(line: str, where: str) -> dict[str, str]:
    if not line or line.startswith("#"):
        return {}
    match = _LINE.fullmatch(line)
    if match is None:
        raise WrongInput(f"{where}: is no line of the form NAME=value")
    name, value = match.groups()
    if value[:1] in ("'", '"') and (end := value.find(value[0], 1)) > 0:
        return {name: value[1:end]}
    return {name: re.sub(r"\s+#.*", "", value).strip()}


def value_of(
    parameter: Parameter, lookup: Lookup, deployment: str, variables: Variables, report: Report
) -> Given | Unavailable | None:
    """The value of a parameter; None, with the reason in the report, where it is wrong."""
    if parameter.is_reference:
        return _referred(parameter, lookup, deployment, variables, report)
    if parameter.resolves:
        return given(parameter.origin, parameter.node, variables, report)
    return Given(parameter.origin, parameter.node)


def _referred(
    parameter: Parameter, lookup: Lookup, deployment: str, variables: Variables, report: Report
) -> Given | Unavailable | None:
    origin, node = parameter.origin, parameter.node
    entry = node.entries[0] if isinstance(node, MapNode) and len(node.entries) == 1 else None
    form = field_of(entry.key) if entry else ""
    text = entry.value.text if entry and isinstance(entry.value, Scalar) else ""
    match form:
        case "env_variable" if text:
            return _from_variable(origin, node, text, variables, report)
        case "parameter_value" if text:
            return _looked_up(origin, text, lookup, variables, report)
        case "module_metadata" if entry and isinstance(entry.value, MapNode):
            return _of_module(origin, entry.value, deployment)
        case "parameter_store" | "secrets_manager" if entry and text:
            return _of_store(origin, form, entry.key, text)
    held = quoted(entry.key) if entry else kind(node)
    forms = "one of envVariable, moduleMetadata, parameterStore, secretsManager, parameterValue, with what it names"
    report.add(origin.file, origin.line, origin.key, f"valueFrom holds {held}; allowed: {forms}")
    return None


def given(origin: Origin, node: Node, variables: Variables, report: Report) -> Given | None:
    """A written value, in which ``${NAME}`` stands for a variable."""
    if not isinstance(node, Scalar):
        return Given(origin, _replaced(origin, node, variables, report))
    whole = _VARIABLE.fullmatch(node.text)
    if whole:
        return _from_variable(origin, node, whole.group(1), variables, report)
    names = _VARIABLE.findall(node.text)
    if not names:
        return Given(origin, node)
    note = f"with what {' and '.join(names)} held, since settings take a variable for whole values only"
    return Given(origin, _replaced(origin, node, variables, report), note=note)


def _replaced(origin: Origin, node: Node, variables: Variables, report: Report) -> Node:
    match node:
        case ListNode():
            return replace(node, items=tuple(_replaced(origin, one, variables, report) for one in node.items))
        case MapNode():
            entries = [replace(one, value=_replaced(origin, one.value, variables, report)) for one in node]
            return replace(node, entries=tuple(entries))
        case Scalar() if _VARIABLE.search(node.text):
            for name in _VARIABLE.findall(node.text):
                _is_set(origin, name, variables, report)
            text = _VARIABLE.sub(lambda match: variables.environ.get(match.group(1), ""), node.text)
            return replace(node, text=text, value=text)
    return node


def _is_set(origin: Origin, name: str, variables: Variables, report: Report) -> bool:
    if name in variables.environ:
        return True
    message = f"the environment variable {name} is not set; set it, or name the file that does: --env-file .env"
    report.add(origin.file, origin.line, origin.key, message)
    return False


def _from_variable(origin: Origin, node: Node, name: str, variables: Variables, report: Report) -> Given | None:
    if not _is_set(origin, name, variables, report):
        return Given(origin, Scalar(node.file, node.line, "", ""), variable=name, is_known=False)
    text = variables.environ[name]
    scalar = Scalar(node.file, node.line, text, text)
    if variables.written_out:
        return Given(origin, scalar, note=f"what {name} held")
    return Given(origin, scalar, variable=name)


def _looked_up(
    origin: Origin, name: str, lookup: Lookup, variables: Variables, report: Report
) -> Given | Unavailable | None:
    if lookup is None:
        message = f"parameterValue {quoted(name)} is looked up in the deployment's manifest; give that one as well"
        report.add(origin.file, origin.line, origin.key, message)
        return None
    if name not in lookup:
        why = f"dropped: the target has no {quoted(name)} in parametersRegional or parametersGlobal"
        return Unavailable(origin, f"parameterValue {name}", f"{why}; {_instead(origin)}")
    found = given(origin, lookup[name], variables, report)
    return found and replace(found, note=found.note or f"parameterValue {name}")


def _of_module(origin: Origin, node: MapNode, deployment: str) -> Unavailable:
    parts = {name: _text_of(node, name) for name in ("group", "name", "key")}
    said = f"moduleMetadata {parts['group']}/{parts['name']}/{parts['key']}"
    shown = f"seedfarmer list moduledata -d {deployment or 'DEPLOYMENT'} -g {parts['group']} -m {parts['name']}"
    why = f"{VALUE_FORMS['module_metadata'].becomes}; `{shown}` shows {parts['key']}"
    return Unavailable(origin, said, f"{why}: {_instead(origin)}")


def _of_store(origin: Origin, form: str, key: str, text: str) -> Unavailable:
    why = VALUE_FORMS[form].becomes
    if form == "parameter_store":
        why = f"{why}; `aws ssm get-parameter --name {text}` shows it: {_instead(origin)}"
    else:
        why = f"{why}; where a name is wanted, {_instead(origin)}"
    return Unavailable(origin, f"{key} {text}", why)


def _instead(origin: Origin) -> str:
    return f"give it by --set {origin.key}=VALUE"


def _text_of(node: MapNode, wanted: str) -> str:
    entry = get(node, wanted)
    return entry.value.text if entry and isinstance(entry.value, Scalar) else "?"


def fitted(node: Node, annotation: object) -> object:
    """A value in the form that a field has: Seed-Farmer passes all on as text, and settings convert nothing."""
    if not isinstance(node, Scalar):
        return plain(node)
    text = node.text
    if annotations.holds(annotation, bool) and text.lower() in (*_TRUE, *_FALSE):
        return text.lower() in _TRUE
    if any(map(_is_map, annotations.alternatives(annotation))):
        return _from_json(text)
    return typed(text, annotation)


def _is_map(annotation: object) -> bool:
    return get_origin(annotation) is dict


def _from_json(text: str) -> object:
    try:
        found = json.loads(text)
    except ValueError:
        return text
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else text


def plain(node: Node) -> object:
    """A value as plain data, every scalar as the text that was typed."""
    match node:
        case ListNode():
            return [plain(one) for one in node.items]
        case MapNode():
            return {entry.key: plain(entry.value) for entry in node}
        case Scalar():
            return node.text
    return ""
