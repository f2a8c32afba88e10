"""What the demo shows at its end."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from sagemaker_templates.demo.rollout import RolledOut
from sagemaker_templates.emulator import Emulator
from sagemaker_templates.settings import Configuration


def show_summary(console: Console, results: Sequence[RolledOut], seconds: float) -> None:
    """Show what was created, stack by stack, and what each project got."""
    table = Table("stack", "account", "created", "second plan", "seconds", title="Applied on the emulator")
    for result in results:
        environment = result.plan.environment
        table.add_row(
            result.plan.name,
            environment.account_id,
            str(len(result.created)),
            "no changes" if result.second_plan_empty else "CHANGES",
            f"{result.seconds:.0f}",
        )
    console.print()
    console.print(table)
    for result in results:
        if result.plan.project:
            _show_project(console, result)
    console.print(f"\n{len(results)} stacks in {seconds:.0f} s.")


def _show_project(console: Console, result: RolledOut) -> None:
    outputs = result.outputs
    kinds = Counter(address.split(".")[0].removeprefix("aws_") for address in result.created)
    console.print(f"\n{result.plan.name}", style="bold")
    for label, output in _LABELS.items():
        if output in outputs:
            console.print(f"  {label:<22} {outputs[output]}")
    console.print(f"  {'in all':<22} " + ", ".join(f"{count} {kind}" for kind, count in kinds.most_common(6)) + " …")


_LABELS = {
    "repository": "repository_clone_url",
    "delivery pipeline": "delivery_pipeline_name",
    "SageMaker pipeline": "sagemaker_pipeline_name",
    "model package group": "model_package_group_name",
    "artifact bucket": "artifact_bucket",
    "execution role": "execution_role_arn",
}


def show_next_steps(console: Console, output: Path) -> None:
    """Say where the JSON is and what to do with it."""
    console.print(f"\nThe Terraform JSON is in {output}/stacks, one folder per stack. Next:")
    console.print("  edit environments/           your accounts, one file per project (docs/settings.md)")
    console.print("  make synth                   write cdktf.out/ anew")
    console.print("  terraform -chdir=cdktf.out/stacks/STACK init, plan, apply: the same JSON, your account")


def show_how_to_look_around(console: Console, emulator: Emulator, configuration: Configuration) -> None:
    """Say how to reach the emulator that was left running, and how to end it."""
    environment = configuration.environments[0]
    variables = emulator.environment(environment.account_id, environment.region)
    shown = " ".join(f"{name}={variables[name]}" for name in _LOOK_AROUND)
    console.print(f"\nThe emulator is still running (process {emulator.pid}). To look around:")
    console.print(f"  export {shown}")
    console.print("  aws s3 ls; aws codecommit list-repositories   (the access key is the account to look at)")
    console.print(f"To end it: kill {emulator.pid}")


_LOOK_AROUND = ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION")
