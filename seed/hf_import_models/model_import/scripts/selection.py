"""Which files of a commit are imported."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from failure import ImportFailedError
from hub import HubFile

# The same weights again, for other frameworks or as pickles, which run code when they are loaded.
_OTHER_WEIGHTS = frozenset(
    {".bin", ".pt", ".pth", ".ckpt", ".pkl", ".h5", ".msgpack", ".onnx", ".ot", ".tflite", ".gguf"}
)
_PICKLES = frozenset({".bin", ".pt", ".pth", ".ckpt", ".pkl"})
_NOT_FOR_SERVING = frozenset({".gitattributes", ".gitignore"})
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3ModelDataSource.html
_LONGEST_NAME = 255


def wanted(files: Sequence[HubFile]) -> list[HubFile]:
    """The files to import, sorted by path: where weights are there as safetensors, no others are taken.

    Raises:
        ImportFailedError: nothing is left, or a path would be another file's or leave the model's folder.
    """
    safe = any(_suffix(file) == ".safetensors" for file in files)
    chosen = [
        _checked(file)
        for file in sorted(files, key=lambda each: each.path)
        if file.path not in _NOT_FOR_SERVING and not (safe and _suffix(file) in _OTHER_WEIGHTS)
    ]
    if not chosen:
        raise ImportFailedError("the commit holds no file to import")
    return chosen


def weights_format(files: Sequence[HubFile]) -> str:
    """``safetensors``, ``pickle`` or ``other``."""
    suffixes = {_suffix(file) for file in files}
    if ".safetensors" in suffixes:
        return "safetensors"
    return "pickle" if suffixes & _PICKLES else "other"


def _checked(file: HubFile) -> HubFile:
    parts = file.path.split("/")
    too_long = any(len(part.encode()) > _LONGEST_NAME for part in parts)
    if too_long or {"", ".", ".."} & set(parts) or not file.path.isprintable():
        raise ImportFailedError(f"the hub lists a file whose path no model may hold: {file.path!r}")
    return file


def _suffix(file: HubFile) -> str:
    return PurePosixPath(file.path).suffix.lower()
