"""What Terraform gets: the settings, the platform's facts, and names that follow the content."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import FACTS, PACKAGE, Write
from deploy.environments import ROOT, load
from deploy.failures import DeployError, SettingsError
from deploy.instances import has_local_storage
from deploy.names import MAX_LENGTH, versioned_name
from deploy.plan import CONFIGURATION
from deploy.resolve import Release
from deploy.target import Facts
from deploy.variables import Counts, variables

Made = Callable[..., dict[str, Any]]


@pytest.fixture
def made(write: Write, facts: Facts, release: Release) -> Made:
    """Make the variables of prod from its settings."""

    def variables_of(
        prod: str = "", configuration: Path = CONFIGURATION, counts: Counts | None = None, **changed: Any
    ) -> dict[str, Any]:
        told = () if counts is None else (counts,)
        return variables(load("prod", write(prod)), facts.model_copy(update=changed), release, configuration, *told)

    return variables_of


def test_settings_and_facts_come_together(made: Made) -> None:
    """Nothing of either is lost."""
    written = made("rollout: {keep-old-minutes: 3}\nalarms: {latency: {above-ms: 250}}\n")

    assert written["model_package_arn"] == PACKAGE
    assert written["data_capture"] == {
        "uri": FACTS["data_capture_uri"],
        "percentage": 20,
        "kms_key_arn": FACTS["kms_key_arn"],
    }
    assert written["volume_kms_key_arn"] == FACTS["kms_key_arn"]
    assert written["rollout"]["type"] == "ALL_AT_ONCE"
    assert written["rollout"]["keep_old_seconds"] == 180
    assert written["alarms"]["latency"]["above"] == 250_000


def test_the_same_content_has_the_same_names(made: Made) -> None:
    """So that a second plan is empty."""
    assert made() == made()
    assert made()["endpoint_configuration_name"].startswith("abalone-prod-v3-")


@pytest.mark.parametrize(
    "prod",
    [
        "variants: {main: {instance-type: ml.m5.xlarge}}",
        "variants: {main: {instance-count: 2}}",
        "variants: {main: {weight: 2}}",
        "variants: {second: {instance-type: ml.m5.large, instance-count: 1}}",
        "data-capture: {percentage: 21}",
    ],
)
def test_a_configuration_of_other_content_has_another_name(made: Made, prod: str) -> None:
    """It cannot be changed, and for a while both exist; the model stays."""
    before, after = made(), made(prod)

    assert before["endpoint_configuration_name"] != after["endpoint_configuration_name"]
    assert before["model_name"] == after["model_name"]


@pytest.mark.parametrize(
    "prod",
    [
        "alarms: {latency: {above-ms: 1}}",
        "rollout: {keep-old-minutes: 1}",
        "sample: null",
        "variants: {main: {autoscaling: {min: 1, max: 2, invocations-per-instance: 5}}}",
    ],
)
def test_what_is_beside_the_configuration_leaves_its_name_alone(made: Made, prod: str) -> None:
    """Otherwise a new alarm would start a rollout."""
    assert made()["endpoint_configuration_name"] == made(prod)["endpoint_configuration_name"]


def test_another_model_makes_another_model_and_configuration(made: Made) -> None:
    """The platform's facts are part of a model."""
    before, after = made(), made(enable_network_isolation=True)

    assert before["model_name"] != after["model_name"]
    assert before["endpoint_configuration_name"] != after["endpoint_configuration_name"]


def test_a_change_of_the_terraform_file_gives_a_new_name_too(made: Made, tmp_path: Path) -> None:
    """What it describes may be another resource then, which cannot have the name of the old one."""
    for file in ("model.tf", "endpoint_configuration.tf"):
        (tmp_path / file).write_text((CONFIGURATION / file).read_text(encoding="utf-8"), encoding="utf-8")
    assert made(configuration=tmp_path) == made()

    (tmp_path / "model.tf").write_text("# something else", encoding="utf-8")
    assert made(configuration=tmp_path)["model_name"] != made()["model_name"]


@pytest.mark.parametrize(
    ("prod", "changed"),
    [("data-capture: {percentage: 0}", {}), ("", {"data_capture_uri": None})],
)
def test_nothing_is_captured_where_the_repository_or_the_platform_says_so(
    made: Made, prod: str, changed: dict[str, Any]
) -> None:
    """Either is enough."""
    assert made(prod, **changed)["data_capture"] is None


@pytest.mark.parametrize("changed", [{"enable_network_isolation": True}, {"subnet_ids": ["subnet-1"]}])
def test_serverless_never_drops_a_protection_that_the_platform_asks_for(made: Made, changed: dict[str, Any]) -> None:
    """It has neither a network of its own nor isolation."""
    serverless = (
        "variants: {main: {instance-type: null, instance-count: null, "
        "serverless: {memory-mb: 2048, max-concurrency: 5}}}\ndata-capture: {percentage: 0}\n"
    )
    assert made(serverless)["rollout"] is None
    assert made(serverless)["volume_kms_key_arn"] is None

    with pytest.raises(SettingsError, match="which the platform asks for"):
        made(serverless, **changed)


@pytest.mark.parametrize("instance_type", ["ml.m5d.large", "ml.g4dn.xlarge", "ml.g5.xlarge", "ml.p4d.24xlarge"])
def test_local_storage_gets_no_key_because_sagemaker_refuses_one(made: Made, instance_type: str) -> None:
    """It is encrypted by its own hardware; what is captured is encrypted as ever."""
    written = made(f"variants: {{main: {{instance-type: {instance_type}}}}}")

    assert written["volume_kms_key_arn"] is None
    assert written["data_capture"]["kms_key_arn"] == FACTS["kms_key_arn"]


@pytest.mark.parametrize(
    "instance_type", ["ml.m5.large", "ml.c6g.large", "ml.inf2.xlarge", "ml.g5g.xlarge", "ml.t2.medium"]
)
def test_other_instances_have_no_local_storage(instance_type: str) -> None:
    """So their volumes are encrypted with the key."""
    assert not has_local_storage(instance_type)


def test_a_language_models_settings_reach_terraform(made: Made) -> None:
    """In the words of the provider."""
    written = made(
        "variants: {main: {instance-type: ml.g5.2xlarge, container-startup-timeout-seconds: 900, "
        "model-data-download-timeout-seconds: 600, routing: least-outstanding-requests, "
        "inference-ami-version: al2-ami-sagemaker-inference-gpu-3-1}}\n"
        "alarms: {latency: {of: first-chunk, statistic: p90}}\n"
    )

    main = written["variants"]["main"]
    assert main["routing"] == "LEAST_OUTSTANDING_REQUESTS"
    assert (main["container_startup_timeout_seconds"], main["model_data_download_timeout_seconds"]) == (900, 600)
    assert main["inference_ami_version"] == "al2-ami-sagemaker-inference-gpu-3-1"
    latency = written["alarms"]["latency"]
    assert (latency["metric"], latency["statistic"]) == ("FirstChunkModelLatency", "p90")


def test_the_rollback_alarm_counts_what_is_the_models_fault_and_not_its_clients(made: Made) -> None:
    """4xx is a metric of its own, which no alarm looks at."""
    assert {alarm["metric"] for alarm in made()["alarms"].values()} == {"Invocation5XXErrors", "ModelLatency"}


def test_the_number_of_instances_that_there_are_is_no_part_of_a_configurations_name(made: Made) -> None:
    """What scaling does starts no rollout."""
    scaled = made("variants: {main: {autoscaling: {min: 1, max: 9, invocations-per-instance: 5}}}")
    asked: list[str] = []

    def counts(name: str) -> dict[str, int]:
        asked.append(name)
        return {"main": 7}

    written = made("variants: {main: {autoscaling: {min: 1, max: 9, invocations-per-instance: 5}}}", counts=counts)

    assert written["variants"]["main"]["instance_count"] == 7
    assert written["endpoint_configuration_name"] == scaled["endpoint_configuration_name"]
    assert asked == [scaled["endpoint_configuration_name"]]


def test_a_name_that_would_be_too_long_loses_the_version_first() -> None:
    """The digest makes it unique."""
    name = versioned_name("e" * 54, 123, "content")

    assert len(name) == MAX_LENGTH
    assert "-v123-" not in name


@pytest.mark.parametrize("endpoint", ["e" * 55, "", "a_b", "-a"])
def test_an_endpoint_that_leaves_no_room_or_has_no_name_is_refused(endpoint: str) -> None:
    """Before anything is planned."""
    with pytest.raises(DeployError, match="must be letters, digits and hyphens"):
        versioned_name(endpoint, 1, "content")


CHANGES = [
    "variants: {main: {instance-type: ml.c5.2xlarge}}",
    "variants: {main: {instance-count: 4}}",
    "variants: {main: {weight: 3}}",
    "variants: {main: {autoscaling: {min: 1, max: 9, invocations-per-instance: 50}}}",
    "variants: {second: {instance-type: ml.m5.large, instance-count: 2}}",
    "data-capture: {percentage: 33}",
    "alarms: {server-errors: {above: 7}}",
    "alarms: {server-errors: {minutes: 9}}",
    "alarms: {latency: {above-ms: 77}}",
    "alarms: {latency: {minutes: 9}}",
    "alarms: {notify: ['arn:aws:sns:us-east-1:333333333333:on-call']}",
    "variants: {main: {instance-count: 4}}\nrollout: {type: linear, percentage: 25, wait-minutes: 1}",
    "rollout: {keep-old-minutes: 17}",
]


@pytest.mark.parametrize("environment", ["dev", "pre-prod", "prod", "one-without-a-file"])
@pytest.mark.parametrize("change", CHANGES)
def test_each_setting_of_each_environment_reaches_that_environment_and_no_other(
    tmp_path: Path, facts: Facts, release: Release, environment: str, change: str
) -> None:
    """The shipped files, and one change laid over the file of one environment."""
    for folder in ("environments", "samples"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    names = ["dev", "pre-prod", "prod", "one-without-a-file"]

    def all_of_them() -> dict[str, Any]:
        return {name: variables(load(name, tmp_path), facts, release, CONFIGURATION) for name in names}

    before = all_of_them()
    file = tmp_path / f"environments/{environment}.yml"
    own = yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else {}
    file.write_text(yaml.safe_dump(laid_over(own, yaml.safe_load(change))), encoding="utf-8")
    after = all_of_them()

    assert [name for name in names if before[name] != after[name]] == [environment]


def laid_over(below: Any, above: Any) -> Any:
    """What an editor would make of both."""
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    return {**below, **{key: laid_over(below.get(key), value) for key, value in above.items()}}
