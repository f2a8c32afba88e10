"""The file that makes a CI system check each change: the example of docs/ci.md, for a repository of a team's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_PACKAGED = Path(__file__).with_name("ci")
_IN_A_CHECKOUT = Path(__file__).resolve().parents[3] / "examples" / "ci"

_OURS = "--no-deps --no-build-isolation --editable ."
_HASHES = "--require-hashes "
_EXAMPLES_OWN = "[dev, pre-prod, prod]"
_FIRST = "ENVIRONMENT: dev "


@dataclass(frozen=True)
class System:
    """A CI system.

    Attributes:
        title: what people call it.
        example: the file below ``examples/ci``; empty where nothing is written.
        target: where it lies in a repository.
    """

    title: str
    example: str = ""
    target: str = ""


SYSTEMS = {
    "github": System("GitHub Actions", "github-actions.yml", ".github/workflows/review.yml"),
    "gitlab": System("GitLab CI", "gitlab-ci.yml", ".gitlab-ci.yml"),
    "codebuild": System("AWS CodeBuild", "buildspec.yml", "buildspec.yml"),
    "none": System("no file is written"),
}


def ci_file(system: System, environments: Sequence[str]) -> str:
    """Return the text of a system's file, for environments in the order of their names here.

    The examples install a checkout, with hashes of all that it needs; a team's requirements name this package.
    """
    text = (_folder() / system.example).read_text(encoding="utf-8")
    lines = [line.replace(_HASHES, "") for line in text.splitlines() if _OURS not in line]
    listed = f"[{', '.join(environments)}]"
    return "".join(
        f"{line.replace(_EXAMPLES_OWN, listed).replace(_FIRST, f'ENVIRONMENT: {environments[0]} ')}\n"
        for line in lines
    )


def _folder() -> Path:
    """Where the examples are: inside an installed package, beside the package in a checkout."""
    return _PACKAGED if _PACKAGED.is_dir() else _IN_A_CHECKOUT
