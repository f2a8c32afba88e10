"""The CI examples and the pre-commit hooks: the files, and the commands of ours that they run."""

import re
import shlex
from pathlib import Path

from synthesized import ROOT

FOLDER = ROOT / "examples" / "ci"
GITHUB, GITLAB, CODEBUILD = (FOLDER / name for name in ("github-actions.yml", "gitlab-ci.yml", "buildspec.yml"))
HOOKS = ROOT / ".pre-commit-hooks.yaml"

_PROGRAM = "sagemaker-templates"


def commands(file: Path) -> list[list[str]]:
    """Arguments of every call of the command line in a file, in their order."""
    text = "\n".join(line.partition(" # ")[0] for line in file.read_text().splitlines())
    calls = re.findall(rf"(?<![\w/]){_PROGRAM} ([a-z][^\n;]*)", text)
    return [shlex.split(call) for call in calls]
