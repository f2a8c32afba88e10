"""A Node that cannot do the work is a line, before anything is written."""

import os
import select
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sagemaker_templates import providers
from sagemaker_templates.failures import StepFailed
from synthesized import ROOT

NEEDED = "Node 20 or later is needed: https://nodejs.org"


def _node(folder: Path, script: str) -> str:
    """A command that stands in for Node."""
    folder.mkdir(exist_ok=True)
    command = folder / "node"
    command.write_text(f"#!/bin/sh\n{script}\n")
    command.chmod(0o755)
    return str(command)


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ("echo v12.22.9", f"is Node v12.22.9; {NEEDED}"),
        ("echo v19.9.0", f"is Node v19.9.0; {NEEDED}"),
        ("echo hello", f"does not say its version: hello; {NEEDED}"),
        (
            "echo v20.1.0; echo 'node: no such option' >&2; exit 9",
            f"does not say its version: node: no such option; {NEEDED}",
        ),
        ("exit 1", f"does not say its version; {NEEDED}"),
    ],
)
def test_a_node_that_is_too_old_or_broken_is_a_line(script: str, complaint: str, tmp_path: Path) -> None:
    command = _node(tmp_path, script)
    with pytest.raises(StepFailed) as failed:
        providers._check_node(command)
    assert str(failed.value) == f"{command} {complaint}"


def test_a_node_that_hangs_is_a_line_and_ends_with_what_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(providers, "PATIENCE", 0.2)
    os.mkfifo(tmp_path / "held")
    reader = os.open(tmp_path / "held", os.O_RDONLY | os.O_NONBLOCK)
    os.close(os.open(tmp_path / "held", os.O_WRONLY))
    command = _node(tmp_path, f"exec 3>{tmp_path}/held\ntail -f /dev/null\necho v20.0.0")
    with pytest.raises(StepFailed) as failed:
        providers._check_node(command)
    assert str(failed.value) == f"{command} does not answer within 0.2 seconds; {NEEDED}"
    ends = select.poll()
    ends.register(reader)
    # The end of the pipe is told once nobody holds it: neither the command nor what it started.
    assert ends.poll(20_000) == [(reader, select.POLLHUP)]
    os.close(reader)


def test_a_missing_node_is_a_line(tmp_path: Path) -> None:
    with pytest.raises(StepFailed) as failed:
        providers._check_node(str(tmp_path / "node"))
    assert str(failed.value) == f"{tmp_path}/node cannot be started: No such file or directory; {NEEDED}"


@pytest.mark.parametrize("version", ["v20.0.0", "v22.19.0", "v100.0.0-pre"])
def test_a_node_that_is_new_enough_is_used(version: str, tmp_path: Path) -> None:
    providers._check_node(_node(tmp_path, f'test "$*" = "--print process.version" && echo {version}'))


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo v18.20.4", "node is Node v18.20.4; " + NEEDED),
        ('test "$1" = --print && echo v20.0.0', "Node ended while it wrote the stacks"),
    ],
    ids=["too old", "ends at once"],
)
def test_a_synthesis_without_a_good_node_ends_with_one_line(script: str, said: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "environments", tmp_path / "environments")
    _node(tmp_path / "bin", script)
    path = f"{tmp_path}/bin:/usr/bin:/bin"
    run = subprocess.run(
        [sys.executable, str(ROOT / "main.py")],
        cwd=tmp_path,
        env={"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout) == (1, "")
    assert len(run.stderr.splitlines()) == 1
    assert run.stderr.startswith(said)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bin", "environments"]
