"""The build's environment variables are understood, or refused in one clear line."""

from pathlib import Path

import pytest
from mlops.settings import OPTIONAL, REQUIRED, Settings, SettingsError


def test_required_variables_are_enough(environment: dict[str, str]) -> None:
    """The optional ones may be absent."""
    settings = Settings.from_environment({name: environment[name] for name in REQUIRED})

    assert settings.kms_key is None
    assert settings.network_isolation is False
    assert settings.subnet_ids == ()


def test_an_empty_optional_variable_is_an_absent_one(environment: dict[str, str]) -> None:
    """Terraform writes an empty string where there is no value."""
    empty = Settings.from_environment(environment | dict.fromkeys(OPTIONAL, ""))

    assert empty == Settings.from_environment({name: environment[name] for name in REQUIRED})


def test_jobs_and_models_are_the_projects_own_unless_told_otherwise(environment: dict[str, str]) -> None:
    """Most projects name their jobs after themselves and read their own models."""
    others = environment | {"BASE_JOB_PREFIX": "nightly", "MODEL_BUCKET": "mlops-other-111111111111"}

    own = Settings.from_environment(environment)
    assert (own.job_prefix, own.model_bucket) == ("demo", "mlops-demo-111111111111")
    given = Settings.from_environment(others)
    assert (given.job_prefix, given.model_bucket) == ("nightly", "mlops-other-111111111111")


@pytest.mark.parametrize("name", REQUIRED)
def test_a_missing_required_variable_is_named(environment: dict[str, str], name: str) -> None:
    """One line says which."""
    with pytest.raises(SettingsError, match=name) as error:
        Settings.from_environment(environment | {name: " "})

    assert "\n" not in str(error.value)


@pytest.mark.parametrize("written", ["subnet-1,subnet-2", "subnet-1, subnet-2,", '["subnet-1", "subnet-2"]'])
def test_subnets_are_a_comma_separated_or_a_json_list(environment: dict[str, str], written: str) -> None:
    """Both are in use."""
    settings = Settings.from_environment(environment | {"SUBNET_IDS": written})

    assert settings.subnet_ids == ("subnet-1", "subnet-2")


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("SUBNET_IDS", "", "belong together"),
        ("SECURITY_GROUP_IDS", "[]", "belong together"),
        ("SUBNET_IDS", '["subnet-1"', "no JSON list"),
        ("SUBNET_IDS", "[1]", "list of strings"),
        ("ENABLE_NETWORK_ISOLATION", "maybe", "write true or false"),
        ("MAX_JOB_HOURS", "0", "from 1 to 120"),
        ("MAX_JOB_HOURS", "121", "from 1 to 120"),
        ("MAX_JOB_HOURS", "4.5", "whole number of hours"),
        ("MAX_JOB_HOURS", "\u0664", "whole number of hours"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused(
    environment: dict[str, str], name: str, value: str, complaint: str
) -> None:
    """A protection must never be off because its switch was misspelt."""
    with pytest.raises(SettingsError, match=complaint):
        Settings.from_environment(environment | {name: value})


def test_jobs_may_take_four_hours_unless_told_otherwise(environment: dict[str, str]) -> None:
    """SageMaker takes seconds."""
    assert Settings.from_environment(environment).max_job_seconds == 14_400
    assert Settings.from_environment(environment | {"MAX_JOB_HOURS": "120"}).max_job_seconds == 432_000


@pytest.mark.parametrize(
    ("given", "origin"),
    [("0f1e2d3c" * 5, {"commit": "0f1e2d3c" * 5}), ("", {}), ("no {metadata}", {}), ("a" * 300, {})],
)
def test_packages_name_the_commit_that_codebuild_says(
    environment: dict[str, str], given: str, origin: dict[str, str]
) -> None:
    """Something else than a commit is left out: SageMaker would refuse the package, after the training."""
    settings = Settings.from_environment(environment | {"CODEBUILD_RESOLVED_SOURCE_VERSION": given})

    assert settings.origin == origin


def test_the_example_of_the_environment_names_every_variable_and_is_understood() -> None:
    """All but CodeBuild's own."""
    text = (Path(__file__).parents[1] / ".env.example").read_text(encoding="utf-8")
    example = dict(line.split("=", 1) for line in text.splitlines() if line and not line.startswith("#"))
    ours = {name for name in (*REQUIRED, *OPTIONAL) if not name.startswith("CODEBUILD_")}

    assert example.keys() >= ours
    assert Settings.from_environment(example).max_job_seconds == 14_400


def test_tags_place_resources_in_their_project(environment: dict[str, str]) -> None:
    """Tags have no empty values."""
    without_domain = Settings.from_environment(environment | {"SAGEMAKER_DOMAIN_ID": "", "SAGEMAKER_DOMAIN_ARN": ""})

    assert without_domain.tags == [
        {"Key": "sagemaker:project-name", "Value": "demo"},
        {"Key": "sagemaker:project-id", "Value": "p-demo0001"},
    ]
