"""xgboost_abalone: train, evaluate and register an XGBoost model, from a repository with its own pipeline."""

from typing import Any

from pydantic import Field

from sagemaker_templates.seeds import seed_folder
from sagemaker_templates.settings.model import TemplateParameters
from sagemaker_templates.templates.registry import Template


class Parameters(TemplateParameters):
    """Parameters of xgboost_abalone."""

    enable_network_isolation: bool = Field(
        default=False, description="Run the jobs without any network access from their containers."
    )
    encrypt_inter_container_traffic: bool = Field(
        default=False, description="Encrypt the traffic between the containers of one job."
    )


def build(context: Any) -> None:
    """Placeholder of the first commit; replaced by the composition of blocks."""


TEMPLATE = Template(
    name="xgboost_abalone",
    summary="Train, evaluate and register an XGBoost model on the Abalone data set.",
    parameters=Parameters,
    build=build,
    seed=seed_folder("xgboost_abalone"),
)
