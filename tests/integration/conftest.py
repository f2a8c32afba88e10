"""What the integration tests run on: real Terraform, the real AWS provider, and an emulator per test process."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

import installation as stand_in
import pytest
from built_package import build_wheel
from sagemaker_templates.emulator import Emulator, running_emulator
from sagemaker_templates.operations.engine import Engine, EngineError, find_engine
from sagemaker_templates.operations.kept_provider import ProviderInstallations
from sagemaker_templates.operations.mirror import ProviderSource, provider_source
from sagemaker_templates.operations.terraform import Progress, Terraform
from site_on_emulator import SiteMaker, site_maker
from terraform_factory import TerraformFactory
from terraform_starter import Missing, TerraformStarter, terraform_starter

REQUIRED_VARIABLE = "REQUIRE_INTEGRATION"


def _missing(reason: str) -> NoReturn:
    """Skip what cannot run here; where everything must run, as in CI, fail instead."""
    if os.environ.get(REQUIRED_VARIABLE) == "1":
        pytest.fail(f"{REQUIRED_VARIABLE}=1, but {reason}", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def missing() -> Missing:
    """Return what a test calls when something that it needs is not there: the only place that skips."""
    return _missing


@pytest.fixture(scope="session")
def built_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the package once for all tests of this process that install it."""
    return build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def emulator_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """Run one emulator for all tests of this process, on a port of its own."""
    log = tmp_path_factory.mktemp("emulator") / "emulator.log"
    with running_emulator(log_file=log) as emulator:
        yield emulator


@pytest.fixture
def emulator(emulator_process: Emulator) -> Emulator:
    """Return the emulator with nothing in it."""
    emulator_process.reset()
    return emulator_process


@pytest.fixture(scope="session")
def terraform_engine(missing: Missing) -> Engine:
    """Return Terraform or what stands in for it."""
    try:
        return find_engine()
    except EngineError as error:
        missing(str(error))


@pytest.fixture(scope="session")
def provider(tmp_path_factory: pytest.TempPathFactory) -> ProviderSource:
    """Return where the AWS provider comes from."""
    return provider_source(tmp_path_factory.mktemp("provider"))


@pytest.fixture(scope="session")
def installations(
    terraform_engine: Engine, provider: ProviderSource, tmp_path_factory: pytest.TempPathFactory
) -> ProviderInstallations:
    """Return the AWS provider as a plain ``init`` installs it, once for all tests of this process."""
    folder = tmp_path_factory.mktemp("installations")
    return ProviderInstallations(terraform_engine, provider.environment(), folder)


@pytest.fixture
def starter(
    terraform_engine: Engine, installations: ProviderInstallations, missing: Missing
) -> Iterator[TerraformStarter]:
    """Return what initializes Terraform in a folder; its provider processes end with the test."""
    with terraform_starter(terraform_engine, installations, missing) as started:
        yield started


@pytest.fixture(scope="session")
def installed_stand_in(
    tmp_path_factory: pytest.TempPathFactory, provider: ProviderSource, missing: Missing
) -> stand_in.StandIn:
    """Return the stand-in GitHub provider, installed once."""
    if not stand_in.is_available():
        missing("the stand-in GitHub provider is not installed: make tests/stand_in_github/.venv/.installed")
    return stand_in.install_stand_in(tmp_path_factory.mktemp("stand-in-github"), provider)


@pytest.fixture
def stand_in_github(installed_stand_in: stand_in.StandIn, tmp_path: Path) -> stand_in.StandIn:
    """Return the stand-in GitHub provider with an empty account: hand its ``environment()`` to Terraform."""
    return installed_stand_in.with_account(tmp_path / "github-account.json")


@pytest.fixture
def terraform(
    emulator: Emulator, starter: TerraformStarter, provider: ProviderSource, tmp_path: Path
) -> TerraformFactory:
    """Return a function that initializes Terraform in a folder with a given stack, against the emulator."""

    def initialized(
        name: str,
        stack: Mapping[str, Any],
        account_id: str,
        region: str = "us-east-1",
        *,
        progress: Progress | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> Terraform:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "main.tf.json").write_text(json.dumps(stack))
        environment = {**emulator.environment(account_id, region), **provider.environment(), **(variables or {})}
        return starter.start(folder, environment, tmp_path / f"{name}-data", progress)

    return initialized


@pytest.fixture
def provider_variables(provider: ProviderSource) -> Mapping[str, str]:
    """Return what tells a site's Terraform where its providers are: a module whose stacks need more has its own."""
    return provider.environment()


@pytest.fixture
def make_site(
    emulator: Emulator, starter: TerraformStarter, provider_variables: Mapping[str, str], tmp_path: Path
) -> SiteMaker:
    """Return a function that copies, synthesizes and prepares accounts for a folder of environments."""
    return site_maker(emulator, starter, provider_variables, tmp_path)
