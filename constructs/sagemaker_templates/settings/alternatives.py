"""Keys of which a project's file holds one or the others: what is missing then, or one too many."""

from collections.abc import Collection, Iterator
from itertools import chain

from sagemaker_templates.settings.model import TemplateParameters

Field = str


def wrong_choices(model: type[TemplateParameters], given: Collection[Field]) -> Iterator[tuple[Field, str]]:
    """Say which fields are missing for what else is given, or are one too many, and why.

    Args:
        given: the fields that the user gave, right or wrong.
    """
    chosen = [one for one in model.alternatives if set(one) & set(given)]
    if not chosen:
        yield from _nothing(model)
        return
    first, *others = chosen
    for field in chain.from_iterable(others):
        if field in given:
            yield field, f"cannot be given beside {_listed(one for one in first if one in given)}"
    if not others:
        for field in first:
            if field not in given:
                yield field, f"is required beside {_listed(one for one in first if one in given)}"


def passed_over(model: type[TemplateParameters], given: Collection[Field]) -> set[Field]:
    """The fields that cannot be given any more: those beside a group of which one is, or beside the first group."""
    groups = sorted(model.alternatives, key=lambda group: not set(group) & set(given))
    return set(chain.from_iterable(groups[1:]))


def _nothing(model: type[TemplateParameters]) -> Iterator[tuple[Field, str]]:
    if model.alternatives:
        first, *others = model.alternatives
        why = (model.model_fields[first[0]].description or "").rstrip(".")
        yield first[0], f"is required: {why}; in its place {'; or '.join(map(_listed, others))}"


def _listed(fields: Collection[Field] | Iterator[Field]) -> str:
    return " and ".join(field.replace("_", "-") for field in fields)
