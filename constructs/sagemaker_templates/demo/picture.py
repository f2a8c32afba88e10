"""What an environment holds, as a tree: its stacks, what each is for, and what it got."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderResult
from rich.text import Text
from rich.tree import Tree

from sagemaker_templates.demo.model_paths import REGISTERED_IN, group_taken_from
from sagemaker_templates.demo.rollout import RolledOut
from sagemaker_templates.naming import ProjectNames
from sagemaker_templates.stacks.synthesis import StackPlan
from sagemaker_templates.templates.registry import Template


def environment_picture(results: Sequence[RolledOut], templates: Mapping[str, Template]) -> Tree:
    """The stacks of one environment; there is at least one. Stages come last: a newcomer looks for projects."""
    environment = results[0].plan.environment
    title = Text.assemble((environment.name, "bold"), f"  account {environment.account_id}, {environment.region}")
    tree = Tree(title, guide_style="dim")
    for result in sorted(results, key=lambda result: result.plan.deployment is not None):
        tree.add(_stack(result, templates))
    return tree


def _stack(result: RolledOut, templates: Mapping[str, Template]) -> Group:
    plan, outputs = result.plan, result.outputs
    heading = Text(plan.name, style="bold", overflow="fold")
    if plan.belongs_to:
        heading.append(f"  {plan.belongs_to.template}", style="not bold")
    lines = [heading, Text(_purpose(plan, templates), overflow="fold")]
    if "repository_clone_url" in outputs:  # too long to stand behind a label
        lines.append(Text(str(outputs["repository_clone_url"]), overflow="fold"))
    return Group(*lines, _Facts(tuple(_facts(result))))


def _purpose(plan: StackPlan, templates: Mapping[str, Template]) -> str:
    if plan.deployment:
        stack = ProjectNames(plan.deployment.project).stack
        return f"A stage of {stack}: what its endpoint in {plan.environment.name} needs."
    if plan.project:
        return templates[plan.project.template].summary
    return f"What the projects of {plan.environment.name} share: it fills their repositories."


@dataclass(frozen=True)
class _Facts:
    """Labels with their values behind them; what does not fit into the line goes on below, behind the label too."""

    rows: tuple[tuple[str, Sequence[str | Text]], ...]

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


def _facts(result: RolledOut) -> Iterator[tuple[str, Sequence[str | Text]]]:
    for label, values in (
        ("pipelines", _values(result, _PIPELINES)),
        ("models", _models(result)),
        ("endpoints", _values(result, {"endpoint_names": "{}"})),
        ("endpoint", _values(result, {"endpoint_name": "{}"})),
        ("bucket", _values(result, {"artifact_bucket": "{}"})),
        ("roles", [_without_account(arn) for arn in _values(result, _ROLES)]),
    ):
        if values:
            yield label, values
    yield "applied", _applied(result)


def _values(result: RolledOut, shown: Mapping[str, str]) -> list[str]:
    """What there is of the outputs that are shown, each in the words it is shown with."""
    return [words.format(result.outputs[output]) for output, words in shown.items() if output in result.outputs]


_PIPELINES = {"delivery_pipeline_name": "{} (CodePipeline)", "sagemaker_pipeline_name": "{} (SageMaker)"}
_ROLES = {
    "execution_role_arn": "{}",
    "import_role_arn": "{}",
    "planner_role_arn": "{}",
    "deployer_role_arn": "{}",
    "endpoint_role_arn": "{}",
}


def _models(result: RolledOut) -> list[str]:
    registered = _values(result, {REGISTERED_IN: "registered in {}"})
    taken = group_taken_from(result.plan.project) if result.plan.project else None
    return [*registered, *([f"taken from {taken}"] if taken else [])]


def _without_account(role: str) -> str:
    """A role's path and name: its account stands above."""
    return role.partition(":role/")[2] or role


def _applied(result: RolledOut) -> list[str | Text]:
    again = Text("no changes") if result.second_plan_empty else Text("CHANGES", style="bold red")
    return [f"{len(result.created)} created", Text("planned again: ") + again, f"{result.seconds:.0f} s"]
