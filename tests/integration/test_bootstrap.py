"""``sagemaker-templates bootstrap`` in accounts of the emulator: from nothing, again, and where others have been."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sagemaker_templates import cli
from sagemaker_templates.emulator import Emulator

ACCOUNT, OTHER, REGION, BUCKET, ALIAS = "111111111111", "222222222222", "eu-west-1", "team-tfstate", "alias/states"
SETTINGS = """\
account-id: "{account}"
region: us-east-1
state:
  type: s3
  bucket: {bucket}
  key-prefix: sagemaker-templates
  region: {region}
{key}"""
ALL_BLOCKED = dict.fromkeys(
    ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
)
EVERYTHING = [
    f"  create a KMS key {ALIAS}, with new material each year",
    f"  create the bucket {BUCKET} in {REGION}",
    "  keep old versions of what is in it",
    f"  encrypt what comes into it with {ALIAS}",
    "  block public access to it",
    "  let nobody reach it without TLS",
    "  keep old versions below sagemaker-templates/ for 365 days",
]

pytestmark = pytest.mark.emulator

Bootstrap = Callable[..., tuple[int, list[str], str]]


@pytest.fixture
def environments(tmp_path: Path) -> Path:
    """One environment, whose states a key with an alias encrypts."""
    folder = tmp_path / "environments"
    (folder / "dev").mkdir(parents=True)
    _describe(folder, f"  kms-key-id: {ALIAS}\n")
    return folder


def _describe(environments: Path, key: str) -> None:
    text = SETTINGS.format(account=ACCOUNT, bucket=BUCKET, region=REGION, key=key)
    (environments / "dev" / "environment.yaml").write_text(text)


@pytest.fixture
def bootstrap(
    environments: Path,
    emulator: Emulator,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Bootstrap:
    """The command, with credentials of an account; returns the exit code, the lines and the complaints."""

    def run(*options: str, account: str = ACCOUNT) -> tuple[int, list[str], str]:
        for name, value in emulator.environment(account, "us-east-1").items():
            monkeypatch.setenv(name, value)
        code = 0
        try:
            cli.main(["bootstrap", "dev", "--environments", str(environments), *options])
        except SystemExit as ended:
            code = int(ended.code or 0)
        printed = capsys.readouterr()
        return code, printed.out.splitlines(), printed.err

    return run


def _s3(emulator: Emulator, account: str = ACCOUNT) -> Any:
    return emulator.client("s3", account, REGION)


def _assert_ready(emulator: Emulator, key: str) -> None:
    s3 = _s3(emulator)
    assert s3.get_bucket_location(Bucket=BUCKET)["LocationConstraint"] == REGION
    assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    assert s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"] == ALL_BLOCKED
    (rule,) = s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    denied = [one for one in _statements(emulator) if one["Effect"] == "Deny"]
    assert [one["Condition"] for one in denied] == [{"Bool": {"aws:SecureTransport": "false"}}]


def _statements(emulator: Emulator) -> list[dict[str, Any]]:
    statements: list[dict[str, Any]] = json.loads(_s3(emulator).get_bucket_policy(Bucket=BUCKET)["Policy"])[
        "Statement"
    ]
    return statements


def _key(emulator: Emulator) -> str:
    kms = emulator.client("kms", ACCOUNT, REGION)
    described = kms.describe_key(KeyId=ALIAS)["KeyMetadata"]
    assert kms.get_key_rotation_status(KeyId=described["KeyId"])["KeyRotationEnabled"]
    return str(described["Arn"])


def test_it_shows_what_it_will_do_does_it_once_and_finds_nothing_more_to_do(
    bootstrap: Bootstrap, emulator: Emulator
) -> None:
    code, lines, _ = bootstrap()
    assert (code, lines) == (
        1,
        [f"{BUCKET} in the account {ACCOUNT}:", *EVERYTHING, "nothing was changed; --yes does it"],
    )
    assert _s3(emulator).list_buckets()["Buckets"] == []

    code, lines, _ = bootstrap("--yes")
    assert (code, lines[1:]) == (0, [*EVERYTHING, f"done: {BUCKET} is as states need it"])
    _assert_ready(emulator, _key(emulator))

    assert bootstrap("--yes")[:2] == (0, [f"{BUCKET} is as states need it: nothing to do"])
    assert len(emulator.client("kms", ACCOUNT, REGION).list_keys()["Keys"]) == 1


def test_a_bucket_with_wrong_settings_is_mended_and_what_else_it_says_stays(
    bootstrap: Bootstrap, emulator: Emulator
) -> None:
    s3, kms = _s3(emulator), emulator.client("kms", ACCOUNT, REGION)
    key = kms.create_key()["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName=ALIAS, TargetKeyId=key)
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket=BUCKET, Key="sagemaker-templates/dev-abalone/terraform.tfstate", Body=b"{}")
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"})
    theirs = {
        "Sid": "Audit",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{OTHER}:root"},
        "Action": "s3:GetBucketVersioning",
        "Resource": f"arn:aws:s3:::{BUCKET}",
    }
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": theirs}))
    rule = {"ID": "theirs", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 30}}
    s3.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration={"Rules": [rule]})

    code, lines, complaints = bootstrap("--yes")

    assert code == 0, complaints
    assert lines[1] == f"  let KMS make new material for {ALIAS} each year"
    assert lines[2:-1] == EVERYTHING[2:]
    _assert_ready(emulator, _key(emulator))
    assert [one["Sid"] for one in _statements(emulator)] == ["Audit", "TlsOnly"]
    rules = s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"]
    assert [one["ID"] for one in rules] == ["theirs", "sagemaker-templates: old versions below sagemaker-templates/"]
    kept = s3.get_object(Bucket=BUCKET, Key="sagemaker-templates/dev-abalone/terraform.tfstate")["Body"].read()
    assert kept == b"{}"
    assert bootstrap("--yes")[:2] == (0, [f"{BUCKET} is as states need it: nothing to do"])


def test_without_a_key_in_the_settings_s3_encrypts_by_itself(
    bootstrap: Bootstrap, environments: Path, emulator: Emulator
) -> None:
    _describe(environments, "")
    code, lines, complaints = bootstrap("--yes")
    assert code == 0, complaints
    assert lines[1:-1] == [line for line in EVERYTHING if ALIAS not in line]
    assert emulator.client("kms", ACCOUNT, REGION).list_keys()["Keys"] == []


def test_a_bucket_of_another_account_is_left_alone(bootstrap: Bootstrap, emulator: Emulator) -> None:
    others = _s3(emulator, OTHER)
    others.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    code, lines, complaints = bootstrap("--yes")
    assert (code, lines) == (1, [])
    assert complaints.startswith(f"{BUCKET} is another account's, or these credentials may not list it: ")
    assert "Status" not in others.get_bucket_versioning(Bucket=BUCKET)
    assert emulator.client("kms", ACCOUNT, REGION).list_keys()["Keys"] == []


def test_credentials_of_another_account_change_nothing(bootstrap: Bootstrap, emulator: Emulator) -> None:
    code, lines, complaints = bootstrap("--yes", account=OTHER)
    assert (code, lines) == (1, [])
    assert complaints.rstrip().endswith(
        f"is of the account {OTHER}: take credentials of {ACCOUNT}; nothing was changed"
    )
    assert _s3(emulator, OTHER).list_buckets()["Buckets"] == []


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("alias/aws/kms-of-nothing", "there is no key alias/aws/kms-of-nothing: an alias can be made"),
        ("1234abcd-12ab-34cd-56ef-1234567890ab", "there is no key 1234abcd-12ab-34cd-56ef-1234567890ab: an alias"),
    ],
)
def test_a_key_that_nobody_can_make_is_said_before_anything_is_made(
    bootstrap: Bootstrap, environments: Path, emulator: Emulator, key: str, told: str
) -> None:
    _describe(environments, f"  kms-key-id: {key}\n")
    code, _, complaints = bootstrap("--yes")
    assert (code, complaints.startswith(told)) == (1, True), complaints
    assert _s3(emulator).list_buckets()["Buckets"] == []


def test_a_key_that_is_to_be_deleted_is_no_key(bootstrap: Bootstrap, emulator: Emulator) -> None:
    kms = emulator.client("kms", ACCOUNT, REGION)
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName=ALIAS, TargetKeyId=key)
    kms.schedule_key_deletion(KeyId=key)
    code, _, complaints = bootstrap("--yes")
    assert (code, complaints) == (
        1,
        f"the key {ALIAS} is PendingDeletion: enable it, or cancel its deletion\n",
    )


def test_what_was_done_before_a_refusal_is_said(
    bootstrap: Bootstrap, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bucket that somebody creates between the look and the change stands in for a right that is missing."""
    from sagemaker_templates.bootstrap import state_bucket

    _s3(emulator, OTHER).create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    monkeypatch.setattr(state_bucket, "_is_there", lambda *_: False)
    code, _, complaints = bootstrap("--yes")
    assert code == 1
    done, undone = complaints.splitlines()[-2:]
    assert done == f"done: {EVERYTHING[0].strip()}"
    assert undone.startswith(f"not done: {EVERYTHING[1].strip()}; ")


def test_an_environment_whose_states_lie_in_a_folder_has_nothing_to_make(
    bootstrap: Bootstrap, environments: Path
) -> None:
    file = environments / "dev" / "environment.yaml"
    file.write_text(f'account-id: "{ACCOUNT}"\nregion: us-east-1\nstate:\n  type: local\n')
    code, lines, complaints = bootstrap("--yes")
    assert (code, lines) == (2, [])
    assert complaints == "dev keeps its states in a folder: there is nothing to make in its account\n"
