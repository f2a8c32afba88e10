"""What SageMaker would refuse about a compiled pipeline definition.

Arguments of the steps are checked against the service model that comes with botocore. References to
parameters, steps, properties and property files are resolved.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter

import botocore.session
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape
from botocore.validate import ParamValidator
from mlops.local.definition import Definition, Json, Step, Value, dependencies, gets, path_parts

_PLACEHOLDER = "placeholder"
_FUNCTIONS = frozenset({"Get", "Std:Join", "Std:JsonGet"})

_UNICODE_CLASS = re.compile(r"\\p\{(?P<letter>[A-Z])\w*\}")
_CLASSES = {"L": r"\w", "M": r"\w", "N": r"\d", "Z": r"\s", "P": r"!-/:-@\[-`{-~", "S": r"$+<=>^`|~"}

# Pipelines fills in the job's name where the definition gives none.
_REQUESTS: Mapping[str, tuple[str, Json]] = {
    "Processing": ("CreateProcessingJobRequest", {"ProcessingJobName": _PLACEHOLDER}),
    "Training": ("CreateTrainingJobRequest", {"TrainingJobName": _PLACEHOLDER}),
    "Transform": ("CreateTransformJobRequest", {"TransformJobName": _PLACEHOLDER}),
    "Model": ("CreateModelInput", {"ModelName": _PLACEHOLDER}),
    "RegisterModel": ("CreateModelPackageInput", {}),
}
_PROPERTIES: Mapping[str, str] = {
    "Processing": "DescribeProcessingJobResponse",
    "Training": "DescribeTrainingJobResponse",
    "Transform": "DescribeTransformJobResponse",
    "Model": "DescribeModelOutput",
    "RegisterModel": "DescribeModelPackageOutput",
}
_WITHOUT_REQUEST = frozenset({"Condition", "Fail"})
_EXECUTION_VARIABLES = frozenset(
    {
        "PipelineExecutionId",
        "PipelineExecutionArn",
        "PipelineName",
        "PipelineArn",
        "StartDateTime",
        "CurrentDateTime",
    }
)
_PARAMETER_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "String": str,
    "Integer": int,
    "Float": (int, float),
    "Boolean": bool,
}


def problems(definition: Definition) -> list[str]:
    """Everything that is wrong, in words; empty if SageMaker would take the definition."""
    return [
        *_duplicates(definition),
        *_bad_parameters(definition),
        *_bad_references(definition),
        *_cycles(definition),
        *(problem for step in definition.steps for problem in _bad_arguments(definition, step)),
    ]


def _duplicates(definition: Definition) -> Iterator[str]:
    names = [step.name for step in definition.steps]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"two steps are named {name}"


def _bad_parameters(definition: Definition) -> Iterator[str]:
    used = {get for step in definition.steps for get in gets(step.own_arguments)}
    for name, parameter in definition.parameters.items():
        if f"Parameters.{name}" not in used:
            yield f"parameter {name} is used nowhere"
        default = parameter.get("DefaultValue")
        if default is not None and not isinstance(default, _PARAMETER_TYPES[parameter["Type"]]):
            yield f"parameter {name}: default {default!r} is no {parameter['Type']}"
        if default is not None and default not in parameter.get("EnumValues", [default]):
            yield f"parameter {name}: default {default!r} is not one of its values"


def _bad_references(definition: Definition) -> Iterator[str]:
    for step in definition.steps:
        for get in gets(step.own_arguments):
            problem = _bad_reference(definition, get)
            if problem:
                yield f"{step.name}: {get}: {problem}"
        for name in step.depends_on:
            if name not in {each.name for each in definition.steps}:
                yield f"{step.name} depends on {name}, which does not exist"


def _bad_reference(definition: Definition, get: str) -> str | None:
    kind, _, rest = get.partition(".")
    if kind == "Parameters":
        return None if rest in definition.parameters else "no such parameter"
    if kind == "Execution":
        return None if rest in _EXECUTION_VARIABLES else "no such execution variable"
    if kind != "Steps":
        return "not a reference"
    name, _, path = rest.partition(".")
    if name not in {step.name for step in definition.steps}:
        return "no such step"
    return _bad_property(definition.step(name), path_parts(path))


def _bad_property(step: Step, parts: list[str]) -> str | None:
    if parts[0] == "PropertyFiles":
        files = {each["PropertyFileName"] for each in step.property_files}
        return None if parts[1] in files else "no such property file"
    if parts[:2] == ["ProcessingOutputConfig", "Outputs"] and parts[2] not in _outputs(step):
        return "no such output"
    if step.type not in _PROPERTIES:
        return f"steps of type {step.type} have no properties known to this check"
    shape: Shape | None = _service().shape_for(_PROPERTIES[step.type])
    for part in parts:
        shape = _inner(shape, part) if shape is not None else None
    return None if shape is not None else "no such property"


def _outputs(step: Step) -> set[str]:
    return {output["OutputName"] for output in step.arguments["ProcessingOutputConfig"]["Outputs"]}


def _cycles(definition: Definition) -> Iterator[str]:
    try:
        TopologicalSorter({step.name: dependencies(step) for step in definition.steps}).prepare()
    except CycleError as error:
        yield f"steps wait for each other: {' → '.join(error.args[1])}"


def _bad_arguments(definition: Definition, step: Step) -> Iterator[str]:
    if step.type in _WITHOUT_REQUEST:
        return
    if step.type not in _REQUESTS:
        yield f"{step.name}: steps of type {step.type} are not known to this check"
        return
    request, filled_in = _REQUESTS[step.type]
    shape = _service().shape_for(request)
    arguments = {**filled_in, **_resolved(step.arguments, shape, definition)}
    report = ParamValidator().validate(arguments, shape)
    if report.has_errors():
        yield f"{step.name}: {report.generate_report()}"
    yield from _outside_limits(arguments, shape, step.name)


def _resolved(value: Value, shape: Shape | None, definition: Definition) -> Value:
    """The value with a fitting stand-in wherever SageMaker fills one in at run time."""
    if isinstance(value, list):
        return [_resolved(each, _inner(shape, "0"), definition) for each in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1 and next(iter(value)) in _FUNCTIONS:
        return _stand_in(value, shape, definition)
    return {key: _resolved(each, _inner(shape, key), definition) for key, each in value.items()}


def _stand_in(value: Json, shape: Shape | None, definition: Definition) -> Value:
    name = str(value.get("Get", "")).removeprefix("Parameters.")
    default = definition.parameters.get(name, {}).get("DefaultValue")
    if default is not None:
        return default
    numeric = shape is not None and shape.type_name in {"integer", "long", "float", "double"}
    return 1 if numeric else _PLACEHOLDER


def _outside_limits(value: Value, shape: Shape | None, path: str) -> Iterator[str]:
    """What botocore does not check by itself: unknown keys, enumerations, patterns, lengths."""
    if shape is None:
        yield f"{path}: not known to the service"
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _outside_limits(each, _inner(shape, key), f"{path}.{key}")
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _outside_limits(each, _inner(shape, str(index)), f"{path}[{index}]")
    elif isinstance(value, str) and value != _PLACEHOLDER:
        yield from _bad_text(value, shape, path)


def _bad_text(value: str, shape: Shape, path: str) -> Iterator[str]:
    allowed = getattr(shape, "enum", None)
    if allowed and value not in allowed:
        yield f"{path}: {value!r} is not one of the service's values"
    pattern = shape.metadata.get("pattern")
    if pattern and not _matcher(pattern).fullmatch(value):
        yield f"{path}: {value!r} does not match {pattern}"
    longest = shape.metadata.get("max")
    if longest and len(value) > longest:
        yield f"{path}: longer than {longest}"


@cache
def _matcher(pattern: str) -> re.Pattern[str]:
    """A pattern of the service model, which is written for Java, in Python's words."""
    words = _UNICODE_CLASS.sub(lambda match: _CLASSES.get(match["letter"], r"\w"), pattern)
    # Two patterns have a dollar sign in front of their length, where it makes no sense to anyone.
    words = re.sub(r"\$\{\d+,\d+\}", "", words)
    try:
        return re.compile(words)
    except re.error:
        # A few hold code points that Python cannot write; lengths and types are checked nevertheless.
        return re.compile(".*", re.DOTALL)


def _inner(shape: Shape | None, key: str) -> Shape | None:
    if isinstance(shape, StructureShape):
        return shape.members.get(key)
    if isinstance(shape, MapShape):
        return shape.value
    if isinstance(shape, ListShape):
        return shape.member
    return None


@cache
def _service() -> ServiceModel:
    return botocore.session.get_session().get_service_model("sagemaker")
