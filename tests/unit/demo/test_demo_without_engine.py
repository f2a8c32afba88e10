"""A machine without Terraform gets its one line, before anything is written or started."""

from pathlib import Path
from typing import NoReturn

import pytest
from sagemaker_templates.cli import main
from sagemaker_templates.operations.engine import EngineError
from synthesized import ROOT

LINE = "no Terraform engine: install Terraform"


def test_the_demo_says_it_in_one_line_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def none_found() -> NoReturn:
        raise EngineError(LINE)

    monkeypatch.setattr("sagemaker_templates.demo.run.find_engine", none_found)
    with pytest.raises(SystemExit) as ended:
        main(["demo", "--environments", str(ROOT / "environments"), "--output", str(tmp_path / "out")])
    assert ended.value.code == 1
    assert capsys.readouterr().err.splitlines() == [LINE]
    assert not (tmp_path / "out").exists()
