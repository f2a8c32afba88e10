"""The commands that synthesis prints for a renamed stack carry its state over, as they are written."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from sagemaker_templates.operations.engine import Engine
from sagemaker_templates.output_folder.lock import locked
from sagemaker_templates.output_folder.ownership import mark
from sagemaker_templates.output_folder.replacement import replace
from sagemaker_templates.output_folder.vanished import StacksVanish, check_nothing_vanishes, synthesized

OUT = Path("cdktf.out")
ORPHANED = "sagemaker-templates synth --orphan dev-old"

pytestmark = pytest.mark.terraform


def _rendered(folder: Path, stack: str) -> Path:
    """A synthesis of one stack, which needs no provider from anywhere."""
    document: dict[str, Any] = {
        "terraform": {"backend": {"local": {"path": f"../../../states/{stack}.tfstate"}}},
        "resource": {"terraform_data": {"work": {"input": "of a person"}}},
    }
    (folder / "stacks" / stack).mkdir(parents=True)
    (folder / "stacks" / stack / "cdk.tf.json").write_text(json.dumps(document))
    (folder / "manifest.json").write_text(json.dumps({"stacks": {stack: {}}}))
    mark(folder)
    return folder


def _synthesize(rendered: Path) -> None:
    with locked(OUT, lambda: None):
        replace(OUT, rendered)


def _printed_commands(rendered: Path) -> list[str]:
    with pytest.raises(StacksVanish) as vanished:
        check_nothing_vanishes(synthesized(OUT), ["dev-new"], new=synthesized(rendered).stacks)
    lines = str(vanished.value).splitlines()
    start = next(number for number, line in enumerate(lines) if "called dev-new from now on" in line)
    return [line.strip() for line in lines[start + 1 :] if line.startswith("    ")]


def test_a_renamed_stack_keeps_its_resources(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, terraform_engine: Engine
) -> None:
    monkeypatch.chdir(tmp_path)
    _synthesize(_rendered(tmp_path / "old", "dev-old"))
    engine = " ".join(terraform_engine.command)

    def run(command: str) -> str:
        written = command.replace("terraform ", f"{engine} ", 1)
        return subprocess.run(["bash", "-ec", written], capture_output=True, text=True, check=True).stdout

    run(f"terraform -chdir={OUT}/stacks/dev-old init")
    run(f"terraform -chdir={OUT}/stacks/dev-old apply -auto-approve")
    made = json.loads(Path("states/dev-old.tfstate").read_text())["resources"]
    renamed = _rendered(tmp_path / "new", "dev-new")
    commands = _printed_commands(renamed)
    assert ORPHANED in commands
    said = ""
    for command in commands:
        if command == ORPHANED:
            _synthesize(renamed)
        else:
            said = run(command)
    assert "No changes" in said
    assert json.loads(Path("states/dev-new.tfstate").read_text())["resources"] == made
