"""The tables of docs/doctor.md, from the checks themselves."""

from collections.abc import Iterator
from pathlib import Path

from sagemaker_templates.doctor.catalogue import TOPICS
from sagemaker_templates.settings.generated_part import renew, renewed

BEGIN = "<!-- generated: checks -->"


def tables() -> str:
    """What is checked, and which rights that takes."""
    return "\n".join([*_checks(), "", "### Rights", "", *_rights()])


def page(text: str) -> str:
    """A page with its generated part brought up to date.

    Raises:
        ValueError: the page does not say where the generated part begins and ends.
    """
    return renewed(text, BEGIN, tables())


def write(file: Path) -> None:
    """Bring a page up to date."""
    renew(file, BEGIN, tables())


def rights() -> dict[str, list[str]]:
    """The titles of the checks that take a right of AWS, by the right; sorted."""
    found: dict[str, list[str]] = {}
    for topic in TOPICS:
        for check in topic.checks:
            for right in check.rights:
                found.setdefault(right, []).append(check.title)
    return dict(sorted(found.items()))


def _checks() -> Iterator[str]:
    yield "| Of | It is asked whether | Why | Source |"
    yield "|---|---|---|---|"
    for topic in TOPICS:
        for check in topic.checks:
            yield f"| {topic.name} | {check.title} | {check.why} | [page]({check.source}) |"


def _rights() -> Iterator[str]:
    yield "| Right | For |"
    yield "|---|---|"
    for right, titles in rights().items():
        yield f"| `{right}` | {'; '.join(titles)} |"
