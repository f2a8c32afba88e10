"""Every setting of the repository that deploys, changed in one environment: what is planned there, and elsewhere."""

import json
import shutil
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from deploy.environments import load
from deploy.plan import CONFIGURATION
from deploy.resolve import Release
from deploy.settings import EndpointSettings
from deploy.variables import variables
from facts_of_target import REGION, facts_of_target
from pydantic import BaseModel
from sagemaker_templates.emulator import Emulator
from sagemaker_templates.operations.engine import Engine
from sagemaker_templates.operations.kept_provider import ProviderInstallations
from sagemaker_templates.operations.mirror import ProviderSource
from sagemaker_templates.operations.terraform import Terraform
from terraform_starter import Missing, terraform_starter

# In one process, for what its fixture makes takes a while.
pytestmark = [pytest.mark.terraform, pytest.mark.emulator, pytest.mark.xdist_group("settings")]

ACCOUNTS = {"dev": "111111111111", "pre-prod": "222222222222", "prod": "333333333333"}
CHANGED = "pre-prod"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNTS[CHANGED]}:on-call"
RELEASE = Release("ready", "abalone", f"arn:aws:sagemaker:{REGION}:{ACCOUNTS['dev']}:model-package/abalone/3", 3)

BASES: dict[str, dict[str, Any]] = {
    "instances": {
        "variants": {
            "main": {
                "instance-type": "ml.p3.2xlarge",
                "instance-count": 3,
                "autoscaling": {"min": 2, "max": 4, "invocations-per-instance": 600},
            }
        },
        "rollout": {"type": "canary", "percentage": 50},
    },
    "serverless": {"variants": {"main": {"serverless": {"memory-mb": 2048, "max-concurrency": 5}}}},
}

ENDPOINT = "aws_sagemaker_endpoint.this"
CONFIGURED = "aws_sagemaker_endpoint_configuration.this"
SCALING = 'aws_appautoscaling_policy.this["main"]'
BOUNDS = 'aws_appautoscaling_target.this["main"]'
ERRORS, LATENCY = (f'aws_cloudwatch_metric_alarm.this["{name}"]' for name in ("server-errors", "latency"))
UPDATE = "deployment_config.0.blue_green_update_policy.0"
TRACKING = "target_tracking_scaling_policy_configuration.0"

Planned = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Case:
    """A setting, its new value, and where the plan says what: ``planned`` is in the provider's units."""

    setting: str
    value: Any
    address: str
    path: str
    planned: Any
    base: str = "instances"


CASES = [
    Case(
        "variants.main.instance-type",
        "ml.p3.8xlarge",
        CONFIGURED,
        "production_variants.0.instance_type",
        "ml.p3.8xlarge",
    ),
    Case("variants.main.instance-count", 4, CONFIGURED, "production_variants.0.initial_instance_count", 4),
    Case(
        "variants.main.inference-ami-version",
        "al2-ami-sagemaker-inference-gpu-2",
        CONFIGURED,
        "production_variants.0.inference_ami_version",
        "al2-ami-sagemaker-inference-gpu-2",
    ),
    Case("variants.main.volume-size-gb", 77, CONFIGURED, "production_variants.0.volume_size_in_gb", 77),
    Case(
        "variants.main.model-data-download-timeout-seconds",
        600,
        CONFIGURED,
        "production_variants.0.model_data_download_timeout_in_seconds",
        600,
    ),
    Case(
        "variants.main.container-startup-timeout-seconds",
        900,
        CONFIGURED,
        "production_variants.0.container_startup_health_check_timeout_in_seconds",
        900,
    ),
    Case(
        "variants.main.routing",
        "least-outstanding-requests",
        CONFIGURED,
        "production_variants.0.routing_config.0.routing_strategy",
        "LEAST_OUTSTANDING_REQUESTS",
    ),
    Case("variants.main.weight", 5, CONFIGURED, "production_variants.0.initial_variant_weight", 5),
    Case("variants.main.autoscaling.min", 3, BOUNDS, "min_capacity", 3),
    Case("variants.main.autoscaling.max", 9, BOUNDS, "max_capacity", 9),
    Case("variants.main.autoscaling.invocations-per-instance", 50, SCALING, f"{TRACKING}.target_value", 50),
    Case("variants.main.autoscaling.scale-in-cooldown-seconds", 7, SCALING, f"{TRACKING}.scale_in_cooldown", 7),
    Case("variants.main.autoscaling.scale-out-cooldown-seconds", 8, SCALING, f"{TRACKING}.scale_out_cooldown", 8),
    Case(
        "variants.main.serverless.memory-mb",
        4096,
        CONFIGURED,
        "production_variants.0.serverless_config.0.memory_size_in_mb",
        4096,
        "serverless",
    ),
    Case(
        "variants.main.serverless.max-concurrency",
        9,
        CONFIGURED,
        "production_variants.0.serverless_config.0.max_concurrency",
        9,
        "serverless",
    ),
    Case("data-capture.percentage", 33, CONFIGURED, "data_capture_config.0.initial_sampling_percentage", 33),
    Case("alarms.server-errors.above", 4, ERRORS, "threshold", 4),
    Case("alarms.server-errors.minutes", 6, ERRORS, "evaluation_periods", 6),
    Case("alarms.latency.above-ms", 250, LATENCY, "threshold", 250_000),
    Case("alarms.latency.minutes", 7, LATENCY, "evaluation_periods", 7),
    Case(
        "alarms.latency.of", "first-chunk", LATENCY, "metric_query.@m0.metric.0.metric_name", "FirstChunkModelLatency"
    ),
    Case("alarms.latency.statistic", "p95", LATENCY, "metric_query.@m0.metric.0.stat", "p95"),
    Case("alarms.notify", [TOPIC], LATENCY, "alarm_actions", [TOPIC]),
    Case("rollout.type", "linear", ENDPOINT, f"{UPDATE}.traffic_routing_configuration.0.type", "LINEAR"),
    Case(
        "rollout.percentage",
        25,
        ENDPOINT,
        f"{UPDATE}.traffic_routing_configuration.0.linear_step_size.0.value",
        25,
    ),
    Case(
        "rollout.wait-minutes", 2, ENDPOINT, f"{UPDATE}.traffic_routing_configuration.0.wait_interval_in_seconds", 120
    ),
    Case("rollout.keep-old-minutes", 3, ENDPOINT, f"{UPDATE}.termination_wait_in_seconds", 180),
]
NOT_PLANNED = {
    "sample.file",
    "sample.content-type",
    "sample.accept",
}  # sent once the endpoint serves: no resource of Terraform's


@pytest.fixture(scope="module")
def plans(  # noqa: PLR0917 - fixtures
    emulator_process: Emulator,
    terraform_engine: Engine,
    installations: ProviderInstallations,
    provider: ProviderSource,
    missing: Missing,
    tmp_path_factory: pytest.TempPathFactory,
) -> Mapping[str, tuple[Planned, Planned]]:
    """Plan one environment's endpoint of each base twice: as the base is, and with all of its settings changed."""
    folder = tmp_path_factory.mktemp("settings") / "terraform"
    shutil.copytree(CONFIGURATION, folder)
    (folder / "backend_override.tf.json").write_text(json.dumps({"terraform": {"backend": {"local": {}}}}))
    environment = {**emulator_process.environment(ACCOUNTS[CHANGED], REGION), **provider.environment()}

    def planned(terraform: Terraform, base: str, *cases: Case) -> Planned:
        repository = write_repository(tmp_path_factory.mktemp("repository"), base, *cases)
        (folder / "terraform.tfvars.json").write_text(variables_of(CHANGED, repository))
        changes = terraform.show_json(terraform.plan())["resource_changes"]
        return {change["address"]: change["change"]["after"] for change in changes}

    with terraform_starter(terraform_engine, installations, missing) as starter:
        terraform = starter.start_module(folder, environment, folder.with_name("data"))
        return {
            base: (
                planned(terraform, base),
                planned(terraform, base, *(case for case in CASES if case.base == base)),
            )
            for base in BASES
        }


def variables_of(environment: str, repository: Path) -> str:
    """All that Terraform is told of an environment."""
    facts = facts_of_target(environment, ACCOUNTS[environment])
    return json.dumps(variables(load(environment, repository), facts, RELEASE, CONFIGURATION))


def write_repository(folder: Path, base: str, *cases: Case) -> Path:
    """Write the settings of three environments, the base in each; one of them has those of the cases changed."""
    (folder / "environments").mkdir(parents=True)
    (folder / "environments/default.yml").write_text("{}")
    for name in ACCOUNTS:
        settings = deepcopy(BASES[base])
        for case in cases if name == CHANGED else ():
            *parents, last = case.setting.split(".")
            reduce(lambda section, key: section.setdefault(key, {}), parents, settings)[last] = case.value
        (folder / f"environments/{name}.yml").write_text(yaml.safe_dump(settings))
    return folder


def at(planned: Planned, address: str, path: str) -> Any:
    """The value at a dotted path of a resource; None where there is nothing."""
    found: Any = planned.get(address)
    for key in path.split("."):
        if isinstance(found, list) and key.startswith("@"):
            found = next((each for each in found if each.get("id") == key.removeprefix("@")), None)
        elif isinstance(found, list):
            found = found[int(key)] if int(key) < len(found) else None
        else:
            found = found.get(key) if found else None
    return found


each_setting = pytest.mark.parametrize("case", CASES, ids=lambda case: case.setting)


@each_setting
def test_a_setting_is_seen_in_the_plan_of_its_environment(
    plans: Mapping[str, tuple[Planned, Planned]], case: Case
) -> None:
    """In real plans: where it belongs, and only if it was set."""
    before, after = plans[case.base]

    assert at(before, case.address, case.path) != case.planned
    assert at(after, case.address, case.path) == case.planned


@each_setting
def test_a_setting_of_one_environment_reaches_no_other(tmp_path: Path, case: Case) -> None:
    """Terraform is told the same there, to the letter, and so plans the same."""
    before = write_repository(tmp_path / "before", case.base)
    after = write_repository(tmp_path / "after", case.base, case)

    changed = {name for name in ACCOUNTS if variables_of(name, before) != variables_of(name, after)}

    assert changed == {CHANGED}


def test_every_setting_that_there_is_has_been_changed() -> None:
    """A new one needs a line above."""
    assert {case.setting for case in CASES} == set(settings_below(EndpointSettings)) - NOT_PLANNED


def settings_below(section: type[BaseModel], above: str = "") -> Iterator[str]:
    """The dotted paths of all settings; the one variant is ``main``."""
    for name, field in section.model_fields.items():
        path = f"{above}{field.alias or name}"
        sections = list(_sections(field.annotation))
        if not sections:
            yield path
        for below in sections:
            variant = ".main" if path == "variants" else ""
            yield from settings_below(below, f"{path}{variant}.")


def _sections(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _sections(argument)
