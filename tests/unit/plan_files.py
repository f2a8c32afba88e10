"""Saved plans for tests, as Terraform would write them and as somebody else might."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

PROVIDER = "registry.terraform.io/hashicorp/aws"
LOCK = f'provider "{PROVIDER}" {{\n  version = "5.100.0"\n}}\n'
STATE: dict[str, Any] = {
    "bucket": "tfstate",
    "key": "prod-abalone-endpoint/terraform.tfstate",
    "region": "us-east-1",
    "encrypt": True,
    "use_lockfile": True,
    "profile": None,
}
MAIN = 'resource "aws_sagemaker_model" "this" {\n  name = var.model_name\n}\n'

_LENGTH = 2


def protobuf(*fields: tuple[int, bytes]) -> bytes:
    """A message of fields that have a length."""
    return b"".join(_varint(number << 3 | _LENGTH) + _varint(len(content)) + content for number, content in fields)


def _varint(value: int) -> bytes:
    low = value & 0x7F
    return bytes([low]) if value < 0x80 else bytes([low | 0x80]) + _varint(value >> 7)


def msgpack(value: Any) -> bytes:
    """A map of short texts, truths and nulls."""
    if isinstance(value, dict):
        return bytes([0x80 | len(value)]) + b"".join(msgpack(key) + msgpack(each) for key, each in value.items())
    if isinstance(value, str):
        return bytes([0xD9, len(value)]) + value.encode()
    return {None: b"\xc0", False: b"\xc2", True: b"\xc3"}[value]


def backend(settings: Mapping[str, Any], kind: str = "s3", workspace: str = "default") -> bytes:
    """The message that says where a plan's state is."""
    config = protobuf((1, msgpack(dict(settings))))
    return protobuf((1, kind.encode()), (2, config), (3, workspace.encode()))


def plan(settings: Mapping[str, Any] = STATE, **more: str) -> bytes:
    """The plan's own message: a version in front, the backend, the version of Terraform."""
    return bytes([1 << 3, 3]) + protobuf((13, backend(settings, **more)), (14, b"1.11.4"))


def entries(main: str = MAIN, *, message: bytes | None = None, lock: str = LOCK) -> list[tuple[str, bytes]]:
    """What a saved plan holds."""
    return [
        ("tfplan", plan() if message is None else message),
        ("tfstate", b"{}"),
        ("tfstate-prev", b"{}"),
        ("tfconfig/m-/main.tf", main.encode()),
        ("tfconfig/modules.json", b"[]"),
        (".terraform.lock.hcl", lock.encode()),
    ]


def zipped(content: Sequence[tuple[str, bytes]]) -> bytes:
    """A zip of exactly these entries, in this order, even if two have one name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        for name, data in content:
            packed.writestr(name, data)
    return buffer.getvalue()


def write(folder: Path, content: bytes | None = None) -> Path:
    """Write a plan where an artifact has it; gives the artifact's folder."""
    (folder / "plan").mkdir(parents=True, exist_ok=True)
    (folder / "plan/plan.tfplan").write_bytes(zipped(entries()) if content is None else content)
    return folder
