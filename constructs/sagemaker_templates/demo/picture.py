"""What an environment holds, as a tree: its stacks, what each is for, and what it got."""

from collections.abc import Iterator, Mapping, Sequence

from rich.text import Text
from rich.tree import Tree

from sagemaker_templates.demo.rollout import RolledOut
from sagemaker_templates.inventory.model_paths import REGISTERED_IN, group_taken_from
from sagemaker_templates.inventory.picture import Fact, environment_tree, stack_picture
from sagemaker_templates.templates.registry import Template


def environment_picture(results: Sequence[RolledOut], templates: Mapping[str, Template]) -> Tree:
    """The stacks of one environment; there is at least one. Stages come last: a newcomer looks for projects."""
    tree = environment_tree(results[0].plan.environment)
    for result in sorted(results, key=lambda result: result.plan.deployment is not None):
        clone_url = result.outputs.get("repository_clone_url")
        tree.add(stack_picture(result.plan, templates, _facts(result), str(clone_url) if clone_url else None))
    return tree


def _facts(result: RolledOut) -> Iterator[Fact]:
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
