"""What the demo shows at its end: what there is in each environment, where models go, and what to do next."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from sagemaker_templates.demo.picture import environment_picture
from sagemaker_templates.demo.rollout import RolledOut
from sagemaker_templates.emulator import Emulator
from sagemaker_templates.inventory.model_paths import as_tree, model_paths
from sagemaker_templates.settings import Configuration
from sagemaker_templates.templates.registry import Template
from sagemaker_templates.wording import counted


def show_summary(
    console: Console, results: Sequence[RolledOut], templates: Mapping[str, Template], seconds: float
) -> None:
    """Show what each environment holds, where models go from there, and how much of it there is."""
    console.print(Text("\nWhat there is on the emulator now", style="bold"))
    for of_one in _by_environment(results):
        console.print()
        console.print(environment_picture(of_one, templates), soft_wrap=False)
    paths = model_paths((result.plan.project for result in results if result.plan.project), templates)
    walked = as_tree((path for path in paths if path.maker and path.takers), templates)
    if walked:
        console.print()
        console.print(walked, soft_wrap=False)
    console.print()
    console.print(_in_all(results, seconds), soft_wrap=False)


def _by_environment(results: Sequence[RolledOut]) -> list[list[RolledOut]]:
    groups: dict[str, list[RolledOut]] = {}
    for result in sorted(results, key=lambda result: result.plan.environment.name):
        groups.setdefault(result.plan.environment.name, []).append(result)
    return list(groups.values())


def _in_all(results: Sequence[RolledOut], seconds: float) -> Text:
    created = [address for result in results for address in result.created]
    kinds = Counter(address.split(".")[0].removeprefix("aws_") for address in created)
    most = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common(_KINDS_SHOWN))
    changed = sum(not result.second_plan_empty for result in results)
    again = f"CHANGES in {changed}" if changed else "no changes"
    return Text(
        f"{counted(len(results), 'stack')} in {seconds:.0f} s: {counted(len(created), 'resource')} created; "
        f"planned again: {again}.\n"
        f"Among them {most}.",
        overflow="fold",
    )


_KINDS_SHOWN = 4


def show_next_steps(console: Console, output: Path) -> None:
    """Say where the JSON is and what to do with it."""
    lines = [
        "",
        f"The Terraform JSON is in {output}/stacks, one folder per stack. Next:",
        "  edit environments/    your accounts, one file per project (docs/settings.md)",
        "  make synth            write cdktf.out/ anew",
        "  terraform -chdir=cdktf.out/stacks/STACK init, plan, apply",
        "                        the same JSON, in your account (docs/applying.md)",
    ]
    _show(console, lines)


def show_how_to_look_around(console: Console, emulator: Emulator, configuration: Configuration) -> None:
    """Say how to reach the emulator that was left running, and how to end it."""
    environment = configuration.environments[0]
    variables = emulator.environment(environment.account_id, environment.region)
    shown = " ".join(f"{name}={variables[name]}" for name in _LOOK_AROUND)
    lines = [
        "",
        f"The emulator is still running (process {emulator.pid}). To look around:",
        f"  export {shown}",
        "  aws s3 ls; aws codecommit list-repositories",
        "The access key is the account to look at.",
        f"To end it: kill {emulator.pid}",
    ]
    _show(console, lines)


def _show(console: Console, lines: Sequence[str]) -> None:
    for line in lines:
        console.print(Text(line))


_LOOK_AROUND = ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION")
