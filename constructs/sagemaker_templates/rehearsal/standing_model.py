"""A model that stands in the emulator, made of a package of the registry: its role, and what it is started with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sagemaker_templates.emulator import Emulator
from sagemaker_templates.rehearsal.acting import account_of
from sagemaker_templates.rehearsal.images import parts_of_image, some_layers
from sagemaker_templates.rehearsal.services.acts import Values

Json = Mapping[str, Any]


@dataclass(frozen=True)
class StandingModel:
    """A model with one container.

    Attributes:
        account: that it is in; the package may be another's.
    """

    emulator: Emulator
    account: str
    region: str
    name: str

    @property
    def role_arn(self) -> str:
        """As whom its container runs."""
        return str(self._described["ExecutionRoleArn"])

    @property
    def network(self) -> Mapping[str, Sequence[str]]:
        """Subnets and security groups; empty where it runs in SageMaker's own network."""
        found: Mapping[str, Sequence[str]] = self._described.get("VpcConfig") or {}
        return found

    def start(self) -> Values:
        """The values of the acts that load its image and its files."""
        container = self._container
        bucket, _, key = str(container["ModelDataUrl"]).removeprefix("s3://").partition("/")
        image = {**parts_of_image(container["Image"]), "layers": some_layers()}
        return {**image, "model-bucket": bucket, "model-keys": [key]}

    @cached_property
    def _described(self) -> Json:
        sagemaker = self.emulator.client("sagemaker", self.account, self.region)
        found: Json = sagemaker.describe_model(ModelName=self.name)
        return found

    @cached_property
    def _container(self) -> Json:
        """That of the model package, whosever it is."""
        (own,) = (
            [self._described["PrimaryContainer"]]
            if "PrimaryContainer" in self._described
            else self._described["Containers"]
        )
        registry = self.emulator.client("sagemaker", account_of(own["ModelPackageName"]), self.region)
        described = registry.describe_model_package(ModelPackageName=own["ModelPackageName"])
        found: Json = described["InferenceSpecification"]["Containers"][0]
        return found
