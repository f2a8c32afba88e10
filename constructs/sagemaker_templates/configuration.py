"""Settings together with the templates and the names that they are checked against."""

from pathlib import Path

from sagemaker_templates.naming import name_problems
from sagemaker_templates.settings import Configuration, load
from sagemaker_templates.templates.registry import all_templates


def load_configuration(environments: Path) -> Configuration:
    """Load ``environments/``; starts no Node.

    Raises:
        InvalidSettings: with every problem that was found.
    """
    return load(environments, all_templates(), name_checks=name_problems)
