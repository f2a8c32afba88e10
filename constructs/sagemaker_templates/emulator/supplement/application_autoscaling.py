"""Application Auto Scaling: the tags of scalable targets, which moto drops and cannot list."""

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

    def clear(self) -> None:
        """Forget everything."""
        self._tags.clear()


def supplement() -> Supplement:
    """Return what Application Auto Scaling needs beside moto."""
    tags = Tags()
    return Supplement(
        service="application-autoscaling",
        answers={"ListTagsForResource": tags.list, "TagResource": tags.tag, "UntagResource": tags.untag},
        corrections={"RegisterScalableTarget": tags.remember},
        reset=tags.clear,
    )


def _existing(call: Call) -> str:
    arn = str(call.parameters["ResourceARN"])
    by_dimension = moto_store.scalable_targets(call.place).values()
    if not any(target.arn == arn for targets in by_dimension for target in targets.values()):
        raise AwsError("ResourceNotFoundException", f"The specified resource doesn't exist: {arn}")
    return arn
