"""The emulator's process: moto's server on loopback with the layer in front."""

import json
import logging
import os
import secrets
import sys
import tempfile
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from sagemaker_templates.emulator import moto_store
from sagemaker_templates.emulator.call import Environ
from sagemaker_templates.emulator.existing_keys import create_key
from sagemaker_templates.emulator.lambda_invocation import FunctionRunner
from sagemaker_templates.emulator.layer import EmulatorApplication
from sagemaker_templates.emulator.moto_repairs import repair_moto
from sagemaker_templates.emulator.network import create_network
from sagemaker_templates.emulator.reply import StartResponse
from sagemaker_templates.emulator.requests.checks import refusal
from sagemaker_templates.emulator.rights.callers import Callers
from sagemaker_templates.emulator.rights.guard import Guard
from sagemaker_templates.emulator.rights.journal import Journal
from sagemaker_templates.emulator.rights.routes import rights_routes
from sagemaker_templates.emulator.rights.standing import StandingPolicies
from sagemaker_templates.emulator.rights.stored import Stored
from sagemaker_templates.emulator.routes import CONNECTION_ROUTE, HEALTH_ROUTE, KEY_ROUTE, NETWORK_ROUTE, QUOTA_ROUTE
from sagemaker_templates.emulator.signature import Gatekeeper
from sagemaker_templates.emulator.supplement import (
    application_autoscaling,
    codebuild,
    codecommit,
    codepipeline,
    connections,
    lambda_functions,
    logs,
    sagemaker,
    service_quotas,
)
from sagemaker_templates.emulator.supplement.contract import Supplement

HOST = "127.0.0.1"
_TOKEN_BYTES = 20


class EmulatorServer:
    """A server that listens once it is built, and serves until it is told to stop."""

    def __init__(self, port: int = 0, *, checks_requests: bool = True, checks_rights: bool = True) -> None:
        self.token = secrets.token_hex(_TOKEN_BYTES)
        _configure_moto()
        from werkzeug.serving import make_server

        self._application: EmulatorApplication | None = None
        self._server: Any = make_server(HOST, port, self._serve, threaded=True, request_handler=request_handler())
        self.url = f"http://{HOST}:{self._server.server_port}"
        self._application = build_application(
            self.url, self.token, checks_requests=checks_requests, checks_rights=checks_rights
        )

    def serve(self) -> None:
        """Answer requests until the process ends."""
        self._server.serve_forever()

    def _serve(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        assert self._application is not None  # noqa: S101 - set before the first request is accepted
        return self._application(environ, start_response)


def request_handler() -> type[Any]:
    """moto's handler of requests, with replies that are sent in one piece.

    The AWS SDK for Go closes a request's body once it has the reply's headers. On a busy machine that can come before
    the client has noticed that the body was sent whole; it then takes the request for failed and closes the
    connection. A reply whose body is still to come would be lost, and the request, which was carried out, sent again:
    "already exists".
    """
    from moto.moto_server.werkzeug_app import MotoRequestHandler

    class WholeReplies(MotoRequestHandler):  # type: ignore[misc]
        wbufsize = _LARGEST_PIECE

        def handle_expect_100(self) -> bool:
            """Say nothing: werkzeug says it itself."""
            return True

        def make_environ(self) -> dict[str, Any]:
            """Send what is kept back so far: the word that a client may go on, for which boto3 waits a second."""
            self.wfile.flush()
            environ: dict[str, Any] = super().make_environ()
            return environ

    return WholeReplies


_LARGEST_PIECE = 1 << 20
"""Bytes that are kept back until a reply is complete."""


def build_application(
    url: str, token: str, *, checks_requests: bool = True, checks_rights: bool = True
) -> EmulatorApplication:
    """Put the layer together.

    Args:
        url: where functions that it runs find the emulator.
        token: what requests are to be signed with.
        checks_requests: whether requests are held against the services' models and limits.
        checks_rights: whether roles may do only what their policies, and those of what they access, allow.
    """
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    _configure_moto()
    known_connections, known_quotas = connections.Connections(), service_quotas.Quotas()
    supplements = new_supplements(known_connections, known_quotas)
    guard = new_guard(supplements, enforces=checks_rights)
    return EmulatorApplication(
        moto=DomainDispatcherApplication(create_backend_app),
        supplements=supplements,
        admin_routes={
            NETWORK_ROUTE: create_network,
            KEY_ROUTE: create_key,
            CONNECTION_ROUTE: connections.admin_route(known_connections),
            QUOTA_ROUTE: service_quotas.admin_route(known_quotas),
            HEALTH_ROUTE: lambda _request: {"status": "ok"},
            **rights_routes(guard),
        },
        invoke_function=FunctionRunner(url, guard),
        gatekeeper=Gatekeeper(token, moto_store.secret_of_key),
        guard=guard,
        check=refusal if checks_requests else None,
    )


def new_guard(supplements: Iterable[Supplement], *, enforces: bool = True) -> Guard:
    """Return what decides about rights, from what stands in moto's stores and in the supplements."""
    known = list(supplements)
    return Guard(
        lookups=Stored({supplement.service: supplement.tags for supplement in known}),
        standing=StandingPolicies({one.service: one.policy_of for one in known if one.policy_of}),
        callers=Callers(),
        journal=Journal(),
        enforces=enforces,
    )


def new_supplements(
    known_connections: connections.Connections, known_quotas: service_quotas.Quotas
) -> list[Supplement]:
    """Return what an emulator does beside moto, with nothing in it but connections and quotas."""
    return [
        application_autoscaling.supplement(),
        codebuild.supplement(),
        codecommit.supplement(),
        codepipeline.supplement(),
        lambda_functions.supplement(),
        logs.supplement(),
        sagemaker.supplement(),
        service_quotas.supplement(known_quotas),
        *connections.supplements(known_connections),
    ]


def run(
    port: int, ready_file: Path | None, *, stop_with_stdin: bool, checks_requests: bool, checks_rights: bool
) -> None:
    """Serve until killed, or until standard input is closed: then whoever started this process is gone."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(name)s %(message)s")
    server = EmulatorServer(port, checks_requests=checks_requests, checks_rights=checks_rights)
    if stop_with_stdin:
        threading.Thread(target=_stop_at_end_of, args=(sys.stdin.buffer,), daemon=True).start()
    _announce({"url": server.url, "pid": os.getpid(), "token": server.token}, ready_file)
    server.serve()


def _stop_at_end_of(stream: BinaryIO) -> None:
    while stream.read(1):
        pass
    os._exit(0)  # nothing is worth saving, and no request in flight may delay the end


def _announce(ready: Mapping[str, str | int], ready_file: Path | None) -> None:
    """Tell whoever started this process, and nobody else, how it is reached."""
    line = json.dumps(ready)
    if ready_file:
        handle, unfinished = tempfile.mkstemp(dir=ready_file.absolute().parent)  # readable by its owner alone
        with os.fdopen(handle, "w") as file:
            file.write(f"{line}\n")
        Path(unfinished).replace(ready_file)
    print(line, flush=True)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # nobody reads standard output after this line


def _configure_moto() -> None:
    """Set what moto reads from its environment; to be called before moto is imported."""
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
    os.environ["MOTO_DISABLE_GLOBAL_CORS"] = "true"  # no web page has business here
    os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"  # thousands of images that nobody asks for
    from moto.core.config import default_user_config

    default_user_config["lambda"]["use_docker"] = False
    repair_moto()
