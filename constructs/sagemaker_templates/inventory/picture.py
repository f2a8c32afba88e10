"""Environments and their stacks as a tree: what each is for, and facts with a label each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderResult
from rich.text import Text
from rich.tree import Tree

from sagemaker_templates.naming import ProjectNames
from sagemaker_templates.settings.model import Environment
from sagemaker_templates.stacks.synthesis import StackPlan
from sagemaker_templates.templates.registry import Template

Fact = tuple[str, Sequence[str | Text]]
"""A label of at most ten characters, and what stands behind it."""


def environment_tree(environment: Environment) -> Tree:
    """The root of an environment's tree."""
    title = Text.assemble((environment.name, "bold"), f"  account {environment.account_id}, {environment.region}")
    return Tree(title, guide_style="dim")


def stack_picture(
    plan: StackPlan, templates: Mapping[str, Template], facts: Iterable[Fact], *lines: str | None
) -> Group:
    """A stack with what it is for and what is known of it.

    Args:
        lines: what is too long to stand behind a label.
    """
    heading = Text(plan.name, style="bold", overflow="fold")
    if plan.belongs_to:
        heading.append(f"  {plan.belongs_to.template}", style="not bold")
    below = (Text(line, overflow="fold") for line in (_purpose(plan, templates), *lines) if line)
    return Group(heading, *below, Facts(tuple(facts)))


def _purpose(plan: StackPlan, templates: Mapping[str, Template]) -> str:
    if plan.deployment:
        stack = ProjectNames(plan.deployment.project).stack
        return f"A stage of {stack}: what its endpoint in {plan.environment.name} needs."
    if plan.project:
        return templates[plan.project.template].summary
    return f"What the projects of {plan.environment.name} share: it fills their repositories."


@dataclass(frozen=True)
class Facts:
    """Labels with their values behind them; what does not fit into the line goes on below, behind the label too."""

    rows: tuple[Fact, ...]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for label, values in self.rows:
            width = max(1, options.max_width - _LABEL)
            for number, line in enumerate(_packed(values, width).wrap(console, width, overflow="fold")):
                yield Text(f"{'' if number else label:<{_LABEL}}") + line


_LABEL = 11


def _packed(values: Sequence[str | Text], width: int) -> Text:
    """The values with commas between them, as many in a line as it holds."""
    packed, used = Text(), 0
    for value in values:
        size = cell_len(str(value))
        if packed and used + size + len(", ,") > width:
            packed, used = packed + ",\n", 0
        elif packed:
            packed, used = packed + ", ", used + len(", ")
        packed, used = packed + value, used + size
    return packed
