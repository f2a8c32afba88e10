"""Options that several commands share."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Format(StrEnum):
    """How a command says what it found: for people, or for programs."""

    TEXT = "text"
    JSON = "json"


FormatOption = Annotated[Format, typer.Option("--format", help="For people, or JSON for programs.")]

EnvironmentsOption = Annotated[
    Path,
    typer.Option(
        "--environments",
        envvar="SAGEMAKER_TEMPLATES_ENVIRONMENTS",
        help="The folder that holds the environments.",
    ),
]
OutputOption = Annotated[
    Path,
    typer.Option("--output", envvar="CDKTF_OUTDIR", help="The folder to write; of its own, or not there yet."),
]
SynthesizedOption = Annotated[
    Path,
    typer.Option("--output", envvar="CDKTF_OUTDIR", help="The folder that `synth` wrote."),
]
OrphanOption = Annotated[
    list[str] | None,
    typer.Option(
        "--orphan",
        metavar="STACK",
        help="A stack that may vanish or move though its resources live on; may be given again.",
        show_default=False,
    ),
]
MigrateOption = Annotated[
    list[str] | None,
    typer.Option(
        "--migrate",
        metavar="STACK",
        help="A stack that may move as you carry its state over; may be given again.",
        show_default=False,
    ),
]
