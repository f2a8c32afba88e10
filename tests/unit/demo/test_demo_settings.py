"""The demo checks the settings as synthesis does."""

import shutil
from pathlib import Path

import pytest
from sagemaker_templates.cli import main
from sagemaker_templates.operations.engine import Engine
from synthesized import input_of


def test_a_local_state_among_what_the_demo_writes_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sagemaker_templates.demo.run.find_engine", lambda: Engine("Terraform", ("none",), "1.11.0"))
    shutil.copytree(input_of("minimal"), "environments")
    file = Path("environments/dev/environment.yaml")
    file.write_text(file.read_text().replace("type: local", "type: local\n  path: out/states"))
    with pytest.raises(SystemExit) as ended:
        main(["demo", "--output", "out"])
    assert ended.value.code == 2
    assert 'state.path: "out/states" is not allowed: the stacks are written to out' in capsys.readouterr().err
    assert not Path("out").exists()
