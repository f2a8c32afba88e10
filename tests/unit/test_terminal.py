"""What commands print is what was said: names and values are never taken for markup or emoji."""

from pathlib import Path

import pytest
from sagemaker_templates.demo.run import run_demo
from sagemaker_templates.settings import InvalidSettings
from sagemaker_templates.terminal import errors, results

ODD = "environments/dev/environment.yaml:100: [bold]region[/bold]: [/] :smile:"


def test_a_mistake_at_line_100_is_shown_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    errors.print(ODD)
    assert capsys.readouterr().err == f"{ODD}\n"


def test_a_result_is_shown_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    results().print(ODD)
    assert capsys.readouterr().out == f"{ODD}\n"


def test_the_demo_stops_at_wrong_settings_before_it_says_anything(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(InvalidSettings):
        run_demo(results(), environments=tmp_path / "[red]none", output=tmp_path / "out", keep=False)
    assert capsys.readouterr().out == ""
