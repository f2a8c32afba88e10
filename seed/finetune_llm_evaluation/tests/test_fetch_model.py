"""A base model that is not whole is refused before a GPU waits for it."""

import json
from pathlib import Path

import pytest
from fetch_model import ModelError, _check, _is_unwanted

PARTS = [f"model-{number:05}-of-00002.safetensors" for number in (1, 2)]


def model_folder(folder: Path, files: list[str], index: object = None) -> Path:
    """A folder with empty files, and an index of weights if one is given."""
    for name in ["config.json", *files]:
        (folder / name).touch()
    if index is not None:
        (folder / "model.safetensors.index.json").write_text(json.dumps(index), encoding="utf-8")
    return folder


INDEX = {"weight_map": {"a": PARTS[0], "b": PARTS[1], "c": PARTS[1]}}


@pytest.mark.parametrize(
    ("files", "index"), [(PARTS, INDEX), (["model.safetensors"], None), (["own.safetensors"], None)]
)
def test_a_whole_model_is_taken(tmp_path: Path, files: list[str], index: object) -> None:
    assert _check("mine", model_folder(tmp_path, files, index)) is None


@pytest.mark.parametrize(
    ("files", "index", "complaint"),
    [
        (PARTS[:1], INDEX, f"^mine lacks a part of its weights: {PARTS[1]}$"),
        (PARTS, [], "^mine has an index of weights that is none"),
        ([], None, "^mine has no config.json with safetensors"),
    ],
)
def test_a_model_that_is_not_whole_is_refused(
    tmp_path: Path, files: list[str], index: object, complaint: str
) -> None:
    with pytest.raises(ModelError, match=complaint):
        _check("mine", model_folder(tmp_path, files, index))


@pytest.mark.parametrize(
    ("path", "unwanted"),
    [
        ("consolidated.safetensors", True),
        ("original/model.safetensors", True),
        ("model.safetensors", False),
        (PARTS[0], False),
        ("original/params.json", False),
    ],
)
def test_the_same_weights_are_not_brought_twice(path: str, unwanted: bool) -> None:
    assert _is_unwanted(Path(path)) is unwanted
