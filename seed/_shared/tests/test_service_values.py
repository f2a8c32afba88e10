"""Words that SageMaker does not know are found in a definition, wherever they come from."""

from typing import Any

import pytest
from mlops.service_values import unknown_values


def processing(instance_type: Any) -> dict[str, Any]:
    """A step that runs on an instance type."""
    cluster = {"InstanceType": instance_type, "InstanceCount": 1, "VolumeSizeInGB": 30}
    return {
        "Name": "Prepare",
        "Type": "Processing",
        "Arguments": {"ProcessingResources": {"ClusterConfig": cluster}, "Environment": {"MODE": "any"}},
    }


def definition(*steps: dict[str, Any], **parameters: Any) -> dict[str, Any]:
    """A definition with parameters and their defaults."""
    return {
        "Parameters": [
            {"Name": name, "Type": "String", "DefaultValue": default} for name, default in parameters.items()
        ],
        "Steps": list(steps),
    }


def test_known_values_and_those_of_run_time_are_no_problem() -> None:
    """What a step gives is not known before it runs."""
    steps = [processing("ml.m5.large"), processing({"Get": "Steps.Choose.Type"}), processing({"Get": "Parameters.P"})]

    assert unknown_values(definition(*steps, P="ml.m5.xlarge"), {}) == []


def test_a_misspelt_instance_type_is_named_with_its_step_and_the_nearest() -> None:
    """However deep the step lies in conditions."""
    condition = {
        "Name": "If",
        "Type": "Condition",
        "Arguments": {"Conditions": [], "IfSteps": [], "ElseSteps": [processing("ml.m5.lrage")]},
    }

    (problem,) = unknown_values(definition(condition), {})

    assert problem.startswith(
        "Prepare.ProcessingResources.ClusterConfig.InstanceType is 'ml.m5.lrage', which SageMaker does not take"
    )
    assert "near: ml.m5.large" in problem


@pytest.mark.parametrize(("default", "chosen"), [("ml.large", {}), ("ml.m5.large", {"P": "ml.large"})])
def test_a_parameters_value_is_checked_where_it_is_used(default: str, chosen: dict[str, str]) -> None:
    """Its default, or what this execution is started with."""
    (problem,) = unknown_values(definition(processing({"Get": "Parameters.P"}), P=default), chosen)

    assert problem.startswith("parameter P is 'ml.large', which SageMaker does not take for Prepare.Processing")


def test_an_instance_type_that_serves_is_not_one_that_transforms() -> None:
    """The registry knows them as two lists, and refuses the package after the training."""
    specification = {
        "SupportedRealtimeInferenceInstanceTypes": [{"Get": "Parameters.P"}],
        "SupportedTransformInstanceTypes": [{"Get": "Parameters.P"}],
    }
    register = {
        "Name": "Register",
        "Type": "RegisterModel",
        "Arguments": {"InferenceSpecification": specification, "ModelApprovalStatus": "Maybe"},
    }

    problems = unknown_values(definition(register, P="ml.t2.medium"), {})

    assert [problem.partition(" (")[0] for problem in problems] == [
        "parameter P is 'ml.t2.medium', which SageMaker does not take for "
        "Register.InferenceSpecification.SupportedTransformInstanceTypes",
        "Register.ModelApprovalStatus is 'Maybe', which SageMaker does not take",
    ]
