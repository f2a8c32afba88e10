"""What a plan says, in one line; and plans that AWS would refuse halfway."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

Plan = Mapping[str, Any]

_UPDATE_WITH_SCALING = "https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling-update.html"


def summary(plan: Plan) -> str:
    """``2 to add, 1 to change, 0 to destroy``, counted as Terraform does."""
    counted = Counter(action for change in _changes(plan) for action in change["change"]["actions"])
    return f"{counted['create']} to add, {counted['update']} to change, {counted['delete']} to destroy"


def refusals(plan: Plan) -> Iterator[str]:
    """Changes that AWS refuses, or that would take the endpoint away for a while; each with the way to do it."""
    for each in _changes(plan, "aws_sagemaker_endpoint"):
        if "delete" in each["change"]["actions"]:
            yield (
                f"{each['change']['before']['name']}: this would delete the endpoint and create it anew, and nothing "
                "would answer meanwhile. If that is meant, remove it first (README, Remove an endpoint)"
            )
    before, after = _variants(plan, "before"), _variants(plan, "after")
    scaled = _scaled_variants(plan)
    for name in sorted(before.keys() & after.keys()):
        was, becomes = before[name].get("instance_type"), after[name].get("instance_type")
        if was and not becomes:
            yield (
                f"variants.{name}: an endpoint on instances cannot become serverless: "
                "remove it first (README, Remove an endpoint)"
            )
        elif was and becomes != was and name in scaled:
            yield (
                f"variants.{name}.instance-type: {was} cannot become {becomes} while the variant scales by itself: "
                f"deliver autoscaling: null first, then the new type with autoscaling ({_UPDATE_WITH_SCALING})"
            )


def _changes(plan: Plan, kind: str | None = None) -> list[dict[str, Any]]:
    changes: list[dict[str, Any]] = plan.get("resource_changes", [])
    return [each for each in changes if each["mode"] == "managed" and kind in (None, each["type"])]


def _variants(plan: Plan, side: str) -> dict[str, dict[str, Any]]:
    return {
        str(variant["variant_name"]): variant
        for each in _changes(plan, "aws_sagemaker_endpoint_configuration")
        if not each.get("deposed")
        for variant in (each["change"][side] or {}).get("production_variants", [])
    }


def _scaled_variants(plan: Plan) -> set[str]:
    """The variants that Application Auto Scaling knows now."""
    return {str(each["index"]) for each in _changes(plan, "aws_appautoscaling_target") if each["change"]["before"]}
