"""What ``python -m mlops.local`` does around the scripts of a pipeline, as far as it can be seen in no time."""

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from mlops.local.aws import boto3
from mlops.local.conditions import UnknownConditionError, holds, in_words
from mlops.local.definition import Definition
from mlops.local.pipeline import LocalPipeline
from mlops.local.state import ForeignFolderError, State
from mlops.local.steps import Surroundings
from mlops.local.store import FolderStore, NotThereError


def less(left: float, right: float) -> dict[str, Any]:
    """A condition as the SDK writes it."""
    return {"Type": "LessThan", "LeftValue": left, "RightValue": right}


@pytest.mark.parametrize(
    ("condition", "held", "words"),
    [
        (less(1, 2), True, "1 < 2"),
        ({"Type": "Not", "Expression": less(1, 2)}, False, "not (1 < 2)"),
        ({"Type": "Or", "Conditions": [less(2, 1), less(1, 2)]}, True, "2 < 1 or 1 < 2"),
        ({"Type": "In", "QueryValue": "a", "Values": ["b", "c"]}, False, "a in ['b', 'c']"),
    ],
)
def test_conditions_of_every_kind_are_decided_and_told(condition: dict[str, Any], held: bool, words: str) -> None:
    """The SDK has these kinds."""
    assert holds(condition, lambda value: value) is held
    assert in_words(condition, lambda value: value) == words


def test_another_kind_of_condition_is_named() -> None:
    """A pipeline may be changed to anything that SageMaker has."""
    with pytest.raises(UnknownConditionError, match="the kind Between cannot be decided on this machine"):
        holds({"Type": "Between"}, lambda value: value)


def test_a_store_holds_files_and_what_lies_below_a_location(tmp_path: Path) -> None:
    """Of a location that is one file, the file comes; of another, all below it."""
    store, source = FolderStore(tmp_path / "s3"), tmp_path / "source"
    (source / "deep").mkdir(parents=True)
    (source / "deep/a.csv").write_text("1")

    store.keep(source, "s3://bucket/data")
    store.keep(source / "deep/a.csv", "s3://bucket/data/b.csv")

    store.fetch("s3://bucket/data/", tmp_path / "all")
    store.fetch("s3://bucket/data/b.csv", tmp_path / "one")
    assert [path.name for path in sorted((tmp_path / "all").rglob("*.csv"))] == ["b.csv", "a.csv"]
    assert (tmp_path / "one/b.csv").read_text() == "1"
    store.remove("s3://bucket/data")
    assert not store.exists("s3://bucket/data/b.csv")
    for ask in (lambda: store.read("s3://bucket/data/b.csv"), lambda: store.fetch("s3://bucket/data", tmp_path)):
        with pytest.raises(NotThereError, match="nothing is at s3://bucket/data"):
            ask()


def pipeline(tmp_path: Path, *steps: dict[str, Any]) -> LocalPipeline:
    """A pipeline of some steps."""
    definition = Definition.read(json.dumps({"Parameters": [], "Steps": list(steps)}))
    return LocalPipeline(definition, Surroundings(FolderStore(tmp_path / "s3")), tmp_path / "work")


def test_a_step_of_a_type_that_cannot_run_here_fails_by_its_name(tmp_path: Path) -> None:
    """So does one that refers to what is not known here."""
    strange = pipeline(tmp_path, {"Name": "Ask", "Type": "Lambda", "Arguments": {}})
    refers = pipeline(
        tmp_path, {"Name": "Stop", "Type": "Fail", "Arguments": {"ErrorMessage": {"Get": "Execution.StartDateTime"}}}
    )

    assert strange.run("a").failure == "Ask: steps of the type Lambda cannot run on this machine"
    assert refers.run("b").failure == "Stop: Execution.StartDateTime is not known on this machine"


def test_a_folder_that_is_not_the_commands_is_left_alone(tmp_path: Path) -> None:
    """Whoever names a folder of their own as the output loses nothing."""
    (tmp_path / "jobs").mkdir()

    with pytest.raises(ForeignFolderError, match="holds something else: name another folder with --output"):
        State.load(tmp_path)


@pytest.fixture
def s3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What a job finds as boto3's client."""
    monkeypatch.setenv("LOCAL_AWS", str(tmp_path))
    return boto3.client("s3", region_name="us-east-1")


def test_objects_come_whole_or_in_parts_with_what_they_say_about_themselves(s3: Any, tmp_path: Path) -> None:
    """An object in parts is there when it is complete."""
    target = {"Bucket": "b", "Key": "models/large"}
    upload = s3.create_multipart_upload(**target, Metadata={"sha256": "x"})["UploadId"]
    for number, part in enumerate((b"one ", b"two"), start=1):
        s3.upload_part(**target, UploadId=upload, PartNumber=number, Body=part)
    with pytest.raises(ClientError, match="404"):
        s3.head_object(**target)
    s3.complete_multipart_upload(**target, UploadId=upload, MultipartUpload={"Parts": []})
    s3.put_object(Bucket="b", Key="models/small", Body=b"three", Metadata={"sha256": "y"})

    (page,) = s3.get_paginator("list_objects_v2").paginate(Bucket="b", Prefix="models/")
    s3.download_file("b", "models/large", str(tmp_path / "large"))

    assert [each["Key"] for each in page["Contents"]] == ["models/large", "models/small"]
    assert (tmp_path / "large").read_bytes() == b"one two"
    assert s3.head_object(**target) == {"ContentLength": 7, "Metadata": {"sha256": "x"}}
    assert b"".join(s3.get_object(Bucket="b", Key="models/small")["Body"].iter_chunks(2)) == b"three"


def test_a_service_that_is_not_here_is_named(s3: Any) -> None:
    """A script may call any."""
    with pytest.raises(NotImplementedError, match="but no dynamodb"):
        boto3.client("dynamodb")
