"""One input, one output: every byte of the synthesized text is reviewed as a diff (``make golden`` writes it)."""

import os
import shutil
from pathlib import Path

import pytest
from synthesized import CASES, GOLDEN, files


def _golden_text(case: str) -> dict[str, bytes]:
    folder = GOLDEN / case / "stacks"
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def _text(case: str) -> dict[str, bytes]:
    """Archives are left out: their digests are in the JSON. So are seeds: ``test_github.py`` compares them.

    And lists of files, which say no more than the files do.
    """
    return {
        path: content
        for path, content in files(case).items()
        if not path.endswith((".zip", ".synthesized")) and "/assets/repositories/" not in path
    }


def _write(case: str) -> None:
    folder = GOLDEN / case / "stacks"
    shutil.rmtree(folder, ignore_errors=True)
    for path, content in _text(case).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)


@pytest.mark.parametrize("case", CASES)
def test_the_synthesized_text_is_the_golden_one(case: str) -> None:
    if os.environ.get("UPDATE_GOLDEN") == "1":
        _write(case)
    golden, text = _golden_text(case), _text(case)
    assert sorted(text) == sorted(golden)
    changed = [path for path in text if text[path] != golden[path]]
    assert not changed, f"{changed} changed; if that is meant, run `make golden` and review the diff"


def test_no_golden_folder_is_left_without_its_input() -> None:
    assert {Path(path).name for path in GOLDEN.iterdir()} == set(CASES)
