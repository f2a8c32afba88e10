"""Destroying a target removes the endpoint that its project's pipeline made there, and nothing of anybody else's."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from roles_on_emulator import new_role
from sagemaker_templates.emulator import Emulator
from site_on_emulator import Site, destroy

GOLDEN = Path(__file__).parents[1] / "unit" / "golden"
ACCOUNT, REGION = "111111111111", "eu-west-1"
OWN, OTHER = "serving-dev", "serving"
"""The other's name is a part of ours, so that a search inside names would find what is not its."""

pytestmark = [pytest.mark.terraform, pytest.mark.emulator]


class _Account:
    """What runs in an account, by kind."""

    def __init__(self, emulator: Emulator) -> None:
        self.sagemaker, self.scaling, self.cloudwatch = (
            emulator.client(service, ACCOUNT, REGION)
            for service in ("sagemaker", "application-autoscaling", "cloudwatch")
        )
        self._role = new_role(emulator, ACCOUNT, "endpoints", trusted={"Service": "sagemaker.amazonaws.com"})

    def deploy(self, endpoint: str, version: int) -> None:
        """Make, or make anew, an endpoint as a repository's Terraform does."""
        name = f"{endpoint}-v{version}-0a1b2c3d"
        self.sagemaker.create_model(
            ModelName=name,
            ExecutionRoleArn=self._role,
            PrimaryContainer={"Image": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/image:1"},
        )
        variant = {"VariantName": "main", "ModelName": name, "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
        self.sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])
        if endpoint in self.endpoints():
            self.sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName=name)
            return
        self.sagemaker.create_endpoint(EndpointName=endpoint, EndpointConfigName=name)
        self.scaling.register_scalable_target(
            ServiceNamespace="sagemaker",
            ResourceId=f"endpoint/{endpoint}/variant/main",
            ScalableDimension="sagemaker:variant:DesiredInstanceCount",
            MinCapacity=1,
            MaxCapacity=2,
        )
        self.cloudwatch.put_metric_alarm(
            AlarmName=f"{endpoint}-errors",
            MetricName="Invocation5XXErrors",
            Namespace="AWS/SageMaker",
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanThreshold",
        )

    def endpoints(self) -> set[str]:
        """Names of the endpoints."""
        return {endpoint["EndpointName"] for endpoint in self.sagemaker.list_endpoints()["Endpoints"]}

    def everything(self) -> set[tuple[str, str]]:
        """Kinds and names of all that a deployment makes."""
        listed: list[tuple[dict[str, Any], str, str]] = [
            (self.sagemaker.list_endpoints(), "Endpoints", "EndpointName"),
            (self.sagemaker.list_endpoint_configs(), "EndpointConfigs", "EndpointConfigName"),
            (self.sagemaker.list_models(), "Models", "ModelName"),
            (self.cloudwatch.describe_alarms(), "MetricAlarms", "AlarmName"),
            (self.scaling.describe_scalable_targets(ServiceNamespace="sagemaker"), "ScalableTargets", "ResourceId"),
        ]
        return {(items, item[name]) for reply, items, name in listed for item in reply[items]}


@pytest.fixture
def site(make_site: Callable[[Path], Site], tmp_path_factory: pytest.TempPathFactory) -> Site:
    """One project that deploys to its own environment, which may be destroyed."""
    folder = tmp_path_factory.mktemp("deployment") / "environments"
    for file in (GOLDEN / "model-deploy-minimal" / "environments").rglob("*.yaml"):
        copy = folder / file.relative_to(GOLDEN / "model-deploy-minimal" / "environments")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(file.read_text() + ("protect-data: false\n" if file.name == "environment.yaml" else ""))
    return make_site(folder)


def test_an_endpoint_is_left_alone_until_its_target_is_destroyed_and_then_goes_with_all_that_is_its(
    site: Site, emulator: Emulator
) -> None:
    (plan,) = [plan for plan in site.plans if plan.deployment]
    terraform, account = site.terraform(plan), _Account(emulator)
    account.deploy(OTHER, 1)
    others = account.everything()
    account.deploy(OWN, 1)
    terraform.apply()
    account.deploy(OWN, 2)
    both = account.everything()
    assert len(both - others) == 7

    terraform.apply()
    assert account.everything() == both, "creating the target, and applying it again, removes nothing"

    destroy(terraform)
    assert account.everything() == others
