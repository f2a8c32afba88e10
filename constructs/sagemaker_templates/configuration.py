"""Settings together with the templates and the names that they are checked against."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from sagemaker_templates import foundation_checks, idle_keys, job_names, name_clashes
from sagemaker_templates.naming import name_problems
from sagemaker_templates.settings import Configuration, load
from sagemaker_templates.settings.completion import Around, Completed
from sagemaker_templates.settings.objections import Objection
from sagemaker_templates.templates import model_sources
from sagemaker_templates.templates.registry import all_templates
from sagemaker_templates.terminal import errors


def load_configuration(
    environments: Path, output: Path | None = None, environ: Mapping[str, str] = os.environ
) -> Configuration:
    """Load ``environments/``; starts no Node.

    Args:
        output: where the stacks are written to, if that is known: no state may lie there.
        environ: what the files may take values from, as far as they list it.

    Raises:
        InvalidSettings: with every problem that was found.
    """
    return load(
        environments,
        all_templates(),
        name_checks=name_problems,
        complete=_completed,
        template_checks=_template_checks,
        template_notices=_template_notices,
        environ=environ,
        output=output,
    )


def load_and_note(environments: Path, output: Path | None = None) -> Configuration:
    """The same for a command: what was noticed is written to standard error, a line each."""
    configuration = load_configuration(environments, output)
    for notice in configuration.notices:
        errors.print(f"note: {notice}")
    return configuration


def _completed(around: Around) -> Iterator[Completed]:
    return model_sources.completed(around, all_templates())


def _template_notices(configuration: Configuration) -> Iterator[Objection]:
    yield from idle_keys.notices(configuration, all_templates())
    yield from model_sources.notices(configuration, all_templates())


def _template_checks(configuration: Configuration) -> Iterator[Objection]:
    yield from model_sources.objections(configuration, all_templates())
    yield from foundation_checks.objections(configuration, all_templates())
    for name, template in all_templates().items():
        if template.checks:
            projects = [project for project in configuration.projects if project.template == name]
            yield from template.checks(projects, configuration)
    yield from name_clashes.objections(configuration, all_templates())
    yield from job_names.objections(configuration, all_templates())
