"""The templates that a project may name, as settings see them: a name and a model of parameters each."""

from collections.abc import Collection, Mapping
from typing import Protocol

from sagemaker_templates.settings.model import TemplateParameters


class TemplateLike(Protocol):
    """What settings need to know of a template."""

    @property
    def parameters(self) -> type[TemplateParameters]:
        """The model of the parameters that the template adds to the common ones."""

    @property
    def repository_suffix(self) -> str:
        """How the names of its projects' repositories end."""


Catalogue = Mapping[str, TemplateLike]


def parameters_of(templates: Catalogue, name: object) -> Collection[str]:
    """The fields of one template; of all where the name is not known, so that none is called wrong."""
    if isinstance(name, str) and name in templates:
        return set(templates[name].parameters.model_fields)
    return {field for template in templates.values() for field in template.parameters.model_fields}


def owners(templates: Catalogue, field: str) -> list[str]:
    """The templates that have a parameter."""
    return [name for name, template in templates.items() if field in template.parameters.model_fields]
