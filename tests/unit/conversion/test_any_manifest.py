"""Whatever a manifest holds: what is converted loads, and what is not is told in lines."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conversion.manifest_files import deployment, metadata, module, variable, write
from hypothesis import given, settings
from hypothesis import strategies as st
from sagemaker_templates.configuration import load_configuration
from sagemaker_templates.conversion.choices import read_choices
from sagemaker_templates.conversion.conversion import Wanted, converted
from sagemaker_templates.conversion.names import field_of
from sagemaker_templates.conversion.record import Outcome
from sagemaker_templates.conversion.values import Variables
from sagemaker_templates.settings import InvalidSettings
from sagemaker_templates.templates.registry import all_templates
from sagemaker_templates.temporary import temporary_folder

ENVIRON = {"ACCOUNT": "111111111111", "REGION": "us-east-1", "SUBNETS": "subnet-0123456789abcdef0", "TEXT": "a b"}
VPC, OTHER_VPC = "vpc-0123456789abcdef0", "vpc-0123456789abcdef1"
SUBNET = "subnet-0123456789abcdef0"
RIGHT: dict[str, list[Any]] = {
    "dev-account-id": ["111111111111", variable("ACCOUNT"), "${ACCOUNT}"],
    "dev-region": ["us-east-1", "${ REGION }"],
    "dev-vpc-id": [VPC, OTHER_VPC, {"parameterValue": "vpc"}, metadata("a", "b", "VpcId")],
    "dev-subnet-ids": [[SUBNET], f'["{SUBNET}"]', variable("SUBNETS")],
    "prod-account-id": ["333333333333", 333333333333],
    "prod-region": ["us-east-1", "eu-west-1"],
    "prod-vpc-id": [VPC],
    "prod-subnet-ids": [[SUBNET]],
    "tags": [{"team": "ml: a"}, '{"cost": "1"}', {}],
    "repository-type": ["CodeCommit"],
    "permissions-boundary-name": ["bounds", "on", "1e3", {"parameterStore": "/b"}, ""],
    "enable-network-isolation": [True, "false", "Yes"],
    "encrypt-inter-container-traffic": ["1"],
    "model-package-group-name": ["group", 7],
    "model-bucket-name": ["models", "models-${ACCOUNT}"],
    "base-job-prefix": ["batch"],
    "hf-model-id": ["owner/name"],
    "hf-access-token-secret": ["hugging-face", {"secretsManager": "x"}],
    "no-such-parameter": ["x"],
}
ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(max_size=8),
    st.sampled_from(["# x", "a: b", "${TEXT}", "${NONE}", "- a", "'", "\\", "é\u2028", "0555", "null", "{a: b}"]),
    st.lists(st.text(max_size=4), max_size=2),
    st.dictionaries(st.text(max_size=4), st.text(max_size=4), max_size=2),
)
Spelling = Callable[[str], str]
SPELLINGS: st.SearchStrategy[Spelling] = st.sampled_from(
    [str, lambda name: name.replace("-", "_"), lambda name: name.title().replace("-", "")]
)


@st.composite
def modules(draw: st.DrawFn, wrong: bool) -> list[dict[str, Any]]:
    """Some modules; with what may be wrong, or with values that are right by themselves."""
    found = []
    for number in range(draw(st.integers(1, 3))):
        spelling = draw(SPELLINGS)
        parameters: dict[str, Any] = {
            spelling("project-template-type"): draw(st.sampled_from(sorted(all_templates()))),
            spelling("sagemaker-project-name"): f"{'abc'[number]}-project",
            spelling("sagemaker-project-id"): f"p-{number}",
        }
        for name in draw(st.lists(st.sampled_from(sorted(RIGHT)), unique=True)):
            value = draw(st.sampled_from(RIGHT[name]))
            parameters[spelling(name)] = draw(ANYTHING) if wrong and draw(st.integers(0, 3)) == 0 else value
        found.append(module(f"m{number}", parameters))
    return found


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _convert(found: list[dict[str, Any]], written_out: bool) -> None:
    with temporary_folder() as folder:
        write(folder / "modules.yaml", *found)
        manifest = write(folder / "deployment.yaml", deployment())
        environments = folder / "environments"
        variables = Variables(ENVIRON, written_out)
        wanted = Wanted((manifest,), environments, read_choices((), ["tfstate"], ()), variables)
        try:
            conversion = converted(wanted, all_templates())
        except InvalidSettings as invalid:
            assert all("\n" not in str(problem) for problem in invalid.problems)
            assert "/content/environments" not in str(invalid).replace(str(folder), "")
            assert not environments.exists()
            return
        configuration = load_configuration(environments, environ={} if written_out else ENVIRON)
        assert len(configuration.projects) == len(found)
        for one in found:
            told = {field_of(entry.what) for entry in conversion.entries if entry.module == one["name"]}
            assert {field_of(parameter["name"]) for parameter in one["parameters"]} <= told
        for entry in conversion.entries:
            assert entry.outcome in (Outcome.MAPPED, Outcome.DEFAULTED) or entry.why


@settings(max_examples=15, deadline=None)
@given(found=modules(wrong=False), written_out=st.booleans())
def test_what_is_converted_loads_and_every_parameter_is_told_of(
    found: list[dict[str, Any]], written_out: bool
) -> None:
    _convert(found, written_out)


@settings(max_examples=15, deadline=None)
@given(found=modules(wrong=True), written_out=st.booleans())
def test_a_manifest_of_anything_ends_in_files_or_in_lines(found: list[dict[str, Any]], written_out: bool) -> None:
    _convert(found, written_out)
