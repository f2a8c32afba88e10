"""What is kept about an imported model: the manifest beside it, and the text of its package's metadata."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from hub import HubFile, Model

# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModelPackage.html
_NOT_ALLOWED = re.compile(r"[^\w .:/=+@-]")
_LONGEST = 256


def manifest(model: Model, source: str, files: Sequence[tuple[HubFile, str]]) -> bytes:
    """The commit, the licence, and every file with its SHA-256; the same commit gives the same bytes."""
    content = {
        "model-id": model.model_id,
        "commit": model.commit,
        "source": source,
        "license": licence(model),
        "files": [{"path": file.path, "bytes": file.size, "sha256": sha256} for file, sha256 in files],
    }
    return (json.dumps(content, indent=2, sort_keys=True) + "\n").encode()


def about(model: Model) -> dict[str, str]:
    """What the hub says about the model, as text that a model package's metadata may hold."""
    details = model.details
    return {
        "model_id": text(model.model_id),
        "revision": text(model.revision),
        "commit": text(model.commit),
        "license": text(licence(model)),
        "task": text(details.get("pipeline_tag")),
        "library": text(details.get("library_name")),
        # false, or how access is given: automatically or by a person.
        "gated": text(details.get("gated") or "no"),
    }


def licence(model: Model) -> str:
    """The licence that the model's card names; ``unknown`` where it names none."""
    card: Mapping[str, Any] = model.details.get("cardData") or {}
    named = card.get("license_name") if card.get("license") == "other" else card.get("license")
    if isinstance(named, list):
        named = " ".join(str(each) for each in named)
    tags = [tag.partition(":")[2] for tag in model.details.get("tags") or () if str(tag).startswith("license:")]
    return str(named or " ".join(tags) or "unknown")


def text(value: object) -> str:
    """A value as a model package's metadata takes it: some characters, never nothing."""
    words = " ".join(str("" if value is None else value).split())
    return _NOT_ALLOWED.sub("_", words)[:_LONGEST] or "unknown"
