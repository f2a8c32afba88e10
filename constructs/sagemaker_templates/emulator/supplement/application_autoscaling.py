"""Application Auto Scaling: the tags of scalable targets, which moto drops and cannot list.

What is not there is refused: https://docs.aws.amazon.com/autoscaling/application/APIReference/API_Operations.html
"""

from sagemaker_templates.emulator import moto_store
from sagemaker_templates.emulator.call import Call, JsonObject
from sagemaker_templates.emulator.supplement.contract import AwsError, PerPlace, Supplement


class Tags:
    """Tags by the ARN of a scalable target; the targets themselves are moto's."""

    def __init__(self) -> None:
        self._tags: PerPlace[dict[str, str]] = PerPlace()

    def remember(self, call: Call, reply: JsonObject) -> JsonObject:
        """Keep the tags of RegisterScalableTarget, and answer with the target's ARN as AWS does."""
        asked = call.parameters
        target = moto_store.scalable_targets(call.place).get(asked["ScalableDimension"], {}).get(asked["ResourceId"])
        if target is None:
            return reply
        if "Tags" in asked:
            self._tags.at(call.place)[target.arn] = dict(asked["Tags"])
        return {**reply, "ScalableTargetARN": target.arn}

    def list(self, call: Call) -> JsonObject:
        """ListTagsForResource."""
        return {"Tags": self._tags.at(call.place).get(_existing(call), {})}

    def tag(self, call: Call) -> JsonObject:
        """TagResource."""
        self._tags.at(call.place).setdefault(_existing(call), {}).update(call.parameters["Tags"])
        return {}

    def untag(self, call: Call) -> JsonObject:
        """UntagResource."""
        tags = self._tags.at(call.place).get(_existing(call), {})
        for key in call.parameters["TagKeys"]:
            tags.pop(key, None)
        return {}

    def of(self, arn: str) -> dict[str, str]:
        """Return the tags of a scalable target."""
        return self._tags.everywhere(arn) or {}

    def clear(self) -> None:
        """Forget everything."""
        self._tags.clear()


def supplement() -> Supplement:
    """Return what Application Auto Scaling needs beside moto."""
    tags = Tags()
    return Supplement(
        service="application-autoscaling",
        answers={"ListTagsForResource": tags.list, "TagResource": tags.tag, "UntagResource": tags.untag},
        checks={
            "RegisterScalableTarget": _scales_something,
            "DeregisterScalableTarget": _is_registered,
            "PutScalingPolicy": _is_registered,
            "DeleteScalingPolicy": _has_policy,
        },
        corrections={"RegisterScalableTarget": tags.remember},
        reset=tags.clear,
        tags=tags.of,
    )


def _existing(call: Call) -> str:
    arn = str(call.parameters["ResourceARN"])
    by_dimension = moto_store.scalable_targets(call.place).values()
    if not any(target.arn == arn for targets in by_dimension for target in targets.values()):
        raise AwsError("ResourceNotFoundException", f"The specified resource doesn't exist: {arn}")
    return arn


def _scales_something(call: Call) -> None:
    kind, _, rest = str(call.parameters["ResourceId"]).partition("/")
    if kind == "endpoint" and rest.partition("/")[0] not in moto_store.sagemaker(call.place).endpoints:
        raise AwsError("ValidationException", f"SageMaker endpoint doesn't exist: {call.parameters['ResourceId']}")


def _is_registered(call: Call) -> None:
    asked = call.parameters
    if asked["ResourceId"] not in moto_store.scalable_targets(call.place).get(asked["ScalableDimension"], {}):
        raise AwsError("ObjectNotFoundException", f"No scalable target found for {_described(call)}")


def _has_policy(call: Call) -> None:
    asked = call.parameters
    if not any(
        (policy.policy_name, policy.resource_id, policy.scalable_dimension)
        == (asked["PolicyName"], asked["ResourceId"], asked["ScalableDimension"])
        for policy in moto_store.scaling_policies(call.place)
    ):
        raise AwsError("ObjectNotFoundException", f"No scaling policy found for {_described(call)}")


def _described(call: Call) -> str:
    asked = call.parameters
    return (
        f"service namespace: {asked['ServiceNamespace']}, resource ID: {asked['ResourceId']}, "
        f"scalable dimension: {asked['ScalableDimension']}"
    )
