"""Processing job: bring the base model, from the Hugging Face Hub or from S3; the only job that needs a network.

Only weights that are data are taken (safetensors), never a pickle and never code.
"""

from __future__ import annotations

import argparse
import json
import shutil
from fnmatch import fnmatch
from pathlib import Path

from failure import report_failure

SOURCE_FILE = "source.json"
_WANTED = ("*.safetensors", "*.json", "*.txt", "*.model", "*.jinja", "LICENSE*", "README.md")
# The weights once more, in the authors' own layout (Mistral) or in a folder that is not loaded (Llama, gpt-oss).
_UNWANTED = ("consolidated*.safetensors", "*/*.safetensors")


class ModelError(Exception):
    """The base model cannot be had; the message says why."""


def main() -> None:
    """Run the job on the folders that SageMaker mounted."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--revision", required=True)
    parser.add_argument("--folder", type=Path, default=Path("/opt/ml/processing"))
    options = parser.parse_args()
    with report_failure("message"):
        fetch(options.model, options.revision, options.folder)


def fetch(model: str, revision: str, folder: Path) -> None:
    """Write the model's files to ``model``, and where they came from to ``source/source.json``.

    Args:
        model: ``s3://BUCKET/PREFIX``, or an id on the Hub.
        revision: branch, tag or commit on the Hub; of no meaning in S3.

    Raises:
        ModelError: what is there is no model, or it cannot be reached.
    """
    target = folder / "model"
    target.mkdir(parents=True, exist_ok=True)
    if model.startswith("s3://"):
        _from_s3(model, target)
        resolved = "none"
    else:
        resolved = _from_hub(model, revision, target)
    _check(model, target)
    (folder / "source").mkdir(parents=True, exist_ok=True)
    source = {"model": model, "revision": resolved}
    (folder / "source" / SOURCE_FILE).write_text(json.dumps(source), encoding="utf-8")
    print(json.dumps(source))


def _from_s3(location: str, target: Path) -> None:
    import boto3

    bucket, _, prefix = location.removeprefix("s3://").partition("/")
    prefix = f"{prefix.rstrip('/')}/"
    s3 = boto3.client("s3")
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for entry in page.get("Contents", []):
            relative = Path(entry["Key"].removeprefix(prefix))
            if not any(relative.match(pattern) for pattern in _WANTED) or _is_unwanted(relative):
                continue
            (target / relative).parent.mkdir(parents=True, exist_ok=True)
            s3.download_file(bucket, entry["Key"], str(target / relative))


def _from_hub(model: str, revision: str, target: Path) -> str:
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    try:
        commit = HfApi().model_info(model, revision=revision).sha
        snapshot_download(
            model, revision=commit, local_dir=target, allow_patterns=list(_WANTED), ignore_patterns=list(_UNWANTED)
        )
    except (HfHubHTTPError, HFValidationError, OSError) as error:
        reason = str(error).strip().splitlines()[0]
        raise ModelError(f"{model} at {revision} cannot be had from the Hugging Face Hub: {reason}") from error
    shutil.rmtree(target / ".cache", ignore_errors=True)
    return str(commit)


def _is_unwanted(path: Path) -> bool:
    return any(fnmatch(str(path), pattern) for pattern in _UNWANTED)


def _check(model: str, folder: Path) -> None:
    if not (folder / "config.json").is_file() or not list(folder.glob("*.safetensors")):
        raise ModelError(f"{model} has no config.json with safetensors weights beside it")
    missing = [] if (folder / "model.safetensors").is_file() else sorted(_indexed(model, folder) - _present(folder))
    if missing:
        raise ModelError(f"{model} lacks a part of its weights: {', '.join(missing[:3])}")


def _indexed(model: str, folder: Path) -> set[str]:
    """The files that the weights are spread over, as the index says."""
    index = folder / "model.safetensors.index.json"
    if not index.is_file():
        return set()
    try:
        return {str(part) for part in json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ModelError(f"{model} has an index of weights that is none: {index.name}") from None


def _present(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("*.safetensors")}


if __name__ == "__main__":
    main()
