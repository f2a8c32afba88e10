"""CodePipeline: moto's own, but it writes its timestamps as text where the protocol wants seconds."""

from datetime import UTC, datetime

from sagemaker_templates.emulator.call import Call, JsonObject
from sagemaker_templates.emulator.supplement.contract import Correction, Supplement

_TIMES = {"created", "updated", "startTime", "lastUpdateTime"}


def supplement() -> Supplement:
    """Return the corrections of the replies that carry a time."""
    operations = ("GetPipeline", "ListPipelines", "ListPipelineExecutions")
    corrections: dict[str, Correction] = dict.fromkeys(operations, _corrected)
    return Supplement(service="codepipeline", corrections=corrections)


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
