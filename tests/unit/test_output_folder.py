"""The output folder is the old one or the new one, never half of each."""

from pathlib import Path

import pytest
from sagemaker_templates.output_folder import replaced_whole


def _write(folder: Path, text: str) -> None:
    stack = folder / "stacks" / "dev-abalone"
    stack.mkdir(parents=True, exist_ok=True)
    (stack / "cdk.tf.json").write_text(text)


def _read(folder: Path) -> str:
    return (folder / "stacks" / "dev-abalone" / "cdk.tf.json").read_text()


def test_a_block_that_ends_well_replaces_the_folder(tmp_path: Path) -> None:
    out = tmp_path / "out"
    for text in ("old", "new"):
        with replaced_whole(out) as staging:
            _write(staging, text)
    assert _read(out) == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("interruption", [RuntimeError, KeyboardInterrupt])
def test_an_interrupted_block_leaves_the_previous_folder_whole(
    tmp_path: Path, interruption: type[BaseException]
) -> None:
    out = tmp_path / "out"
    _write(out, "old")
    with pytest.raises(interruption), replaced_whole(out) as staging:
        _write(staging, "half")
        raise interruption
    assert _read(out) == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_swap_that_was_killed_between_its_renames_is_undone(tmp_path: Path) -> None:
    out = tmp_path / "out"
    _write(tmp_path / "out.previous", "old")
    with pytest.raises(RuntimeError), replaced_whole(out):
        raise RuntimeError
    assert _read(out) == "old"


def test_what_terraform_keeps_in_a_stacks_folder_is_carried_over(tmp_path: Path) -> None:
    out = tmp_path / "out"
    _write(out, "old")
    stack = out / "stacks" / "dev-abalone"
    (stack / ".terraform").mkdir()
    (stack / ".terraform" / "plugin").write_text("binary")
    (stack / ".terraform.lock.hcl").write_text("lock")
    (stack / "left-over.txt").write_text("gone after this")
    with replaced_whole(out) as staging:
        _write(staging, "new")
    assert (stack / ".terraform" / "plugin").read_text() == "binary"
    assert (stack / ".terraform.lock.hcl").read_text() == "lock"
    assert not (stack / "left-over.txt").exists()


def test_a_stack_that_is_gone_leaves_nothing_behind(tmp_path: Path) -> None:
    out = tmp_path / "out"
    _write(out, "old")
    with replaced_whole(out) as staging:
        (staging / "stacks").mkdir()
    assert list((out / "stacks").iterdir()) == []
