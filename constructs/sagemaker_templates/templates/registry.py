"""Finds the templates: modules of this package, and ``sagemaker_templates.templates`` entry points of others.

A template module never imports CDKTF when it is itself imported, so that validation does not start Node.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from sagemaker_templates import templates
from sagemaker_templates.settings.model import Configuration, Project, TemplateParameters
from sagemaker_templates.settings.objections import Objection

ENTRY_POINT_GROUP = "sagemaker_templates.templates"
_NOT_TEMPLATES = {"context", "model_sources", "registry"}


@dataclass(frozen=True)
class Template:
    """What a template module declares as ``TEMPLATE``.

    Attributes:
        summary: what it is for: one sentence of at most 76 characters, so that the demo's picture keeps it on a line.
        build: adds a project's resources to its stack; is given a ``ProjectContext``.
        repository_suffix: ends the names of the repository, its build and its pipeline.
        build_target: for templates that deploy: adds what a project has in one of its stages to a stack of that
            stage's environment, and returns the assets of that stack; is given a ``TargetContext``.
        checks: what is wrong with the template's projects beyond their parameters.
        without_effect: which common keys, and parameters of its own, make nothing in a project; they are noticed
            where the project's own file holds them.
        job_prefix_field: the parameter that the names of a project's jobs and models begin with; None where jobs'
            names begin with the project's and models are not made.
        registers_models: whether its projects fill a model package group, and keep the models in their bucket.
        asks_from_vpc: the services of AWS that its jobs or endpoints ask from inside a VPC, as the names of their VPC
            endpoints end; what SageMaker does outside the VPC, such as pulling images, is none of it.
        instances: the instance types that its repository begins with, each with what it is for, as Service Quotas
            calls it: ``("ml.m5.large", "processing job")``.
        keeps: addresses, such as ``aws_s3_bucket.features``, of what the template protects in a project's stack
            besides ``blocks.protection.KEPT_IN_PROJECTS``. An address stays here when a later version has it no more.
        keeps_in_targets: the same of a target's stack, besides ``KEPT_IN_TARGETS``.
    """

    name: str
    summary: str
    parameters: type[TemplateParameters]
    build: Callable[..., Any]
    seed: Path
    repository_suffix: str = "build"
    build_target: Callable[..., Any] | None = None
    checks: Callable[[Sequence[Project], Configuration], Iterable[Objection]] | None = None
    without_effect: Callable[[Project], Iterable[Objection]] | None = None
    job_prefix_field: str | None = None
    registers_models: bool = False
    asks_from_vpc: tuple[str, ...] = ("s3",)
    instances: tuple[tuple[str, str], ...] = ()
    keeps: frozenset[str] = frozenset()
    keeps_in_targets: frozenset[str] = frozenset()


@cache
def all_templates() -> Mapping[str, Template]:
    """Every known template by name, sorted.

    Raises:
        ValueError: two templates share a name.
    """
    found: dict[str, Template] = {}
    for template in [*_own(), *_from_entry_points()]:
        if template.name in found:
            raise ValueError(f"two templates are named {template.name!r}")
        found[template.name] = template
    return dict(sorted(found.items()))


def _own() -> list[Template]:
    names = (module.name for module in pkgutil.iter_modules(templates.__path__))
    modules = (importlib.import_module(f"{templates.__name__}.{n}") for n in names if n not in _NOT_TEMPLATES)
    return [module.TEMPLATE for module in modules]


def _from_entry_points() -> list[Template]:
    return [point.load().TEMPLATE for point in entry_points(group=ENTRY_POINT_GROUP)]
