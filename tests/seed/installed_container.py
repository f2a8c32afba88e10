"""The rehearsal's XGBoost container, with the environment that the tests have of it."""

from collections.abc import Mapping
from pathlib import Path

from mlops.local.sandbox import Sandbox
from sagemaker_templates.rehearsal.containers.container import XGBOOST, Container

PYTHON = Path(__file__).parents[2] / ".venv-xgboost/bin/python"


def xgboost_container(sandbox: Sandbox, job: str, environment: Mapping[str, str], isolated: bool = True) -> Container:
    """A container whose model lies in the folder ``model`` of the sandbox's job."""
    assert PYTHON.exists(), "make .venv-xgboost/.installed"
    return Container(sandbox, job, environment, PYTHON, XGBOOST, isolated)
