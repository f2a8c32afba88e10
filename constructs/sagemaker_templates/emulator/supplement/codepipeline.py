"""CodePipeline: moto's own, but it writes its timestamps as text where the protocol wants seconds.

A pipeline can be started, which moto does not know. Nothing runs then: the rehearsal runs pipelines.
"""

import uuid
from datetime import UTC, datetime

from sagemaker_templates.emulator import moto_store
from sagemaker_templates.emulator.call import Call, JsonObject
from sagemaker_templates.emulator.supplement.contract import AwsError, Correction, Supplement

_TIMES = {"created", "updated", "startTime", "lastUpdateTime"}


def supplement() -> Supplement:
    """Return the start of a pipeline, and the corrections of the replies that carry a time."""
    operations = ("GetPipeline", "ListPipelines", "ListPipelineExecutions")
    corrections: dict[str, Correction] = dict.fromkeys(operations, _corrected)
    return Supplement(service="codepipeline", answers={"StartPipelineExecution": _start}, corrections=corrections)


def _start(call: Call) -> JsonObject:
    """StartPipelineExecution."""
    name = call.parameters["name"]
    if name not in moto_store.codepipeline(call.place).pipelines:
        message = f"Account '{call.place.account}' does not have a pipeline with name '{name}'"
        raise AwsError("PipelineNotFoundException", message)
    return {"pipelineExecutionId": str(uuid.uuid4())}


def _corrected(_call: Call, reply: JsonObject) -> JsonObject:
    return _with_seconds(reply)


def _with_seconds(reply: JsonObject) -> JsonObject:
    return {name: _converted(name, value) for name, value in reply.items()}


def _converted(name: str, value: object) -> object:
    if isinstance(value, dict):
        return _with_seconds(value)
    if isinstance(value, list):
        return [_with_seconds(item) if isinstance(item, dict) else item for item in value]
    if name in _TIMES and isinstance(value, str):
        return datetime.fromisoformat(value.rstrip("Z")).replace(tzinfo=UTC).timestamp()
    return value
