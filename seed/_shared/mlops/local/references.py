"""References in a definition, resolved as SageMaker does when a step starts: parameters, properties, functions."""

import json
from dataclasses import dataclass

from mlops.local.definition import Json, Value, path_parts
from mlops.local.execution import Execution
from mlops.local.store import Store


@dataclass(frozen=True)
class References:
    """What references of one execution find."""

    execution: Execution
    store: Store

    def value(self, value: Value) -> Value:
        """The value with every reference in it resolved.

        Raises:
            KeyError: a step that is referred to has not run, or left nothing of that name.
            NotThereError: a file that is referred to is not there.
        """
        if isinstance(value, list):
            return [self.value(each) for each in value]
        if not isinstance(value, dict):
            return value
        if set(value) == {"Get"}:
            return self._get(value["Get"])
        if set(value) == {"Std:Join"}:
            join = value["Std:Join"]
            return join["On"].join(str(self.value(each)) for each in join["Values"])
        if set(value) == {"Std:JsonGet"}:
            return self._json_get(value["Std:JsonGet"])
        return {key: self.value(each) for key, each in value.items()}

    def _get(self, reference: str) -> Value:
        kind, _, rest = reference.partition(".")
        if kind == "Parameters":
            return self.execution.parameters[rest]
        if kind == "Execution":
            return {
                "PipelineExecutionId": self.execution.identifier,
                "PipelineExecutionArn": f"arn:local:execution/{self.execution.identifier}",
            }[rest]
        step, _, path = rest.partition(".")
        return _dig(self.execution.left[step].properties, path)

    def _json_get(self, function: Json) -> Value:
        content = self.store.read(self.value(function["PropertyFile"]))
        return _dig(json.loads(content), function["Path"])


def _dig(value: Value, path: str) -> Value:
    for part in path_parts(path):
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value
