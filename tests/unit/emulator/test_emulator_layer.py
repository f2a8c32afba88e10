"""The layer picks the account, answers for its supplements, repairs replies, and lets moto do the rest."""

import io
import json
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sagemaker_templates.emulator.call import ACCOUNT_HEADER, Call, Environ, JsonObject, Place, read_call
from sagemaker_templates.emulator.call import select_account as choose
from sagemaker_templates.emulator.layer import Check, EmulatorApplication
from sagemaker_templates.emulator.reply import Reply, StartResponse, json_error
from sagemaker_templates.emulator.signature import Gatekeeper
from sagemaker_templates.emulator.supplement.contract import AwsError, Supplement

JSON = [("Content-Type", "application/json")]


def _environ(key: str = "111111111111", service: str = "codecommit", **more: Any) -> Environ:
    credential = f"{key}/20260101/eu-west-1/{service}/aws4_request"
    body = more.pop("body", b"{}")
    return {
        "HTTP_HOST": "127.0.0.1:5000",
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/",
        "HTTP_AUTHORIZATION": f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=x",
        "HTTP_X_AMZ_TARGET": "Service_20150413.Operate",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        **more,
    }


def _unknown(_key: str) -> None:
    return None


class Moto:
    """Stands in for moto: answers what it is told to, and keeps the requests."""

    def __init__(self, status: str = "200 OK", body: bytes = b'{"from": "moto"}') -> None:
        self.status, self.body = status, body
        self.seen: list[Environ] = []

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        self.seen.append(environ)
        start_response(self.status, JSON)
        return [self.body]


class _Trusting(Gatekeeper):
    """Lets everybody in: who may is the subject of other tests."""

    def __init__(self) -> None:
        super().__init__("", lambda _key: None)

    def may_administer(self, environ: Environ) -> bool:
        return True

    def has_signed(self, environ: Environ, body: bytes) -> bool:
        return True


def _send(moto: Any, environ: Environ, *supplements: Supplement, check: Check | None = None) -> tuple[str, bytes]:
    statuses: list[str] = []

    def start_response(status: str, _headers: object) -> None:
        statuses.append(status)

    application = EmulatorApplication(moto, supplements, {}, lambda _call: None, _Trusting(), check=check)
    body = b"".join(application(environ, start_response))
    return statuses[0], body


def test_account_and_region_come_from_the_request() -> None:
    environ = _environ(key="222222222222")
    choose(environ, _unknown)
    assert read_call(environ).place == Place("222222222222", "eu-west-1")


def test_a_key_of_an_assumed_role_means_the_account_of_the_role() -> None:
    environ = _environ(key="ASIAXXXXXXXXXXXXXXXX")
    choose(environ, {"ASIAXXXXXXXXXXXXXXXX": "333333333333"}.get)
    assert read_call(environ).place.account == "333333333333"


def test_a_presigned_request_means_the_account_in_its_query() -> None:
    query = "X-Amz-Credential=222222222222%2F20260101%2Feu-west-1%2Fs3%2Faws4_request"
    environ = _environ(HTTP_AUTHORIZATION="", QUERY_STRING=query)
    choose(environ, _unknown)
    assert read_call(environ).place == Place("222222222222", "eu-west-1")


def test_a_client_cannot_choose_the_account_by_header() -> None:
    environ = _environ(**{ACCOUNT_HEADER: "999999999999"})
    choose(environ, _unknown)
    assert environ[ACCOUNT_HEADER] == "111111111111"


def test_what_a_supplement_answers_never_reaches_moto() -> None:
    moto = Moto()

    def operate(call: Call) -> JsonObject:
        return {"account": call.place.account, "none": None}

    status, body = _send(moto, _environ(), Supplement("codecommit", answers={"Operate": operate}))
    assert (status, json.loads(body)) == ("200 OK", {"account": "111111111111"})
    assert moto.seen == []


def test_a_supplements_refusal_is_an_error_of_aws() -> None:
    def refuse(_call: Call) -> JsonObject:
        raise AwsError("NoSuchThingException", "there is none")

    status, body = _send(Moto(), _environ(), Supplement("codecommit", answers={"Operate": refuse}))
    assert status == "400 Bad Request"
    assert json.loads(body) == {"__type": "NoSuchThingException", "message": "there is none"}


def test_a_missing_parameter_is_named() -> None:
    def need(call: Call) -> JsonObject:
        return {"name": call.parameters["repositoryName"]}

    status, body = _send(Moto(), _environ(), Supplement("codecommit", answers={"Operate": need}))
    assert status == "400 Bad Request"
    assert "repositoryName" in json.loads(body)["message"]


def test_a_correction_repairs_motos_reply() -> None:
    def repair(_call: Call, reply: JsonObject) -> JsonObject:
        return {**reply, "repaired": True}

    _, body = _send(Moto(), _environ(), Supplement("codecommit", corrections={"Operate": repair}))
    assert json.loads(body) == {"from": "moto", "repaired": True}


def test_moto_gets_the_body_and_its_reply_is_passed_on() -> None:
    moto = Moto()
    status, body = _send(moto, _environ(body=b'{"a": 1}'))
    assert (status, body) == ("200 OK", b'{"from": "moto"}')
    assert moto.seen[0]["wsgi.input"].read() == b'{"a": 1}'


@pytest.mark.parametrize("service", ["codecommit", "s3", "iam"])
def test_what_moto_fails_at_is_an_error_that_is_not_retried(service: str) -> None:
    target = "Service_20150413.Operate" if service == "codecommit" else ""
    environ = _environ(service=service, HTTP_X_AMZ_TARGET=target, body=b"Action=Operate")
    status, body = _send(Moto("500 Internal Server Error", b"<html>"), environ)
    assert status == "400 Bad Request"
    assert b"the emulator cannot do" in body


def test_an_exception_in_moto_is_an_error_that_is_not_retried() -> None:
    def failing(_environ: Environ, _start_response: StartResponse) -> Iterable[bytes]:
        raise NotImplementedError

    status, body = _send(failing, _environ())
    assert status == "400 Bad Request"
    assert "the emulator cannot do codecommit Operate" in json.loads(body)["message"]


def test_moto_answers_one_request_at_a_time() -> None:
    """Its stores are plain dicts: one that is read while another request adds to it would fail."""
    both_inside = threading.Barrier(2)
    together: list[bool] = []

    class Watched(Moto):
        def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
            try:
                both_inside.wait(0.2)
                together.append(True)
            except threading.BrokenBarrierError:
                together.append(False)
            return super().__call__(environ, start_response)

    application = EmulatorApplication(Watched(), [], {}, lambda _call: None, _Trusting())
    with ThreadPoolExecutor(2) as pool:
        replies = list(pool.map(lambda _: application(_environ(), lambda *_reply: None), range(2)))
    assert replies == [[Moto().body]] * 2
    assert together == [False, False]


def test_what_an_sdk_sends_again_reaches_moto_once() -> None:
    """A client that gave the connection up has not seen that its request was carried out."""
    moto = Moto()
    application = EmulatorApplication(moto, [], {}, lambda _call: None, _Trusting())
    attempt = {"HTTP_AMZ_SDK_INVOCATION_ID": "0b1c2d3e", "REQUEST_METHOD": "POST"}
    replies = [application(_environ(**attempt), lambda *_reply: None) for _ in range(2)]
    assert replies == [[moto.body]] * 2
    assert len(moto.seen) == 1


def test_what_the_check_refuses_reaches_neither_supplement_nor_moto() -> None:
    moto, answered = Moto(), []

    def answer(call: Call) -> JsonObject:
        answered.append(call)
        return {}

    supplement = Supplement(service="codecommit", answers={"Operate": answer})
    status, body = _send(moto, _environ(), supplement, check=lambda _call: json_error("ValidationException", "no"))
    assert (status, json.loads(body)) == ("400 Bad Request", {"__type": "ValidationException", "message": "no"})
    assert (moto.seen, answered) == ([], [])


def test_a_fault_of_the_check_is_an_error_that_is_not_retried() -> None:
    def check(_call: Call) -> Reply | None:
        raise RuntimeError("a fault")

    moto = Moto()
    status, body = _send(moto, _environ(), check=check)
    assert (status, json.loads(body)["__type"]) == ("400 Bad Request", "NotEmulated")
    assert moto.seen == []


def test_a_reset_reaches_the_supplements_and_moto() -> None:
    forgotten: list[str] = []
    moto = Moto()
    supplement = Supplement("codecommit", reset=lambda: forgotten.append("codecommit"))
    _send(moto, _environ(PATH_INFO="/moto-api/reset"), supplement)
    assert forgotten == ["codecommit"]
    assert moto.seen[0]["PATH_INFO"] == "/moto-api/reset"


@pytest.mark.parametrize("refused", [{"HTTP_ORIGIN": "https://example.com"}, {"HTTP_HOST": "example.com"}])
def test_what_a_web_page_may_send_is_refused(refused: dict[str, str]) -> None:
    moto = Moto()
    assert _send(moto, _environ(**refused))[0] == "403 Forbidden"
    assert moto.seen == []
