"""Plans in few words, dangers first: for a terminal, and as Markdown for a pull request."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sagemaker_templates.review.costs import BILLED
from sagemaker_templates.review.dangers import Danger, dangers
from sagemaker_templates.review.plan_changes import Action, Change

_WORDS: dict[Action, str] = {"destroy": "destroyed", "replace": "replaced", "update": "changed", "create": "created"}
"""What is done to resources, in the order of interest."""


@dataclass(frozen=True)
class StackSummary:
    """The plan of one stack.

    Attributes:
        failure: why there is no plan; Terraform's own words.
    """

    name: str
    changes: tuple[Change, ...] = ()
    failure: str | None = None

    @property
    def dangers(self) -> list[Danger]:
        """What deserves a second look."""
        return dangers(self.changes)

    def with_action(self, action: Action) -> list[str]:
        """The addresses that something is done to."""
        return [change.address for change in self.changes if change.action == action]

    @property
    def figures(self) -> str:
        """The plan in one line."""
        if self.failure:
            return "no plan"
        counts = Counter(change.action for change in self.changes)
        words = [f"{counts[action]} {word}" for action, word in _WORDS.items() if counts[action]]
        return ", ".join(words) or "no changes"

    @property
    def billed(self) -> list[str]:
        """What is newly billed for being there, a line each."""
        return [
            f"{change.address}: {BILLED[change.type]}"
            for change in self.changes
            if change.type in BILLED and change.action == "create"
        ]


def plain(summaries: Sequence[StackSummary]) -> str:
    """The summary for a terminal."""
    return "\n".join(line for lines in (_dangers(summaries), *map(_stack, summaries)) for line in lines)


def _dangers(summaries: Sequence[StackSummary]) -> Iterator[str]:
    found = [(summary.name, danger) for summary in summaries for danger in summary.dangers]
    if found:
        yield f"{len(found)} to look at before approving:"
        yield from (f"  {danger.kind}: {name}: {danger.address}: {danger.text}" for name, danger in found)
        yield ""


def _stack(summary: StackSummary) -> Iterator[str]:
    yield f"{summary.name}: {summary.figures}"
    if summary.failure:
        yield from (f"  {line}" for line in summary.failure.splitlines())
    for action, word in _WORDS.items():
        yield from (f"  {word} {address}" for address in summary.with_action(action))
    yield from (f"  billed {line}" for line in summary.billed)


def markdown(summaries: Sequence[StackSummary]) -> str:
    """The summary for a pull request: dangers, a table of figures, then the stacks folded."""
    return "\n".join([*_danger_section(summaries), *_figures(summaries), *_details(summaries)]) + "\n"


def _danger_section(summaries: Sequence[StackSummary]) -> Iterator[str]:
    found = [(summary.name, danger) for summary in summaries for danger in summary.dangers]
    if not found:
        return
    yield "### Look at this before approving\n"
    for name, danger in found:
        yield f"- **{danger.kind}** in {name}: {_code(danger.address)}: {_escaped(danger.text)}"
    yield ""


def _figures(summaries: Sequence[StackSummary]) -> Iterator[str]:
    yield "### Plan\n"
    yield "| stack | plan |"
    yield "|---|---|"
    yield from (f"| {summary.name} | {summary.figures} |" for summary in summaries)


def _details(summaries: Sequence[StackSummary]) -> Iterator[str]:
    for summary in summaries:
        if not (summary.changes or summary.failure):
            continue
        yield f"\n<details><summary>{summary.name}: {summary.figures}</summary>\n"
        if summary.failure:
            yield f"```text\n{summary.failure.replace('```', '')}\n```"
        for action, word in _WORDS.items():
            yield from (f"- {word} {_code(address)}" for address in summary.with_action(action))
        if summary.billed:
            yield "\nBilled for being there:\n"
            yield from (f"- {_escaped(line)}" for line in summary.billed)
        yield "\n</details>"


def _code(text: str) -> str:
    return f"`{text}`"


def _escaped(text: str) -> str:
    """Text whose stars and brackets mean nothing to Markdown."""
    return "".join(f"\\{letter}" if letter in "\\`*_<>[]|" else letter for letter in text)
