"""``sagemaker-templates convert``; ``cli`` puts it on the command line."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from sagemaker_templates.options import EnvironmentsOption
from sagemaker_templates.terminal import say
from sagemaker_templates.whole_file import write_whole

Manifests = Annotated[
    list[Path], typer.Argument(metavar="MANIFEST...", help="Manifests of modules, of a deployment, or both.")
]
StateBucketOption = Annotated[
    list[str] | None,
    typer.Option(
        "--state-bucket",
        metavar="[ENV=]BUCKET",
        help="The bucket of Terraform's states, of all environments or of one; may be given again.",
        show_default=False,
    ),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="[MODULE:]NAME=VALUE",
        help="A parameter that no manifest gives as settings can take it; may be given again.",
        show_default=False,
    ),
]
EnvironmentNameOption = Annotated[
    list[str] | None,
    typer.Option(
        "--environment-name",
        metavar="TARGET=ENV",
        help="What the environment of a target (ALIAS, ALIAS/REGION or a module) is called; may be given again.",
        show_default=False,
    ),
]
EnvFileOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--env-file",
        metavar="FILE",
        help="A file of NAME=value lines, as Seed-Farmer's .env; may be given again.",
        show_default=False,
    ),
]


def convert(
    *,
    manifests: Manifests,
    environments: EnvironmentsOption = Path("environments"),
    state_bucket: StateBucketOption = None,
    set_: SetOption = None,
    environment_name: EnvironmentNameOption = None,
    env_file: EnvFileOption = None,
    resolve_variables: Annotated[
        bool, typer.Option("--resolve-variables", help="Write what variables hold, not their names.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the files, and write none.")] = False,
    format_: Annotated[Literal["text", "json"], typer.Option("--format", help="How to tell of it.")] = "text",
    report: Annotated[
        Path | None, typer.Option("--report", metavar="FILE", help="Tell of it in a Markdown file as well.")
    ] = None,
) -> None:
    """Make environment and project files of Seed-Farmer's manifests; nothing that is there is overwritten."""
    from sagemaker_templates.conversion.choices import read_choices
    from sagemaker_templates.conversion.conversion import Wanted, converted
    from sagemaker_templates.conversion.report import as_json, as_markdown, as_text
    from sagemaker_templates.conversion.values import read_variables
    from sagemaker_templates.templates.registry import all_templates

    wanted = Wanted(
        tuple(manifests),
        environments,
        read_choices(set_ or (), state_bucket or (), environment_name or ()),
        read_variables(env_file or (), resolve_variables),
        dry_run,
    )
    conversion = converted(wanted, all_templates())
    if report:
        write_whole(report, as_markdown(conversion))
    say(as_json(conversion) if format_ == "json" else as_text(conversion))
