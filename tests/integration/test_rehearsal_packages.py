"""The environment that builds run with is made once, whole or not at all, where nobody gives one."""

import subprocess
from pathlib import Path

import pytest
from sagemaker_templates.rehearsal.packages import PackagesMissing, python_with


def test_it_is_made_once_for_a_lock_and_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "requirements.txt").write_text("# a lock of nothing\n")
    told: list[str] = []

    python = python_with([tmp_path / "requirements.txt"], told.append)
    again = python_with([tmp_path / "requirements.txt"], told.append)

    assert again == python
    assert len(told) == 1
    assert str(python.parents[1]) in told[0]
    prefix = subprocess.run(
        [str(python), "-c", "import sys; print(sys.prefix)"], capture_output=True, text=True, check=True
    )
    assert Path(prefix.stdout.strip()) == python.parents[1], "it is an environment of its own, where it now lies"


def test_what_cannot_be_installed_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "requirements.txt").write_text("./not-there\n")

    with pytest.raises(PackagesMissing, match="not-there"):
        python_with([tmp_path / "requirements.txt"], lambda said: None)

    assert list((tmp_path / "cache/sagemaker-templates/rehearsal").iterdir()) == []
