"""Whoever does not know the emulator's token cannot use it, for it runs the code that it is given."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from roles_on_emulator import new_role
from sagemaker_templates.emulator import Emulator
from sagemaker_templates.emulator.prepare import Account

pytestmark = pytest.mark.emulator

DEV, PROD = "111111111111", "222222222222"
KEY_OF_A_USER = "AKIA" + "A1" * 8
REGION = "eu-west-1"


def _client(
    emulator: Emulator, service: str, key: str, secret: str, token: str | None = None, **settings: Any
) -> Any:
    session: Any = boto3.Session(key, secret, token, REGION)
    return session.client(service, endpoint_url=emulator.url, config=Config(retries={"max_attempts": 0}, **settings))


_REQUESTS = [
    ("s3", "list_buckets", {}, "SignatureDoesNotMatch"),
    ("iam", "list_roles", {}, "SignatureDoesNotMatch"),
    ("ec2", "describe_vpcs", {}, "SignatureDoesNotMatch"),
    (
        "sts",
        "assume_role",
        {"RoleArn": f"arn:aws:iam::{PROD}:role/r", "RoleSessionName": "test"},
        "SignatureDoesNotMatch",
    ),
    ("sagemaker", "list_endpoints", {}, "InvalidSignatureException"),
    ("codecommit", "list_repositories", {}, "InvalidSignatureException"),
    ("lambda", "list_functions", {}, "InvalidSignatureException"),
    ("lambda", "invoke", {"FunctionName": "f"}, "InvalidSignatureException"),
]


@pytest.mark.parametrize("request_", _REQUESTS, ids=lambda request: "-".join(request[:2]))
@pytest.mark.parametrize("key", [DEV, KEY_OF_A_USER])
def test_who_signs_with_another_secret_is_refused_in_the_words_of_each_service(
    emulator: Emulator, request_: tuple[str, str, Mapping[str, str], str], key: str
) -> None:
    service, operation, asked, code = request_
    with pytest.raises(ClientError) as refused:
        getattr(_client(emulator, service, key, "emulated"), operation)(**asked)
    told = refused.value.response
    assert (told["Error"]["Code"], told["ResponseMetadata"]["HTTPStatusCode"]) == (code, 403)
    assert "not signed with the emulator's token" in told["Error"]["Message"]


@pytest.mark.parametrize(
    "path", ["/", "/a-bucket", "/2015-03-31/functions", "/moto-api/data.json", "//moto-api/reset"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_is_not_signed_is_refused(emulator: Emulator, path: str, method: str) -> None:
    assert _status(emulator, Request(f"{emulator.url}{path}", method=method)) == 403  # noqa: S310 - on loopback


@pytest.mark.parametrize("path", ["/moto-api/reset", "/moto-api/config", "/emulator-api/network"])
def test_administrative_requests_need_the_token(emulator: Emulator, path: str) -> None:
    Account(emulator, DEV, REGION).create_bucket("kept")
    wrong = {"X-Emulator-Token": "wrong", "Content-Type": "application/json"}
    assert _status(emulator, Request(f"{emulator.url}{path}", b"{}", wrong)) == 403  # noqa: S310 - on loopback
    assert [bucket["Name"] for bucket in emulator.client("s3", DEV, REGION).list_buckets()["Buckets"]] == ["kept"]


def test_an_assumed_role_signs_with_the_secret_that_it_was_given_and_with_no_other(emulator: Emulator) -> None:
    sts = emulator.client("sts", DEV, REGION)
    role_arn = new_role(emulator, PROD, "r", trusted={"AWS": DEV})
    given = sts.assume_role(RoleArn=role_arn, RoleSessionName="test")["Credentials"]
    key, token = given["AccessKeyId"], given["SessionToken"]
    own = _client(emulator, "sts", key, given["SecretAccessKey"], token)
    assert own.get_caller_identity()["Account"] == PROD
    for other in (emulator.token, "emulated"):
        with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
            _client(emulator, "sts", key, other, token).get_caller_identity()


@pytest.mark.parametrize("key", ["plain", "with space", "a/b//c", "ümlaut", "a+b=c&d", "per%20cent", "til~de/../x"])
def test_objects_of_any_name_are_written_and_read_and_by_a_presigned_address_too(
    emulator: Emulator, key: str
) -> None:
    Account(emulator, DEV, REGION).create_bucket("names")
    s3 = emulator.client("s3", DEV, REGION)
    s3.put_object(Bucket="names", Key=key, Body=b"content", Metadata={"Some-Key": "a  b"})
    assert s3.get_object(Bucket="names", Key=key)["Body"].read() == b"content"
    presigning = _client(emulator, "s3", DEV, emulator.token, signature_version="s3v4")
    address = presigning.generate_presigned_url("get_object", {"Bucket": "names", "Key": key})
    with urlopen(address) as answer:  # noqa: S310 - on loopback
        assert answer.read() == b"content"
    assert _status(emulator, Request(f"{address[:-1]}{'0' if address[-1] != '0' else '1'}")) == 403  # noqa: S310


def test_a_body_that_was_changed_after_it_was_signed_is_refused(emulator: Emulator) -> None:
    client = emulator.client("codecommit", DEV, REGION)
    client.meta.events.register("before-send.codecommit.*", lambda request, **_: setattr(request, "body", b'{"x":1}'))
    with pytest.raises(ClientError, match="InvalidSignatureException"):
        client.list_repositories()


def test_the_token_is_in_no_command_line_and_not_in_the_log(emulator: Emulator) -> None:
    command = Path(f"/proc/{emulator.pid}/cmdline")
    if command.exists():  # on Linux: what any user may read
        assert emulator.token.encode() not in command.read_bytes()
    emulator.client("s3", DEV, REGION).list_buckets()
    assert emulator.token not in emulator.log_file.read_text()
    assert emulator.token not in repr(emulator)


def test_each_emulator_has_a_token_of_its_own(emulator: Emulator) -> None:
    from sagemaker_templates.emulator import running_emulator

    with running_emulator() as other:
        assert other.token != emulator.token
        assert len(other.token) >= 40


def _status(emulator: Emulator, request: Request) -> int:
    try:
        with urlopen(request) as answer:  # noqa: S310 - on loopback
            return int(answer.status)
    except HTTPError as refused:
        with refused:
            assert emulator.token not in json.dumps(refused.read().decode())
            return int(refused.code)
