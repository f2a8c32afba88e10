"""Settings together with the templates and the names that they are checked against."""

from collections import defaultdict
from pathlib import Path

from sagemaker_templates.naming import ProjectNames, name_problems
from sagemaker_templates.settings import Configuration, InvalidSettings, Problem, load
from sagemaker_templates.templates.registry import all_templates


def load_configuration(environments: Path) -> Configuration:
    """Load ``environments/``; starts no Node.

    Raises:
        InvalidSettings: with every problem that was found.
    """
    configuration = load(environments, all_templates(), name_checks=name_problems)
    problems = [*_ambiguous_stacks(configuration, environments)]
    if problems:
        raise InvalidSettings(problems)
    return configuration


def _ambiguous_stacks(configuration: Configuration, environments: Path) -> list[Problem]:
    """``dev`` + ``pre-x`` and ``dev-pre`` + ``x`` would share a folder and a state."""
    owners: dict[str, list[str]] = defaultdict(list)
    for project in configuration.projects:
        owners[ProjectNames(project).stack].append(f"{project.environment.name}/{project.name}")
    return [
        Problem(environments, None, None, f'the stack name "{stack}" is derived from each of {", ".join(names)}')
        for stack, names in owners.items()
        if len(names) > 1
    ]
