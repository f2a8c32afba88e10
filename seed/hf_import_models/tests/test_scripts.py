"""The parts of the import job, as far as they can be seen without a hub and without AWS."""

import hashlib
import io
import json
import tracemalloc
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from description import licence, manifest, text
from failure import ImportFailedError, one_line
from hub import HubFile, Model
from registry import registered
from selection import wanted, weights_format
from transfer import SMALLEST_PART_BYTES, Checksums, part_bytes, parts

COMMIT = "1" * 40
MIB = 1024 * 1024


def file(path: str, content: bytes = b"x") -> HubFile:
    """A small file as the hub lists it."""
    oid = hashlib.sha1(f"blob {len(content)}\0".encode() + content, usedforsecurity=False).hexdigest()
    return HubFile(path, len(content), oid)


def model(**details: Any) -> Model:
    """A model that the hub says something about."""
    return Model("example-org/tiny", "main", COMMIT, details)


@pytest.mark.parametrize(
    ("there", "taken"),
    [
        (["model.safetensors", "pytorch_model.bin", "onnx/model.onnx"], ["model.safetensors"]),
        (["pytorch_model.bin", "config.json"], ["config.json", "pytorch_model.bin"]),
        ([".gitattributes", "tokenizer.json"], ["tokenizer.json"]),
    ],
)
def test_weights_are_taken_once_and_rather_not_as_pickles(there: list[str], taken: list[str]) -> None:
    """A pickle runs code when it is loaded; it is taken only where there is nothing else."""
    assert [each.path for each in wanted([file(path) for path in there])] == taken


@pytest.mark.parametrize("path", ["../config.json", "/etc/passwd", "a//b", "a/./b", "a\nb", "x" * 256])
def test_a_path_that_no_model_may_hold_is_refused(path: str) -> None:
    """What the hub lists is text from strangers."""
    with pytest.raises(ImportFailedError, match="no model may hold"):
        wanted([file(path)])


def test_a_commit_without_files_is_refused() -> None:
    """An empty folder is not a model."""
    with pytest.raises(ImportFailedError, match="no file to import"):
        wanted([file(".gitattributes")])


@pytest.mark.parametrize(
    ("paths", "kind"), [(["a.safetensors"], "safetensors"), (["a.bin"], "pickle"), (["a.gguf"], "other")]
)
def test_the_kind_of_weights_is_told(paths: list[str], kind: str) -> None:
    """Who approves a package sees whether loading it runs code."""
    assert weights_format([file(path) for path in paths]) == kind


@pytest.mark.parametrize(
    ("details", "named"),
    [
        ({"cardData": {"license": "mit"}}, "mit"),
        ({"cardData": {"license": "other", "license_name": "llama-3"}}, "llama-3"),
        ({"cardData": {"license": ["mit", "apache-2.0"]}}, "mit apache-2.0"),
        ({"tags": ["text", "license:mit"]}, "mit"),
        ({}, "unknown"),
    ],
)
def test_the_licence_is_the_one_that_the_card_names(details: dict[str, Any], named: str) -> None:
    """The hub has it in more than one place."""
    assert licence(model(**details)) == named


@pytest.mark.parametrize(
    ("value", "kept"),
    [("v1.0/a-b", "v1.0/a-b"), ("a\n b", "a b"), ("<b>'x'", "_b__x_"), (None, "unknown"), ("y" * 300, "y" * 256)],
)
def test_metadata_takes_what_a_model_package_may_hold(value: str | None, kept: str) -> None:
    """SageMaker would refuse the package for one wrong character in a licence's name."""
    assert text(value) == kept


def test_the_same_commit_gives_the_same_manifest() -> None:
    """So that a second run has nothing to write."""
    one = manifest(model(), "https://hub.example.com", [(file("config.json"), "0" * 64)])

    assert one == manifest(model(), "https://hub.example.com", [(file("config.json"), "0" * 64)])
    assert json.loads(one)["files"] == [{"path": "config.json", "bytes": 1, "sha256": "0" * 64}]


class Response(io.BytesIO):
    """A whole file as the hub sends it."""

    status = 200


class Endless(io.RawIOBase):
    """As many zeros as one asks for."""

    status = 200

    def readable(self) -> bool:
        """It is."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Zeros."""
        return bytes(size)


def test_a_file_needs_no_more_memory_than_a_few_parts() -> None:
    """However large it is: here eight parts, one after the other."""
    large = HubFile("model.safetensors", 8 * SMALLEST_PART_BYTES, "", "")
    tracemalloc.start()
    try:
        sizes = [len(part) for part in parts(large, lambda start: Endless())]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert sizes == [SMALLEST_PART_BYTES] * 8
    assert peak < 4 * SMALLEST_PART_BYTES


@pytest.mark.parametrize("size", [1, 16 * MIB, 400 * 1024 * MIB, 5 * 1024 * 1024 * MIB])
def test_no_file_has_more_parts_than_s3_takes(size: int) -> None:
    """Ten thousand, each of at least 5 MiB."""
    assert -(-size // part_bytes(size)) <= 10_000
    assert part_bytes(size) >= 5 * MIB


@pytest.mark.parametrize("content", [b"", b"abc"])
def test_a_small_file_is_checked_by_gits_name_for_it(content: bytes) -> None:
    """The hub lists nothing else for files that git LFS does not keep."""
    listed = file("config.json", content)
    arrived = b"".join(parts(listed, lambda start: Response(content)))
    checksums = Checksums(listed.size)
    checksums.update(arrived)

    assert checksums.verify(listed) == hashlib.sha256(content).hexdigest()


def package(commit: str = COMMIT, image: str = "image:1", status: str = "Completed") -> dict[str, Any]:
    """A package as SageMaker describes it."""
    return {
        "ModelPackageName": "group",
        "ModelPackageArn": "arn:aws:sagemaker:us-east-1:111111111111:model-package/group/1",
        "CreationTime": 0,
        "ModelPackageStatus": status,
        "ModelPackageStatusDetails": {"ValidationStatuses": []},
        "ModelApprovalStatus": "Rejected",
        "CustomerMetadataProperties": {"hf-model-id": "example-org/tiny", "hf-commit": commit},
        "InferenceSpecification": {"Containers": [{"Image": image}]},
    }


@pytest.mark.parametrize(
    ("described", "found"),
    [
        (package(), True),
        (package(commit="2" * 40), False),
        (package(image="image:2"), False),
        (package(status="Failed"), False),
        ({**package(), "CustomerMetadataProperties": {}}, False),
    ],
)
def test_a_commit_counts_as_registered_for_the_image_that_serves_it(described: dict[str, Any], found: bool) -> None:
    """Rejected ones too: a person decided; only a package that could not be made does not count."""
    client = boto3.client("sagemaker", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    summary = {
        name: described[name]
        for name in ("ModelPackageName", "ModelPackageArn", "CreationTime", "ModelPackageStatus")
    }
    with Stubber(client) as stub:
        stub.add_response("list_model_packages", {"ModelPackageSummaryList": [summary]})
        stub.add_response("describe_model_package", described)
        answer = registered(client, "group", model_id="example-org/tiny", commit=COMMIT, image="image:1")

    assert answer == (described["ModelPackageArn"] if found else None)


def test_a_reason_is_one_line_without_the_token() -> None:
    """Whatever an error shows, and however long it is."""
    reason = one_line(ValueError("Invalid header value b'Bearer secret-token'\n" + "x" * 5000), "secret-token")

    assert "secret-token" not in reason
    assert "\n" not in reason
    assert len(reason) == 1024
