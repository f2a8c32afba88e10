"""The compiled import pipeline, executed: its own script, a hub and an AWS on loopback, a tiny real model."""

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from importing import BUCKET, GROUP, MODEL_ID, SECRET, TOKEN, Importing, importing, other_image
from loopback_hub import HubModel, LoopbackHub
from mlops.local.compilation import Compiled
from tiny_llama import logits, model_files

FIRST, SECOND = "1" * 40, "2" * 40
PROMPT = [3, 14, 15, 9, 26, 5]
PLACE = f"s3://{BUCKET}/models/{MODEL_ID}"
MIB = 1024 * 1024


def tiny_model() -> HubModel:
    """A model with two commits; main is at the first."""
    return HubModel(
        commits={FIRST: model_files(1), SECOND: model_files(2)},
        revisions={"main": FIRST, "v1.0": FIRST},
        details={
            "cardData": {"license": "apache-2.0"},
            "pipeline_tag": "text-generation",
            "library_name": "transformers",
            "gated": "manual",
        },
    )


@pytest.fixture
def place(hub: LoopbackHub, aws: str, hf_compiled: dict[str, Compiled], tmp_path: Path) -> Importing:
    """A hub with the tiny model, and an AWS with nothing of it."""
    return importing(hub, aws, hf_compiled["loopback"], tmp_path, tiny_model())


@pytest.fixture
def anonymous(hub: LoopbackHub, aws: str, hf_compiled: dict[str, Compiled], tmp_path: Path) -> Importing:
    """The same for a project that names no access token, and a model that is not gated."""
    model = tiny_model()
    model.details["gated"] = False
    return importing(hub, aws, hf_compiled["loopback without a token"], tmp_path, model)


def imported_files(commit: str) -> dict[str, bytes]:
    """What of a commit belongs into the bucket."""
    files = {FIRST: model_files(1), SECOND: model_files(2)}[commit]
    return {path: files[path] for path in sorted(files.keys() - {".gitattributes", "pytorch_model.bin"})}


def test_the_first_run_imports_the_commit_and_registers_it_for_approval(place: Importing) -> None:
    execution = place.run()

    assert (execution.status, execution.steps) == ("Succeeded", ["Import", "IsNew", "Register"])
    (package,) = execution.registered
    assert package["ModelPackageGroupName"] == GROUP
    assert package["ModelApprovalStatus"] == "PendingManualApproval"
    (container,) = package["InferenceSpecification"]["Containers"]
    assert container["ModelDataSource"]["S3DataSource"] == {
        "S3Uri": f"{PLACE}/{FIRST}/model/",
        "S3DataType": "S3Prefix",
        "CompressionType": "None",
    }
    assert container["Environment"] == {"HF_MODEL_ID": "/opt/ml/model", "SM_NUM_GPUS": "1"}
    assert place.objects(f"{PLACE}/{FIRST}/model/") == imported_files(FIRST)


def test_a_package_says_what_was_imported_and_under_which_licence(place: Importing) -> None:
    execution = place.run()

    (package,) = execution.registered
    metadata = dict(package["CustomerMetadataProperties"])
    manifest = place.objects(f"{PLACE}/{FIRST}/manifest.json")[""]
    assert metadata.pop("hf-manifest-sha256") == hashlib.sha256(manifest).hexdigest()
    assert metadata.pop("hf-bytes") == str(sum(len(content) for content in imported_files(FIRST).values()))
    assert metadata == {
        "execution": f"arn:local:execution/{execution.identifier}",
        "hf-model-id": MODEL_ID,
        "hf-revision": "main",
        "hf-commit": FIRST,
        "hf-source": f"{place.hub.address}/{MODEL_ID}/tree/{FIRST}",
        "hf-license": "apache-2.0",
        "hf-task": "text-generation",
        "hf-library": "transformers",
        "hf-gated": "manual",
        "hf-weights": "safetensors",
        "hf-code": "none",
        "hf-files": "6",
        "hf-manifest": f"{PLACE}/{FIRST}/manifest.json",
    }


def test_the_manifest_has_the_checksum_of_every_file(place: Importing) -> None:
    place.run()

    manifest = json.loads(place.objects(f"{PLACE}/{FIRST}/manifest.json")[""])
    assert manifest["commit"] == FIRST
    assert {each["path"]: each["sha256"] for each in manifest["files"]} == {
        path: hashlib.sha256(content).hexdigest() for path, content in imported_files(FIRST).items()
    }


def test_the_registered_model_answers_as_the_one_at_the_hub(place: Importing) -> None:
    """Loaded back from where the registered package says, and from nothing else."""
    arn = place.register(place.run())

    package = place.client("sagemaker").describe_model_package(ModelPackageName=arn)
    (container,) = package["InferenceSpecification"]["Containers"]
    loaded = place.objects(container["ModelDataSource"]["S3DataSource"]["S3Uri"])

    np.testing.assert_array_equal(logits(loaded, PROMPT), logits(model_files(1), PROMPT))
    assert not np.allclose(logits(loaded, PROMPT), logits(model_files(2), PROMPT))


def test_the_tiny_model_computes_what_transformers_does() -> None:
    """So that the comparison above is one of a real model's answers.

    The figures are those of transformers 5.23.0 (LlamaForCausalLM, torch 2.13.0, float32) for these very files.
    """
    of_transformers = [0.72673810, 0.11410829, -0.37314793, 0.28779650, 0.35364640, 1.20179653]

    np.testing.assert_allclose(logits(model_files(1), PROMPT)[-1][:6], of_transformers, atol=2e-6)


def test_the_same_commit_again_transfers_writes_and_registers_nothing(place: Importing) -> None:
    place.register(place.run())
    transferred, versions = len(place.hub.transfers()), place.versions()

    again = place.run()

    assert (again.status, again.steps, again.registered) == ("Succeeded", ["Import", "IsNew"], [])
    assert len(place.hub.transfers()) == transferred == len(imported_files(FIRST)) - 1
    assert place.versions() == versions
    assert "already registered: arn:aws:sagemaker" in place.log(again)


def test_a_commit_that_was_imported_but_not_registered_is_registered_without_another_transfer(
    place: Importing,
) -> None:
    place.run()
    transferred = len(place.hub.transfers())

    again = place.run()

    assert len(again.registered) == 1
    assert len(place.hub.transfers()) == transferred


def test_a_file_that_is_gone_from_the_bucket_comes_back(place: Importing) -> None:
    place.register(place.run())
    place.client("s3").delete_object(Bucket=BUCKET, Key=f"models/{MODEL_ID}/{FIRST}/model/config.json")

    again = place.run()

    assert again.registered == []
    assert place.objects(f"{PLACE}/{FIRST}/model/") == imported_files(FIRST)


def test_another_commit_of_the_same_branch_is_imported_beside_the_first(place: Importing) -> None:
    place.register(place.run())
    place.hub.models[MODEL_ID].revisions["main"] = SECOND

    execution = place.run()

    (package,) = execution.registered
    assert package["CustomerMetadataProperties"]["hf-commit"] == SECOND
    assert place.objects(f"{PLACE}/{FIRST}/model/") == imported_files(FIRST)
    assert place.objects(f"{PLACE}/{SECOND}/model/") == imported_files(SECOND)


def test_another_serving_image_is_another_package_of_the_same_files(place: Importing) -> None:
    place.register(place.run())
    transferred = len(place.hub.transfers())

    execution = other_image(place, "111111111111.dkr.ecr.us-east-1.amazonaws.com/own-server:1").run()

    assert len(execution.registered) == 1
    assert len(place.hub.transfers()) == transferred


@pytest.mark.parametrize(
    "asked", [{"Revision": "v1.0"}, {"InferenceInstanceType": "ml.g5.12xlarge"}, {"GpuCount": "4"}]
)
def test_the_same_files_for_another_revision_machine_or_setting_are_another_package(
    place: Importing, asked: dict[str, str]
) -> None:
    place.register(place.run())
    transferred = len(place.hub.transfers())

    execution = place.run(**asked)
    assert len(execution.registered) == 1
    assert len(place.hub.transfers()) == transferred
    place.register(execution)

    assert place.run(**asked).registered == []


@pytest.fixture
def embeddings(hub: LoopbackHub, aws: str, hf_compiled: dict[str, Compiled], tmp_path: Path) -> Importing:
    """A project of the transformers container, and a model that the hub lists for the similarity of sentences."""
    model = tiny_model()
    model.details["pipeline_tag"] = "sentence-similarity"
    return importing(hub, aws, hf_compiled["loopback transformers"], tmp_path, model)


def test_the_transformers_container_is_told_the_task_and_the_same_again_registers_nothing(
    embeddings: Importing,
) -> None:
    """Its toolkit would find no task for an embedding model."""
    execution = embeddings.run()

    (container,) = execution.registered[0]["InferenceSpecification"]["Containers"]
    assert container["Environment"] == {"HF_TASK": "feature-extraction"}
    assert execution.registered[0]["CustomerMetadataProperties"]["hf-task"] == "sentence-similarity"
    embeddings.register(execution)
    assert embeddings.run().registered == []
    (other,) = embeddings.run(Task="fill-mask").registered
    assert other["InferenceSpecification"]["Containers"][0]["Environment"] == {"HF_TASK": "fill-mask"}


def test_a_model_of_a_task_that_the_container_cannot_serve_is_refused_before_a_file_is_brought(
    embeddings: Importing,
) -> None:
    embeddings.hub.models[MODEL_ID].details["pipeline_tag"] = "text-to-video"

    failed = embeddings.run()

    assert failed.failure == (
        "Import: the hub names the task 'text-to-video', for which the transformers container has no pipeline: "
        f"{MODEL_ID}; name one in the parameter Task, such as feature-extraction"
    )
    assert embeddings.hub.transfers() == []


def with_code(place: Importing) -> None:
    """The publisher brings code that the transformers container would install and run."""
    code = {"code/inference.py": b"import os", "code/requirements.txt": b"theirs", "modeling_tiny.py": b"import os"}
    place.hub.models[MODEL_ID].commits[FIRST] = {**model_files(1), **code}


def test_code_of_the_publisher_stays_at_the_hub_and_the_package_says_so(place: Importing) -> None:
    with_code(place)

    execution = place.run()

    assert place.objects(f"{PLACE}/{FIRST}/model/") == imported_files(FIRST)
    assert execution.registered[0]["CustomerMetadataProperties"]["hf-code"] == "left out"
    assert "left out: code/inference.py (code)" in place.log(execution)


def test_code_that_an_earlier_import_brought_is_not_served_again(place: Importing) -> None:
    """It stays where it is, since packages may point there; what is registered now lies elsewhere."""
    old = f"models/{MODEL_ID}/{FIRST}/model/code/inference.py"
    place.client("s3").put_object(Bucket=BUCKET, Key=old, Body=b"import os")

    execution = place.run()

    (container,) = execution.registered[0]["InferenceSpecification"]["Containers"]
    location = container["ModelDataSource"]["S3DataSource"]["S3Uri"]
    assert re.fullmatch(f"{PLACE}/{FIRST}/selection-[0-9a-f]{{12}}/model/", location)
    assert place.objects(location) == imported_files(FIRST)
    assert list(place.objects(f"s3://{BUCKET}/{old}").values()) == [b"import os"]


def test_a_public_model_needs_no_token_and_none_is_shown(anonymous: Importing) -> None:
    execution = anonymous.run()

    assert execution.status == "Succeeded"
    assert anonymous.objects(f"{PLACE}/{FIRST}/model/") == imported_files(FIRST)
    assert {seen.authorized for seen in anonymous.hub.requests} == {False}


@pytest.mark.parametrize(
    ("details", "private", "reason"),
    [
        (
            {"gated": "manual"},
            False,
            "MODEL is gated, and nobody without an access token has been granted access: ask for it at HUB/MODEL",
        ),
        ({}, True, "HUB has no model MODEL that is public"),
    ],
)
def test_what_needs_a_token_says_so_where_none_is_given(
    anonymous: Importing, details: dict[str, Any], private: bool, reason: str
) -> None:
    model = anonymous.hub.models[MODEL_ID]
    model.details |= details
    model.private = private

    failed = anonymous.run()

    expected = reason.replace("HUB", anonymous.hub.address).replace("MODEL", MODEL_ID)
    assert failed.failure == f"Import: {expected}; hf-access-token-secret names the secret that holds a token"


def test_weights_of_which_a_part_is_missing_are_not_registered(place: Importing) -> None:
    index = {"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}}
    files = {
        "config.json": b"{}",
        "model.safetensors.index.json": json.dumps(index).encode(),
        "model-00001-of-00002.safetensors": b"x",
    }
    place.hub.models[MODEL_ID].commits[FIRST] = files

    failed = place.run()

    assert failed.failure == "Import: the commit lacks a part of the weights: model-00002-of-00002.safetensors"
    assert failed.registered == []


def test_the_commit_is_resolved_once_and_used_ever_after(place: Importing) -> None:
    place.run()

    paths = [seen.path for seen in place.hub.requests]
    assert [path for path in paths if path.endswith("/revision/main")] == [f"/api/models/{MODEL_ID}/revision/main"]
    assert all(f"/{FIRST}" in path for path in paths[1:])


def test_the_token_is_shown_to_the_hub_only(place: Importing) -> None:
    """Large files come from another address, to which the hub redirects."""
    place.run()

    shown = {(seen.server, seen.authorized) for seen in place.hub.requests}
    assert shown == {("hub", True), ("store", False)}


LARGE = np.random.default_rng(5).bytes(20 * MIB + 123)


def with_a_large_file(place: Importing) -> None:
    """One file of several parts; no job may write a file of its size."""
    commit = dict(model_files(1), **{"model.safetensors": LARGE})
    place.hub.models[MODEL_ID] = HubModel({FIRST: commit}, {"main": FIRST})


def large_file(place: Importing) -> bytes:
    return place.objects(f"{PLACE}/{FIRST}/model/model.safetensors")[""]


def ranges(place: Importing) -> list[str | None]:
    return [seen.range for seen in place.hub.requests if seen.server == "store"]


def test_a_transfer_that_breaks_off_goes_on_where_it_broke(place: Importing) -> None:
    with_a_large_file(place)
    place.hub.breaks["model.safetensors"] = [3 * MIB, 15 * MIB]

    execution = place.run()

    assert execution.status == "Succeeded"
    assert large_file(place) == LARGE
    assert ranges(place) == [None, f"bytes={3 * MIB}-", f"bytes={18 * MIB}-"]


def test_it_goes_on_even_where_the_server_knows_no_ranges(place: Importing) -> None:
    with_a_large_file(place)
    place.hub.ranges = False
    place.hub.breaks["model.safetensors"] = [18 * MIB]

    assert place.run().status == "Succeeded"
    assert large_file(place) == LARGE


def test_a_transfer_that_never_comes_through_fails_and_the_next_run_brings_only_what_is_missing(
    place: Importing,
) -> None:
    with_a_large_file(place)
    place.hub.breaks["model.safetensors"] = [17 * MIB, 0, 0, 0, 0, 0]

    failed = place.run()
    assert failed.failure == (
        f"Import: model.safetensors broke off at byte {17 * MIB} of {len(LARGE)}: the connection ended early; "
        "what is complete stays, so start the pipeline again"
    )
    assert "manifest.json" not in place.objects(f"{PLACE}/{FIRST}/")
    assert place.client("s3").list_multipart_uploads(Bucket=BUCKET).get("Uploads", []) == []
    before = len(place.hub.transfers())

    assert place.run().status == "Succeeded"
    assert large_file(place) == LARGE
    assert {seen.path.rpartition("/")[2] for seen in place.hub.transfers()[before:]} == {
        "model.safetensors",
        "chat template.jinja",
        "tokenizer.json",
    }


def test_a_hub_that_is_busy_for_a_moment_is_asked_again(place: Importing) -> None:
    place.hub.unavailable = 2

    assert place.run().status == "Succeeded"


def closed(place: Importing) -> None:
    place.hub.models[MODEL_ID].closed = True


def without_the_model(place: Importing) -> None:
    place.hub.models.clear()


def with_another_token(place: Importing) -> None:
    place.client("secretsmanager").put_secret_value(SecretId=SECRET, SecretString=f"{TOKEN}-of-last-year")


def with_json_in_the_secret(place: Importing) -> None:
    place.client("secretsmanager").put_secret_value(SecretId=SECRET, SecretString=json.dumps({"token": TOKEN}))


def with_two_lines_in_the_secret(place: Importing) -> None:
    place.client("secretsmanager").put_secret_value(SecretId=SECRET, SecretString=f"{TOKEN}\nand more")


def without_the_secret(place: Importing) -> None:
    place.client("secretsmanager").delete_secret(SecretId=SECRET, ForceDeleteWithoutRecovery=True)


def with_other_content(place: Importing) -> None:
    place.hub.replaced["config.json"] = b"x" * len(model_files(1)["config.json"])


def with_other_weights(place: Importing) -> None:
    place.hub.replaced["model.safetensors"] = b"x" * len(model_files(1)["model.safetensors"])


def without_a_hub(place: Importing) -> None:
    place.hub.unavailable = 1000


def with_a_path_that_leaves_the_folder(place: Importing) -> None:
    place.hub.models[MODEL_ID].commits[FIRST] = {"a/../../config.json": b"{}"}


FAILURES: list[tuple[Callable[[Importing], None], dict[str, str], str]] = [
    (without_the_model, {}, "HUB has no model MODEL that the access token's account may see"),
    (
        closed,
        {},
        "MODEL is gated, and the access token's account has not been granted access: ask for it at HUB/MODEL",
    ),
    (with_another_token, {}, "HUB refuses the access token: it is mistyped, expired or revoked"),
    (lambda place: None, {"Revision": "v9"}, "there is no revision like this: MODEL at v9"),
    (without_the_secret, {}, f"the secret {SECRET} cannot be read: ResourceNotFoundException"),
    (with_json_in_the_secret, {}, f"the secret {SECRET} does not hold an access token and nothing else"),
    (with_two_lines_in_the_secret, {}, f"the secret {SECRET} does not hold an access token and nothing else"),
    (with_other_content, {}, "config.json arrived with checksum [0-9a-f]{40}; the hub lists [0-9a-f]{40}"),
    (with_other_weights, {}, "model.safetensors arrived with checksum [0-9a-f]{64}; the hub lists [0-9a-f]{64}"),
    (without_a_hub, {}, "MODEL at main: HUB answers 503 Service Unavailable"),
    (
        with_a_path_that_leaves_the_folder,
        {},
        "the hub lists a file whose path no model may hold: 'a/../../config.json'",
    ),
]


@pytest.mark.parametrize(
    ("prepare", "parameters", "reason"),
    FAILURES,
    ids=[f"{case[0].__name__}{list(case[1].values())}" for case in FAILURES],
)
def test_what_goes_wrong_is_said_in_one_line_and_registers_nothing(
    place: Importing, prepare: Callable[[Importing], None], parameters: dict[str, str], reason: str
) -> None:
    prepare(place)

    failed = place.run(**parameters)

    expected = reason.replace("HUB", place.hub.address).replace("MODEL", MODEL_ID)
    assert failed.failure is not None
    assert re.fullmatch(f"Import: {expected}", failed.failure), failed.failure
    assert failed.registered == []
    assert place.log(failed).splitlines()[-1] == f"error: {failed.failure.removeprefix('Import: ')}"
    assert "Traceback" not in place.log(failed)
    assert_token_is_nowhere(place)


def test_the_token_is_in_no_definition_log_object_or_package(place: Importing) -> None:
    place.register(place.run())
    place.register(other_image(place, "111111111111.dkr.ecr.us-east-1.amazonaws.com/own-server:1").run())

    assert_token_is_nowhere(place)


def assert_token_is_nowhere(place: Importing) -> None:
    """Not in the definition, in a file of a job or of S3's folder, in an object or its metadata, in a package."""
    assert place.client("secretsmanager").list_secrets()
    texts = {"definition": place.compiled.text.encode(), **everything_in_files(place), **everything_in_aws(place)}
    assert len(texts) > 3
    assert [name for name, text in texts.items() if TOKEN.encode() in text] == []


def everything_in_files(place: Importing) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in place.root.rglob("*") if path.is_file()}


def everything_in_aws(place: Importing) -> dict[str, bytes]:
    s3, sagemaker = place.client("s3"), place.client("sagemaker")
    objects: dict[str, Any] = place.objects(f"s3://{BUCKET}/")
    heads = {f"{key}: metadata": s3.head_object(Bucket=BUCKET, Key=key)["Metadata"] for key in objects}
    arns = [
        package["ModelPackageArn"]
        for package in sagemaker.list_model_packages(ModelPackageGroupName=GROUP)["ModelPackageSummaryList"]
    ]
    packages = {arn: sagemaker.describe_model_package(ModelPackageName=arn) for arn in arns}
    texts = {name: json.dumps(value, default=str).encode() for name, value in {**heads, **packages}.items()}
    return {**objects, **texts}


def test_the_search_for_the_token_finds_it_where_it_is(place: Importing) -> None:
    """So that finding nothing means something."""
    place.client("s3").put_object(Bucket=BUCKET, Key="leak", Body=f"Bearer {TOKEN}".encode())
    place.run()

    with pytest.raises(AssertionError, match="leak"):
        assert_token_is_nowhere(place)
