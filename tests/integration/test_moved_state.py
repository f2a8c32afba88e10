"""The commands that synthesis prints for a stack that is renamed or moves do what they say, as they are written."""

import itertools
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sagemaker_templates.emulator import Emulator
from sagemaker_templates.emulator.prepare import Account
from sagemaker_templates.operations.engine import Engine
from sagemaker_templates.output_folder.lock import locked
from sagemaker_templates.output_folder.ownership import mark
from sagemaker_templates.output_folder.replacement import replace
from sagemaker_templates.output_folder.vanished import (
    StacksVanish,
    Synthesized,
    check_nothing_vanishes,
    synthesized,
)
from sagemaker_templates.output_folder.whereabouts import Whereabouts

OUT = Path("cdktf.out")
SYNTH = "sagemaker-templates synth"
ACCOUNT, REGION, BUCKET = "111111111111", "us-east-1", "example-tfstate"
PROVIDER = {"aws": [{"allowed_account_ids": [ACCOUNT], "region": REGION}]}

pytestmark = pytest.mark.terraform


def _rendered(folder: Path, stack: str, states: str = "states", **s3: Any) -> Path:
    """A synthesis of one stack, which needs no provider from anywhere; its state is a file, or in ``s3``."""
    backend = {"s3": s3} if s3 else {"local": {"path": f"../../../{states}/{stack}.tfstate"}}
    document: dict[str, Any] = {
        "terraform": {"backend": backend},
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


def _printed_commands(old: Synthesized, rendered: Path, place: Whereabouts, before: str) -> list[str]:
    """The commands that stand below the line that ``before`` is a part of."""
    new = synthesized(rendered).stacks
    with pytest.raises(StacksVanish) as vanished:
        check_nothing_vanishes(old, dict.fromkeys(new, place), new=new)
    lines = str(vanished.value).splitlines()
    start = next(number for number, line in enumerate(lines) if before in line)
    return [line.strip() for line in itertools.takewhile(lambda line: line.startswith("    "), lines[start + 1 :])]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, terraform_engine: Engine) -> Callable[[str], str]:
    """Return what runs a command as it is printed, here, and consents where it asks."""
    monkeypatch.chdir(tmp_path)
    engine = " ".join(terraform_engine.command)

    def written(command: str) -> str:
        line = command.replace("terraform ", f"{engine} ")
        done = subprocess.run(["bash", "-ec", line], input="yes\n", capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return written


def _applied(run: Callable[[str], str], stack: str) -> Any:
    """Apply a stack; gives what its state holds."""
    run(f"terraform -chdir={OUT}/stacks/{stack} init")
    run(f"terraform -chdir={OUT}/stacks/{stack} apply -auto-approve")
    return _held(f"states/{stack}.tfstate")


def _held(state: str) -> Any:
    return json.loads(Path(state).read_text())["resources"]


def _run_all(run: Callable[[str], str], commands: list[str], rendered: Path) -> str:
    """Run what is printed, where each synthesis gives what is ``rendered``; gives what the last one said."""
    said = ""
    assert len([command for command in commands if command.startswith(SYNTH)]) == 1
    for command in commands:
        if command.startswith(SYNTH):
            _synthesize(rendered)
        else:
            said = run(command)
    return said


def test_a_renamed_stack_keeps_its_resources(tmp_path: Path, run: Callable[[str], str]) -> None:
    _synthesize(_rendered(tmp_path / "old", "dev-old"))
    made = _applied(run, "dev-old")
    renamed = _rendered(tmp_path / "new", "dev-new")
    commands = _printed_commands(synthesized(OUT), renamed, Whereabouts(), "called dev-new from now on")
    assert f"{SYNTH} --orphan dev-old" in commands
    assert "No changes" in _run_all(run, commands, renamed)
    assert _held("states/dev-new.tfstate") == made


def test_a_stack_whose_state_moves_keeps_its_resources(tmp_path: Path, run: Callable[[str], str]) -> None:
    _synthesize(_rendered(tmp_path / "old", "dev-data"))
    made = _applied(run, "dev-data")
    shutil.rmtree(OUT / "stacks" / "dev-data" / ".terraform")  # as in a fresh clone
    moved = _rendered(tmp_path / "new", "dev-data", "elsewhere")
    place = Whereabouts(state="../../../elsewhere/dev-data.tfstate")
    commands = _printed_commands(synthesized(OUT), moved, place, "To take the state along")
    assert f"{SYNTH} --migrate dev-data" in commands
    assert "No changes" in _run_all(run, commands, moved)
    assert _held("elsewhere/dev-data.tfstate") == made


@pytest.mark.emulator
def test_a_state_moves_into_a_bucket_and_on_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Callable[[str], str], emulator: Emulator
) -> None:
    for name, value in emulator.environment(ACCOUNT, REGION).items():
        monkeypatch.setenv(name, value)
    Account(emulator, ACCOUNT, REGION).create_bucket(BUCKET)
    _synthesize(_rendered(tmp_path / "old", "dev-data"))
    made = _applied(run, "dev-data")
    for key in ("one/terraform.tfstate", "two/terraform.tfstate"):
        bucket: dict[str, Any] = {
            "bucket": BUCKET,
            "key": key,
            "region": REGION,
            "encrypt": True,
            "use_lockfile": True,
        }
        moved = _rendered(tmp_path / key, "dev-data", **bucket)
        place = Whereabouts(state=f"s3://{BUCKET}/{key}")
        commands = _printed_commands(synthesized(OUT), moved, place, "To take the state along")
        assert "No changes" in _run_all(run, commands, moved)
        stored = emulator.client("s3", ACCOUNT, REGION).get_object(Bucket=BUCKET, Key=key)["Body"].read()
        assert json.loads(stored)["resources"] == made


@pytest.mark.parametrize("states", ["states", "elsewhere"])
def test_a_stack_of_another_account_begins_anew_and_a_copy_says_what_lives_on(
    tmp_path: Path, run: Callable[[str], str], states: str
) -> None:
    _synthesize(_rendered(tmp_path / "old", "dev-data"))
    made = _applied(run, "dev-data")
    moved = _rendered(tmp_path / "new", "dev-data", states)
    (document,) = synthesized(OUT).stacks.values()
    old = Synthesized(OUT, {"dev-data": {**document, "provider": PROVIDER}})
    place = Whereabouts("222222222222", "us-east-1", f"../../../{states}/dev-data.tfstate")
    _run_all(run, _printed_commands(old, moved, place, "Or to leave it there"), moved)
    assert _held("dev-data.tfstate") == made
    assert "1 to add, 0 to change, 0 to destroy" in run(f"terraform -chdir={OUT}/stacks/dev-data plan")
