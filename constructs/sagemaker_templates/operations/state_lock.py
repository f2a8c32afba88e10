"""Who holds the lock of a stack's state in S3, read as its reader may: no lock is taken for it.

The lock is an object beside the state (https://developer.hashicorp.com/terraform/language/backend/s3#state-locking).
A local state needs none of this: the operating system frees its lock when the process that holds it ends.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sagemaker_templates.operations.aws_clients import Clients, refusals

_SUFFIX = ".tflock"
_ID = re.compile(r"[\w-]+", re.ASCII)  # it becomes part of a command that people copy


@dataclass(frozen=True)
class StateLock:
    """A lock as Terraform describes it.

    Attributes:
        id: what ``terraform force-unlock`` asks for.
        who: user and machine.
        since: when it was taken, in UTC.
    """

    id: str
    who: str
    since: str


def lock_of(stack: Path, clients: Clients) -> StateLock | None:
    """Return the lock that somebody holds on the state of the stack in a folder.

    None where there is no lock, where the state is not in S3, and where these credentials may not look.
    """
    document = json.loads((stack / "cdk.tf.json").read_text(encoding="utf-8"))
    backend: dict[str, Any] = document.get("terraform", {}).get("backend", {}).get("s3", {})
    if not backend.get("use_lockfile"):
        return None
    s3 = clients("s3", backend["region"])
    try:
        content = s3.get_object(Bucket=backend["bucket"], Key=backend["key"] + _SUFFIX)["Body"].read()
    except refusals():
        return None
    return read_lock(content)


def read_lock(content: bytes) -> StateLock | None:
    """What a lock says; None for what is no lock of Terraform's."""
    try:
        lock = json.loads(content)
    except ValueError:
        return None
    if not isinstance(lock, dict) or not _ID.fullmatch(str(lock.get("ID", ""))):
        return None
    return StateLock(str(lock["ID"]), str(lock.get("Who", "somebody")), str(lock.get("Created", "an unknown time")))
