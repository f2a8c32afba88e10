"""The words that SageMaker knows, such as its instance types, held against a definition before anything is sent.

SageMaker takes a pipeline with any word in it. A misspelt instance type fails when its step starts, and one that the
registry does not know when the model has been trained. botocore carries the service's own lists.
"""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any

import botocore
import botocore.session

# Shapes of the service's model; botocore is untyped.
Shape = Any
Json = Any

_REQUESTS = {
    "Processing": "CreateProcessingJobRequest",
    "Training": "CreateTrainingJobRequest",
    "Transform": "CreateTransformJobRequest",
    "Model": "CreateModelInput",
    "RegisterModel": "CreateModelPackageInput",
}


def unknown_values(definition: Mapping[str, Json], chosen: Mapping[str, str]) -> list[str]:
    """What SageMaker does not know in a pipeline's definition, each in one line.

    Args:
        definition: as the SDK writes it.
        chosen: parameters of this execution, above the definition's defaults.
    """
    defaults = {each["Name"]: each.get("DefaultValue") for each in definition["Parameters"]}
    parameters = {**defaults, **chosen}
    found: dict[str, None] = {}
    for step in _steps(definition["Steps"]):
        if step["Type"] in _REQUESTS:
            shape = _service().shape_for(_REQUESTS[step["Type"]])
            found.update(dict.fromkeys(_wrong(step["Arguments"], shape, step["Name"], parameters)))
    return list(found)


def _steps(steps: list[Json]) -> Iterator[Json]:
    """All steps, those inside conditions included."""
    for step in steps:
        yield step
        for branch in ("IfSteps", "ElseSteps"):
            yield from _steps(step["Arguments"].get(branch, []) if step["Type"] == "Condition" else [])


def _wrong(value: Json, shape: Shape, place: str, parameters: Mapping[str, Json]) -> Iterator[str]:
    if isinstance(value, dict) and set(value) == {"Get"}:
        name = str(value["Get"]).removeprefix("Parameters.")
        if name in parameters and isinstance(parameters[name], str):
            yield from _unknown(parameters[name], shape, f"parameter {name}", place)
    elif isinstance(value, dict):
        for key, each in value.items():
            inner = shape.members.get(key) if shape.type_name == "structure" else getattr(shape, "value", None)
            if inner is not None:
                yield from _wrong(
                    each, inner, f"{place}.{key}" if shape.type_name == "structure" else place, parameters
                )
    elif isinstance(value, list):
        for each in value:
            yield from _wrong(each, shape.member, place, parameters)
    elif isinstance(value, str):
        yield from _unknown(value, shape, place, place)


def _unknown(value: str, shape: Shape, origin: str, place: str) -> Iterator[str]:
    known = getattr(shape, "enum", None)
    if not known or value in known:
        return
    near = get_close_matches(value, known, n=3)
    hint = f"; near: {', '.join(near)}" if near else ""
    where = "" if origin == place else f" for {place}"
    yield f"{origin} is {value!r}, which SageMaker does not take{where} (botocore {botocore.__version__}){hint}"


@cache
def _service() -> Any:
    return botocore.session.get_session().get_service_model("sagemaker")
