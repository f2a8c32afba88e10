"""References in a definition, resolved as SageMaker does when a step starts: parameters, properties, functions."""

import json
from dataclasses import dataclass

from mlops.local.definition import Json, Value, path_parts
from mlops.local.execution import Execution
from mlops.local.store import Store


class UnknownReferenceError(ValueError):
    """A reference to something that a step does not leave on this machine; the message is one line."""


@dataclass(frozen=True)
class References:
    """What references of one execution find."""

    execution: Execution
    store: Store

    def value(self, value: Value) -> Value:
        """The value with every reference in it resolved.

        Raises:
            UnknownReferenceError: nothing of that name is here.
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
        try:
            if kind == "Parameters":
                return self.execution.parameters[rest]
            if kind == "Execution":
                return self._variables[rest]
            step, _, path = rest.partition(".")
            return _dig(self.execution.left[step].properties, path)
        except (KeyError, IndexError, TypeError):
            raise UnknownReferenceError(f"{reference} is not known on this machine") from None

    @property
    def _variables(self) -> Json:
        """What the execution says about itself."""
        return {
            "PipelineExecutionId": self.execution.identifier,
            "PipelineExecutionArn": f"arn:local:execution/{self.execution.identifier}",
        }

    def _json_get(self, function: Json) -> Value:
        content = self.store.read(self.value(function["PropertyFile"]))
        try:
            return _dig(json.loads(content), function["Path"])
        except (KeyError, IndexError, TypeError):
            raise UnknownReferenceError(f"{function['Path']} is not in the file {self._name(function)}") from None

    def _name(self, function: Json) -> str:
        return str(self.value(function["PropertyFile"])).rpartition("/")[2]


def _dig(value: Value, path: str) -> Value:
    for part in path_parts(path):
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value
