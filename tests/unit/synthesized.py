"""Synthesis of a folder of environments, for tests."""

import json
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from sagemaker_templates.application import write_stacks
from sagemaker_templates.configuration import load_configuration
from sagemaker_templates.stacks.synthesis import Synthesis

GOLDEN = Path(__file__).with_name("golden")
ROOT = Path(__file__).parents[2]
SHIPPED = "shipped"
CASES = sorted([SHIPPED, *(folder.name for folder in GOLDEN.iterdir() if (folder / "environments").is_dir())])


def input_of(case: str) -> Path:
    """The environments of a case; ``shipped`` is the example at the top of the project."""
    return ROOT / "environments" if case == SHIPPED else GOLDEN / case / "environments"


def synthesize_copy(case: str, folder: Path) -> Path:
    """Synthesize a copy of a case's environments in ``folder``; gives the folder of its stacks."""
    environments, output = folder / "environments", folder / "cdktf.out"
    shutil.copytree(input_of(case), environments)
    write_stacks(load_configuration(environments), environments=environments, output=output)
    return output / "stacks"


def files_of(stacks: Path) -> dict[str, bytes]:
    """Every file below the stacks' folder, by its path."""
    return {
        path.relative_to(stacks).as_posix(): path.read_bytes() for path in sorted(stacks.rglob("*")) if path.is_file()
    }


@cache
def files(case: str) -> dict[str, bytes]:
    """What a case is synthesized to, once per run."""
    with tempfile.TemporaryDirectory() as folder:
        return files_of(synthesize_copy(case, Path(folder)))


def documents(case: str) -> dict[str, dict[str, Any]]:
    """The JSON of a case's stacks, by stack: golden files, which ``test_golden.py`` holds against the synthesis."""
    return {
        path.parent.name: json.loads(path.read_bytes())
        for path in sorted((GOLDEN / case).glob("stacks/*/cdk.tf.json"))
    }


def rendered(synthesis: Synthesis, folder: Path) -> list[Path]:
    """Synthesize into a new folder; gives the folders of the stacks in their order."""
    folder.mkdir()
    return [folder / "stacks" / plan.name for plan in synthesis.render(folder)]
