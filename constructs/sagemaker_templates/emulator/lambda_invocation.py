"""Invoking a Lambda function really runs it: the uploaded zip's Python handler, in a process of its own."""

import base64
import json
import os
import re
import subprocess
import sys
import uuid
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote

from sagemaker_templates.emulator import moto_store
from sagemaker_templates.emulator.asked import Asked
from sagemaker_templates.emulator.call import Call, JsonObject
from sagemaker_templates.emulator.moto_policies import Session
from sagemaker_templates.emulator.moto_store import Function
from sagemaker_templates.emulator.reply import Reply, json_error
from sagemaker_templates.emulator.rights.guard import Guard, RoleNotTrusting
from sagemaker_templates.temporary import temporary_folder

_INVOCATION = re.compile(r"^/2015-03-31/functions/(?P<function>.+)/invocations/?$")
_BOOTSTRAP = Path(__file__).with_name("lambda_bootstrap.py")
_START_UP_SECONDS = 20  # on top of the function's own timeout: this machine is no Lambda
_TAIL_BYTES = 4096
_LAMBDA = "lambda.amazonaws.com"
_LOG_STREAM = "emulated"


@dataclass(frozen=True)
class Outcome:
    """What came of one run of a handler."""

    payload: bytes
    failed: bool
    log: bytes


class FunctionRunner:
    """Runs Python functions that were uploaded as a zip; everything else is left to moto."""

    def __init__(self, url: str, guard: Guard) -> None:
        """Build it.

        Args:
            url: where functions find the emulator.
            guard: gives each function a session of its role.
        """
        self._url = url
        self._guard = guard

    def __call__(self, call: Call) -> Reply | None:
        """Run the function that an Invoke request names; ``None`` if that is moto's business."""
        match = _INVOCATION.match(call.path)
        function = moto_store.function(call.place, unquote(match["function"])) if match else None
        if function is None or not _is_python_zip(function):
            return None
        kind = str(call.headers.get("HTTP_X_AMZ_INVOCATION_TYPE", "RequestResponse"))
        if kind == "DryRun":
            return Reply("204 No Content", [], b"")
        try:
            session = self._session(function)
        except RoleNotTrusting as error:
            return json_error("AccessDeniedException", str(error), "403 Forbidden")
        outcome = _run(function, self._environment(function, session), call.body)
        if self._may_write_logs(function, session):
            _keep_log(function, outcome.log)
        if kind == "Event":
            return Reply("202 Accepted", [], b"")
        return _reply(outcome, with_log=call.headers.get("HTTP_X_AMZ_LOG_TYPE") == "Tail")

    def _session(self, function: Function) -> Session:
        """Open a session of the function's role, which is named after the function.

        https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html

        Raises:
            RoleNotTrusting: the role lets no function act as it.
        """
        return self._guard.open_session(
            function.role, _LAMBDA, str(function.function_name), _region(function), function.function_arn
        )

    def _may_write_logs(self, function: Function, session: Session) -> bool:
        """Ask as Lambda does, which writes logs as the function's role: without the rights there are none.

        https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
        """
        named = {"logGroupName": function.logs_group_name, "logStreamName": _LOG_STREAM}
        refusals = [
            self._guard.ask(session.access_key_id, Asked("logs", operation, named), _region(function))
            for operation in ("CreateLogStream", "PutLogEvents")
        ]
        return not any(refusals)

    def _environment(self, function: Function, session: Session) -> dict[str, str]:
        """Build the function's whole environment: nothing of this process, so no real credentials either."""
        region, name = _region(function), str(function.function_name)
        own = {
            "AWS_ACCESS_KEY_ID": session.access_key_id,
            "AWS_SECRET_ACCESS_KEY": session.secret_access_key,
            "AWS_SESSION_TOKEN": session.session_token,
            "AWS_ENDPOINT_URL": self._url,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_LAMBDA_FUNCTION_NAME": name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
            "PATH": os.environ.get("PATH", os.defpath),
        }
        return {**{str(key): str(value) for key, value in function.environment_vars.items()}, **own}


def _region(function: Function) -> str:
    return function.function_arn.split(":")[3]


def _run(function: Function, environment: dict[str, str], event: bytes) -> Outcome:
    with temporary_folder() as folder:
        code = folder / "code"
        with zipfile.ZipFile(BytesIO(function.code_bytes)) as archive:
            archive.extractall(code)
        (folder / "event.json").write_bytes(event or b"{}")
        (folder / "context.json").write_text(json.dumps(_context(function)))
        return _execute(folder, environment, function)


def _execute(folder: Path, environment: dict[str, str], function: Function) -> Outcome:
    seconds = int(function.timeout) + _START_UP_SECONDS
    command = [sys.executable, str(_BOOTSTRAP), str(folder), str(function.handler)]
    try:
        run = subprocess.run(
            command,
            cwd=folder / "code",
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as expired:
        return Outcome(
            _error("Sandbox.Timedout", f"Task timed out after {seconds} seconds"), True, expired.output or b""
        )
    result = folder / "result.json"
    if not result.exists():
        message = f"the function ended with status {run.returncode} and no result"
        return Outcome(_error("Runtime.ExitError", message), True, run.stdout)
    return Outcome(result.read_bytes(), (folder / "failed").exists(), run.stdout)


def _context(function: Function) -> JsonObject:
    return {
        "function_name": function.function_name,
        "function_version": str(function.version),
        "invoked_function_arn": function.function_arn,
        "memory_limit_in_mb": str(function.memory_size),
        "aws_request_id": str(uuid.uuid4()),
        "log_group_name": function.logs_group_name,
        "log_stream_name": _LOG_STREAM,
        "timeout": int(function.timeout),
    }


def _reply(outcome: Outcome, *, with_log: bool) -> Reply:
    headers = [("Content-Type", "application/json"), ("X-Amz-Executed-Version", "$LATEST")]
    if outcome.failed:
        headers.append(("X-Amz-Function-Error", "Unhandled"))
    if with_log:
        headers.append(("X-Amz-Log-Result", base64.b64encode(outcome.log[-_TAIL_BYTES:]).decode()))
    return Reply("200 OK", headers, outcome.payload)


def _keep_log(function: Function, log: bytes) -> None:
    """Keep what the handler printed if it has a log group: creating one is Terraform's business."""
    if function.logs_group_name in function.logs_backend.groups:
        function.save_logs(log.decode(errors="replace"))


def _error(kind: str, message: str) -> bytes:
    return json.dumps({"errorType": kind, "errorMessage": message}).encode()


def _is_python_zip(function: Function) -> bool:
    return function.package_type == "Zip" and str(function.run_time).startswith("python")
