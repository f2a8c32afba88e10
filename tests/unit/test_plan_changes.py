"""What a plan says in a line, and which plans are refused."""

from typing import Any

from sagemaker_templates.blocks.approved_plan.program.changes import refusals, summary


def change(
    kind: str, *actions: str, before: Any = None, after: Any = None, index: str | None = None
) -> dict[str, Any]:
    """One resource of a plan."""
    return {
        "mode": "managed",
        "type": f"aws_{kind}",
        "index": index,
        "change": {"actions": list(actions), "before": before, "after": after},
    }


def configuration(instance_type: str | None) -> dict[str, Any]:
    """An endpoint configuration with one variant."""
    return {"production_variants": [{"variant_name": "main", "instance_type": instance_type}]}


def test_changes_are_counted_as_terraform_does() -> None:
    """A replacement is one of each."""
    plan = {
        "resource_changes": [
            change("sagemaker_model", "create", "delete"),
            change("sagemaker_endpoint_configuration", "create", "delete"),
            change("sagemaker_endpoint", "update"),
            change("cloudwatch_metric_alarm", "no-op"),
        ]
    }

    assert summary(plan) == "2 to add, 1 to change, 2 to destroy"
    assert summary({}) == "0 to add, 0 to change, 0 to destroy"


def test_the_instance_type_of_a_scaled_variant_cannot_change() -> None:
    """AWS would refuse it in the middle of the apply."""
    plan = {
        "resource_changes": [
            change(
                "sagemaker_endpoint_configuration",
                "create",
                "delete",
                before=configuration("ml.m5.large"),
                after=configuration("ml.m5.xlarge"),
            ),
            change("appautoscaling_target", "no-op", before={}, after={}, index="main"),
        ]
    }

    assert list(refusals(plan)) == []
    plan["resource_changes"][1]["change"]["before"] = {"min_capacity": 1}
    (refusal,) = refusals(plan)
    assert "variants.main.instance-type: ml.m5.large cannot become ml.m5.xlarge" in refusal


def test_instances_cannot_become_serverless() -> None:
    """Nor that."""
    changed = change(
        "sagemaker_endpoint_configuration", "create", before=configuration("ml.m5.large"), after=configuration(None)
    )

    (refusal,) = refusals({"resource_changes": [changed]})
    assert "cannot become serverless" in refusal


def test_an_endpoint_is_never_deleted_to_be_created_anew() -> None:
    """Nothing would answer meanwhile."""
    replaced = change("sagemaker_endpoint", "delete", "create", before={"name": "abalone-prod"}, after={})

    (refusal,) = refusals({"resource_changes": [replaced]})
    assert refusal.startswith("abalone-prod: this would delete the endpoint")
