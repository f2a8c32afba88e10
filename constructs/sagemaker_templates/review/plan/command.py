"""``sagemaker-templates plan``; ``cli`` puts it on the command line."""

from functools import cache
from pathlib import Path
from typing import Annotated

import typer

from sagemaker_templates.configuration import load_and_note
from sagemaker_templates.options import EnvironmentsOption, MigrateOption, OrphanOption, SynthesizedOption
from sagemaker_templates.review.plan.telling import telling_of_plans
from sagemaker_templates.temporary import temporary_folder
from sagemaker_templates.terminal import say
from sagemaker_templates.whole_file import write_whole

Scope = Annotated[
    str | None,
    typer.Argument(metavar="[ENV[/PROJECT]]", help="An environment, or one project in it; without it everything."),
]
MarkdownOption = Annotated[
    Path | None, typer.Option("--markdown", help="A file to write as well, for a comment on a pull request.")
]


def plan(
    *,
    scope: Scope = None,
    environments: EnvironmentsOption = Path("environments"),
    output: SynthesizedOption = Path("cdktf.out"),
    markdown: MarkdownOption = None,
    orphan: OrphanOption = None,
    migrate: MigrateOption = None,
) -> None:
    """Plan the stacks that `synth` wrote, with your credentials, and say what would change, dangers first."""
    from sagemaker_templates.application import planned_whereabouts
    from sagemaker_templates.operations.engine import find_engine
    from sagemaker_templates.operations.mirror import provider_source
    from sagemaker_templates.output_folder.vanished import Decisions
    from sagemaker_templates.review.plan.markdown import as_markdown
    from sagemaker_templates.review.plan.planning import Planner, check_synthesized
    from sagemaker_templates.review.plan.selection import selected
    from sagemaker_templates.review.plan.text import as_text
    from sagemaker_templates.stacks.synthesis import planned_stacks
    from sagemaker_templates.templates.registry import all_templates

    configuration = load_and_note(environments, output)
    stacks = planned_stacks(configuration, all_templates())
    wanted = selected(stacks, scope)
    planned = planned_whereabouts(configuration, environments, output)
    check_synthesized(output, planned, Decisions(orphan or (), migrate or ()))
    with temporary_folder() as work, telling_of_plans(len(wanted)) as progress:
        planner = Planner(cache(find_engine), provider_source(work), output / "stacks")
        review = planner.review(wanted, progress)
    if markdown:
        markdown.parent.mkdir(parents=True, exist_ok=True)
        write_whole(markdown, as_markdown(review))
    say(as_text(review))
    if review.failed:
        raise typer.Exit(1)
