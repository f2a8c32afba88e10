"""The layer in front of moto: picks the account, answers what moto cannot, repairs its wrong replies."""

import json
import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from sagemaker_templates.emulator import moto_store
from sagemaker_templates.emulator.call import Call, Environ, JsonObject, read_call, select_account
from sagemaker_templates.emulator.repetition import Repetitions
from sagemaker_templates.emulator.reply import Reply, StartResponse, error_reply, json_error, speaks_json
from sagemaker_templates.emulator.rights.guard import Guard
from sagemaker_templates.emulator.routes import ADMINISTRATIVE, RESET_ROUTE, TOKEN_HEADER
from sagemaker_templates.emulator.signature import Gatekeeper
from sagemaker_templates.emulator.supplement.contract import AwsError, Supplement

WsgiApplication = Callable[[Environ, StartResponse], Iterable[bytes]]
AdminRoute = Callable[[JsonObject], JsonObject]
Invoker = Callable[[Call], Reply | None]
Check = Callable[[Call], Reply | None]

_SERVER_ERROR = 500
_NO_SUPPLEMENT = Supplement(service="")
_log = logging.getLogger(__name__)


class EmulatorApplication:
    """moto with the supplement in front."""

    def __init__(
        self,
        moto: WsgiApplication,
        supplements: Iterable[Supplement],
        admin_routes: Mapping[str, AdminRoute],
        invoke_function: Invoker,
        gatekeeper: Gatekeeper,
        *,
        check: Check | None = None,
        guard: Guard | None = None,
    ) -> None:
        """Put them together.

        Args:
            check: what every request to a service is held against; returns how the service refuses it.
            guard: decides then whether a request's sender may have it done; it looks into moto's stores.
        """
        self._moto = moto
        # moto's stores are plain dicts: one that is read while another request adds to it fails.
        self._one_at_a_time = threading.Lock()
        self._supplements = {supplement.service: supplement for supplement in supplements}
        self._admin_routes = admin_routes
        self._invoke_function = invoke_function
        self._repetitions = Repetitions[Reply]()
        self._gatekeeper = gatekeeper
        self._guard = guard
        self._check = check

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        if not _from_this_machine(environ):
            return Reply("403 Forbidden", [("Content-Type", "text/plain")], b"loopback only\n").send(start_response)
        select_account(environ, moto_store.account_of_key)
        length = environ.get("CONTENT_LENGTH", "")
        call = read_call(environ)
        if not self._may_ask({**environ, "CONTENT_LENGTH": length}, call):
            return _not_allowed(call).send(start_response)
        if call.path == RESET_ROUTE:
            self._reset()
        return self._repetitions.once(environ, lambda: self._reply(call)).send(start_response)

    def _may_ask(self, received: Environ, call: Call) -> bool:
        if call.path.startswith(ADMINISTRATIVE):
            return self._gatekeeper.may_administer(received)
        return self._gatekeeper.has_signed(received, call.body)

    def _reply(self, call: Call) -> Reply:
        if call.path in self._admin_routes:
            return self._administer(call)
        return self._refused(call) or self._answered(call)

    def _refused(self, call: Call) -> Reply | None:
        if call.path.startswith(ADMINISTRATIVE):
            return None
        try:
            refused = (self._check(call) if self._check else None) or self._kept_out(call)
        except Exception:  # a fault of the check's own: told as what the emulator cannot do
            _log.exception("check of %s %s %s", call.service, call.operation, call.path)
            return _not_emulated(call)
        if refused:
            _log.info("refused: %s %s", call.service, refused.body.decode(errors="replace"))
        return refused

    def _kept_out(self, call: Call) -> Reply | None:
        if self._guard is None:
            return None
        with self._one_at_a_time:
            return self._guard(call)

    def _answered(self, call: Call) -> Reply:
        supplement = self._supplements.get(call.service, _NO_SUPPLEMENT)
        named = replace(call, operation=supplement.name_operation(call))
        if named.operation in supplement.answers:
            return _answer(supplement, named)
        return _refusal(supplement, named) or self._invoke_function(named) or self._ask_moto(named, supplement)

    def _ask_moto(self, call: Call, supplement: Supplement) -> Reply:
        try:
            with self._one_at_a_time:
                reply = _collect(self._moto, call.headers)
        except Exception:  # whatever moto fails with, the client must be told in its own protocol
            _log.exception("%s %s %s", call.service, call.operation, call.path)
            return _not_emulated(call)
        if reply.code >= _SERVER_ERROR:
            _log.error("%s %s %s: %s", call.service, call.operation, call.path, reply.body.decode())
            return _not_emulated(call)
        correct = supplement.corrections.get(call.operation)
        if correct and reply.body:
            with supplement.lock:
                reply.body = json.dumps(correct(call, json.loads(reply.body))).encode()
        return reply

    def _administer(self, call: Call) -> Reply:
        try:
            with self._one_at_a_time:
                answer = self._admin_routes[call.path](call.parameters)
            return Reply.of_json(answer, media_type="application/json")
        except (LookupError, TypeError, ValueError) as error:
            message = {"error": f"{type(error).__name__}: {error}"}
            return Reply.of_json(message, "400 Bad Request", "application/json")

    def _reset(self) -> None:
        for supplement in self._supplements.values():
            with supplement.lock:
                supplement.reset()
        moto_store.forget()
        if self._guard:
            self._guard.forget()


def _answer(supplement: Supplement, call: Call) -> Reply:
    try:
        with supplement.lock:
            return Reply.of_json(supplement.answers[call.operation](call))
    except AwsError as error:
        return json_error(error.code, error.message, error.status)
    except KeyError as error:
        return json_error("ValidationException", f"{call.operation} needs the parameter {error}")


def _refusal(supplement: Supplement, call: Call) -> Reply | None:
    check = supplement.checks.get(call.operation)
    if check is None:
        return None
    try:
        with supplement.lock:
            check(call)
    except AwsError as error:
        return json_error(error.code, error.message, error.status)
    except KeyError as error:
        return json_error("ValidationException", f"{call.operation} needs the parameter {error}")
    return None


def _collect(application: WsgiApplication, environ: Environ) -> Reply:
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], *_: object) -> Callable[[bytes], None]:
        started.append((status, headers))
        return lambda _data: None

    chunks = application(environ, start_response)
    body = b"".join(chunks)
    status, headers = started[-1]
    return Reply(status, headers, body)


def _not_emulated(call: Call) -> Reply:
    """Answer what moto lacks with an error that a client shows, and does not retry, as it would a 500."""
    message = f"the emulator cannot do {call.service} {call.operation or call.path}; see its log"
    return error_reply(call, call.service, "NotEmulated", message)


def _not_allowed(call: Call) -> Reply:
    """As AWS refuses a wrong signature, which each protocol names in its own way."""
    status = "403 Forbidden"
    if call.path.startswith(ADMINISTRATIVE):
        return Reply.of_json({"error": f"the header {TOKEN_HEADER} is missing or wrong"}, status, "application/json")
    message = "The request is not signed with the emulator's token, which is the secret access key."
    code = "InvalidSignatureException" if speaks_json(call, call.service) else "SignatureDoesNotMatch"
    return error_reply(call, call.service, code, message, status)


def _from_this_machine(environ: Environ) -> bool:
    """Refuse what a web page in somebody's browser may send: the emulator runs code that it is given."""
    host = urlsplit(f"//{environ.get('HTTP_HOST', '')}")
    origin = environ.get("HTTP_ORIGIN")
    local = host.hostname in {"127.0.0.1", "localhost"} or str(host.hostname).endswith(".localhost")
    return local and (origin is None or urlsplit(str(origin)).netloc == host.netloc)
