"""``sagemaker-templates drift``; ``cli`` puts it on the command line."""

from functools import cache
from pathlib import Path
from typing import Annotated

import typer

from sagemaker_templates.configuration import load_and_note
from sagemaker_templates.options import EnvironmentsOption, Format, FormatOption, SynthesizedOption
from sagemaker_templates.review.plan.command import Scope
from sagemaker_templates.review.plan.telling import telling_of_plans
from sagemaker_templates.temporary import temporary_folder
from sagemaker_templates.terminal import say, say_data

JobsOption = Annotated[
    int | None,
    typer.Option("--jobs", min=1, help="The most stacks planned at once; by default as many as the memory allows."),
]


def drift(
    *,
    scope: Scope = None,
    environments: EnvironmentsOption = Path("environments"),
    output: SynthesizedOption = Path("cdktf.out"),
    jobs: JobsOption = None,
    format_: FormatOption = Format.TEXT,
) -> None:
    """Say what in AWS is not as the stacks that `synth` wrote; end with 1 if anything is. For a nightly job."""
    from sagemaker_templates.application import planned_whereabouts
    from sagemaker_templates.demo.order import stacks_at_once
    from sagemaker_templates.operations.engine import find_engine
    from sagemaker_templates.operations.mirror import provider_source
    from sagemaker_templates.review.drift.looking import Status, look
    from sagemaker_templates.review.drift.report import as_data, as_text
    from sagemaker_templates.review.plan.planning import Planner, check_synthesized
    from sagemaker_templates.review.plan.selection import selected
    from sagemaker_templates.stacks.synthesis import planned_stacks
    from sagemaker_templates.templates.registry import all_templates

    configuration = load_and_note(environments, output)
    wanted = selected(planned_stacks(configuration, all_templates()), scope)
    check_synthesized(output, planned_whereabouts(configuration, environments, output))
    with temporary_folder() as work, telling_of_plans(len(wanted)) as progress:
        planner = Planner(cache(find_engine), provider_source(work), output / "stacks")
        found = look(planner, wanted, jobs=jobs or stacks_at_once(), progress=progress)
    if format_ is Format.JSON:
        say_data(as_data(found))
    else:
        say(as_text(found))
    if any(seen.status is not Status.AS_APPLIED for seen in found):
        raise typer.Exit(1)
