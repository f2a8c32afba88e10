"""Packages that one command needs and the others do without."""

from importlib.util import find_spec

from sagemaker_templates.failures import StepFailed

CHECKOV = "checkov"
MOTO = "moto[server]"
CHECKOV_TESTED = "checkov==3.3.30"
"""The version that the scan is tested with, as ``requirements.in`` has it."""


class PackageMissing(StepFailed):
    """A command's package is not installed; the message says how to install it."""


def require(requirement: str, what: str) -> None:
    """Make sure that a package is there.

    Args:
        requirement: as pip takes it, ``CHECKOV`` or ``MOTO``.
        what: what needs it, as the message begins.

    Raises:
        PackageMissing: it is not installed.
    """
    module = requirement.partition("[")[0]
    if find_spec(module) is None:
        raise PackageMissing(f"{what} needs {module}, which is not installed here: pip install '{requirement}'")
