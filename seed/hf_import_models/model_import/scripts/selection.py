"""Which files of a commit are imported, and why others are not.

Three rules. What runs when a model is served is not taken from strangers: no code. The weights are taken once: those
of one framework, PyTorch where it is there, since that is what the serving containers load. And not as pickles, which
run code when they are loaded, where the same weights lie beside them as safetensors, all of them.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import PurePosixPath

from failure import ImportFailedError
from hub import HubFile

ReadFile = Callable[[HubFile], bytes]
"""Reads a small file of the commit."""

_NOT_FOR_SERVING = frozenset({".gitattributes", ".gitignore"})
# SageMaker's inference toolkit installs code/requirements.txt and imports code/inference.py; its server has the
# folder of the model on Python's path, and reads in MAR-INF/ what to run. None of that asks for trust_remote_code.
# https://github.com/aws/sagemaker-huggingface-inference-toolkit, https://github.com/awslabs/multi-model-server
_CODE = (
    *("code/*", "mar-inf/*", "requirements*.txt"),
    *("*.py", "*.pyc", "*.pyi", "*.pyx", "*.ipynb", "*.sh", "*.bat", "*.so", "*.so.*", "*.dll", "*.dylib", "*.exe"),
    *("*.whl", "*.egg", "*.jar"),
)
# What a training leaves for its own continuation; pickles, most of them.
_TRAINING = ("training_args.bin", "optimizer*.pt", "optimizer*.bin", "scheduler.pt", "scaler.pt", "rng_state*.pth")
# In the order in which one is chosen. The authors' own layout (Llama, Mistral, gpt-oss) is the weights once more.
_OTHER_FRAMEWORKS: Mapping[str, tuple[str, ...]] = {
    "own-layout": ("original/*", "metal/*", "consolidated*.safetensors", "consolidated*.pth"),
    "gguf": ("*.gguf",),
    "onnx": ("onnx/*", "*.onnx", "*.onnx_data*", "*.onnx.data"),
    "openvino": ("openvino/*", "*openvino*"),
    "tensorflow": (
        "*.h5",
        "*.h5.index.json",
        "*.keras",
        "*saved_model.pb",
        "*variables/variables.*",
        "*.ckpt.index",
        "*.ckpt.data-*",
    ),
    "flax": ("*.msgpack", "*.msgpack.index.json"),
    "tflite": ("*.tflite",),
    "coreml": ("coreml/*", "*.mlmodel", "*.mlpackage/*", "*.mlmodelc/*"),
    "rust": ("*.ot",),
}
_PYTORCH = "pytorch"
_PICKLES = frozenset({".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".joblib"})
_SHARD = re.compile(r"-(\d{5})-of-(\d{5})(?=\.)")
# transformers calls the same weights differently in its two formats.
_SAFE_NAMES = {"pytorch_model": "model"}
# A variant, such as fp16, stands at other places in the names of files and of their index.
_INDEX = re.compile(r"(\.\w+)\.index((?:\.[\w-]+)?)\.json$")
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3ModelDataSource.html
_LONGEST_NAME = 255


@dataclass(frozen=True)
class Selection:
    """What of a commit is imported.

    Attributes:
        files: sorted by path.
        left_out: the paths of the others, each with the reason.
        weights: how the weights are kept: ``safetensors``; ``pickle`` where any part of them is; else the framework,
            or ``unknown``.
        code: whether the commit brings code of its own, which was left out.
    """

    files: tuple[HubFile, ...]
    left_out: Mapping[str, str]
    weights: str
    code: bool


@dataclass(frozen=True)
class _WeightSet:
    """The files of one folder that hold the same weights in one format, in one file or in shards."""

    files: tuple[HubFile, ...]
    missing: tuple[str, ...]


def select(files: Sequence[HubFile], read: ReadFile) -> Selection:
    """What to import.

    Raises:
        ImportFailedError: nothing is left, a part of the weights is missing, or a path would be another file's or
            leave the model's folder.
    """
    chosen = [_checked(file) for file in sorted(files, key=lambda each: each.path)]
    left_out: dict[str, str] = {}
    for refused in (_unwanted, _of_other_frameworks, lambda some: _twice(some, read)):
        reasons = refused(chosen)
        left_out |= reasons
        chosen = [file for file in chosen if file.path not in reasons]
    if not chosen:
        raise ImportFailedError("the commit holds no file to import")
    return Selection(tuple(chosen), left_out, _kind(chosen), "code" in left_out.values())


def _unwanted(files: Sequence[HubFile]) -> dict[str, str]:
    """What is no part of a model that is served."""
    reasons = {file.path: "no part of the model" for file in files if file.path in _NOT_FOR_SERVING}
    reasons |= {file.path: "state of a training" for file in files if _matches(file, _TRAINING)}
    return reasons | {file.path: "code" for file in files if _matches(file, _CODE)}


def _framework(file: HubFile) -> str | None:
    """Whose weights a file holds or describes; None for what all have in common."""
    for framework, patterns in _OTHER_FRAMEWORKS.items():
        if _matches(file, patterns):
            return framework
    return _PYTORCH if _format(file) else None


def _of_other_frameworks(files: Sequence[HubFile]) -> dict[str, str]:
    """One framework for the whole model: what a container loads is of one."""
    of = {file.path: _framework(file) for file in files}
    there = [name for name in (_PYTORCH, *_OTHER_FRAMEWORKS) if name in of.values()]
    return {path: f"of another framework: {name}" for path, name in of.items() if name and name != there[0]}


def _twice(files: Sequence[HubFile], read: ReadFile) -> dict[str, str]:
    """Pickles whose weights lie beside them as safetensors: decided for each folder and each name of weights.

    Raises:
        ImportFailedError: neither format is whole.
    """
    left_out: dict[str, str] = {}
    for formats in _weight_sets(files, read).values():
        safe, pickles = formats.get("safetensors"), formats.get("pickle")
        whole = [each for each in (safe, pickles) if each and not each.missing]
        if not whole:
            there = next(each for each in (safe, pickles) if each)
            raise ImportFailedError(
                f"the commit lacks a part of the weights: {', '.join(there.missing[:3])}"
                f"{' and more' if len(there.missing) > 3 else ''}"  # noqa: PLR2004
            )
        for other in (safe, pickles):
            if other and other is not whole[0]:
                reason = "parts of it are missing" if other.missing else "a pickle of what is there as safetensors"
                left_out |= {file.path: reason for file in other.files}
    return left_out


def _weight_sets(files: Sequence[HubFile], read: ReadFile) -> dict[tuple[str, str], dict[str, _WeightSet]]:
    """(folder, name of the weights) → format → its files, with their index."""
    grouped: defaultdict[tuple[str, str], defaultdict[str, list[HubFile]]] = defaultdict(lambda: defaultdict(list))
    for file in files:
        kind = _format(file)
        if kind:
            grouped[_role(file)][kind].append(file)
    return {
        role: {kind: _weight_set(found, files, read) for kind, found in formats.items()}
        for role, formats in grouped.items()
    }


def _weight_set(found: Sequence[HubFile], files: Sequence[HubFile], read: ReadFile) -> _WeightSet:
    if any(file.path == _unsharded(file.path) for file in found):
        # One file with everything is what libraries look for first.
        return _WeightSet(tuple(found), ())
    needed: dict[str, None] = {}
    for file in found:
        needed |= dict.fromkeys(_indexed(file, read) if _INDEX.search(file.path) else _shards(file))
    there = {file.path for file in files}
    return _WeightSet(tuple(found), tuple(path for path in needed if path not in there))


def _shards(file: HubFile) -> list[str]:
    """The paths of all shards of which this is one."""
    shard = _SHARD.search(file.path)
    if shard is None:
        return [file.path]
    before, after = file.path[: shard.start()], file.path[shard.end() :]
    return [f"{before}-{number:05}-of-{shard[2]}{after}" for number in range(1, int(shard[2]) + 1)]


def _indexed(index: HubFile, read: ReadFile) -> list[str]:
    """The paths of the files that an index names.

    Raises:
        ImportFailedError: it is no index.
    """
    try:
        parts = set(json.loads(read(index))["weight_map"].values())
        return sorted(str(PurePosixPath(index.path).parent / part) for part in parts)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ImportFailedError(f"{index.path} is no index of weights") from None


def _unsharded(path: str) -> str:
    """The path that weights would have in one file, for one of their shards or their index."""
    return _SHARD.sub("", _INDEX.sub(r"\2\1", path))


def _format(file: HubFile) -> str | None:
    suffix = PurePosixPath(_unsharded(file.path)).suffix.lower()
    return "safetensors" if suffix == ".safetensors" else "pickle" if suffix in _PICKLES else None


def _role(file: HubFile) -> tuple[str, str]:
    """The folder, and the name of the weights whatever their format."""
    path = PurePosixPath(_unsharded(file.path))
    name, *variant = path.stem.split(".")
    return str(path.parent), ".".join([_SAFE_NAMES.get(name, name), *variant])


def _kind(files: Sequence[HubFile]) -> str:
    formats = {_format(file) for file in files}
    for kind in ("pickle", "safetensors"):
        if kind in formats:
            return kind
    return next((name for name in map(_framework, files) if name), "unknown")


def _matches(file: HubFile, patterns: Sequence[str]) -> bool:
    """Whether a path or a name is like one of the patterns; a pattern with a folder counts from the model's root."""
    path = file.path.lower()
    name = path.rpartition("/")[2]
    return any(fnmatch(path if "/" in pattern else name, pattern) for pattern in patterns)


def _checked(file: HubFile) -> HubFile:
    parts = file.path.split("/")
    too_long = any(len(part.encode()) > _LONGEST_NAME for part in parts)
    if too_long or {"", ".", ".."} & set(parts) or not file.path.isprintable():
        raise ImportFailedError(f"the hub lists a file whose path no model may hold: {file.path!r}")
    return file
