"""How tests come by Terraform in a folder: initialized, with one provider process that its commands share.

Where a test asks for the plain way, each command starts its provider itself: what users run.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, Protocol

from sagemaker_templates.operations.engine import Engine
from sagemaker_templates.operations.kept_provider import ProviderInstallations, installed_in
from sagemaker_templates.operations.terraform import Progress, ProviderUnavailableError, Terraform


class Missing(Protocol):
    """What a test calls when something that it needs is not there."""

    def __call__(self, reason: str) -> NoReturn: ...


@dataclass(frozen=True)
class TerraformStarter:
    """Initializes Terraform; the provider processes that it starts end with ``running``."""

    engine: Engine
    installations: ProviderInstallations
    missing: Missing
    running: ExitStack

    def start(
        self,
        folder: Path,
        variables: Mapping[str, str],
        data: Path,
        progress: Progress | None = None,
        *,
        plain: bool = False,
    ) -> Terraform:
        """Initialize a stack.

        Args:
            folder: where its files are.
            variables: all that Terraform and its providers are to know.
            data: a folder for what Terraform keeps.
            plain: whether each command starts its provider.
        """
        try:
            if not plain:
                variables = self.running.enter_context(self.installations.kept(folder, variables))
            return self._initialized(folder, variables, data, progress)
        except ProviderUnavailableError as error:
            self.missing(str(error))

    def start_module(self, folder: Path, variables: Mapping[str, str], data: Path) -> Terraform:
        """Initialize a folder of HCL in the plain way, and keep the provider that this installed."""
        try:
            self._initialized(folder, variables, data, None)
        except ProviderUnavailableError as error:
            self.missing(str(error))
        kept = self.running.enter_context(installed_in(data).kept(folder, variables))
        return Terraform(self.engine, folder, {**variables, **kept}, data)

    def _initialized(
        self, folder: Path, variables: Mapping[str, str], data: Path, progress: Progress | None
    ) -> Terraform:
        terraform = Terraform(self.engine, folder, variables, data, progress)
        terraform.init()
        return terraform


@contextmanager
def terraform_starter(
    engine: Engine, installations: ProviderInstallations, missing: Missing
) -> Iterator[TerraformStarter]:
    """Give a starter for a block; at its end no provider process of its is left."""
    with ExitStack() as running:
        yield TerraformStarter(engine, installations, missing, running)
