"""The emulator's own routes about rights: sessions for services, questions, and what was decided."""

from collections.abc import Callable, Mapping
from typing import Any

from sagemaker_templates.emulator.asked import Asked
from sagemaker_templates.emulator.rights.guard import Guard
from sagemaker_templates.emulator.routes import DECISIONS_ROUTE, RIGHTS_ROUTE, SESSION_ROUTE

Route = Callable[[dict[str, Any]], dict[str, Any]]


def rights_routes(guard: Guard) -> Mapping[str, Route]:
    """Return what answers each route.

    ``/emulator-api/session`` takes ``role``, ``service``, ``name``, ``region`` and perhaps ``acting-for``, the ARN of
    what the service acts for; it answers with credentials, as AssumeRole does.

    ``/emulator-api/rights`` takes the ``key`` of a session, ``region``, and a request that nobody sends: its
    ``service``, ``operation`` and ``parameters``; ``refused`` says why it may not be done, if so.

    ``/emulator-api/decisions`` answers with all ``decisions`` about roles and services.
    """

    def open_session(given: dict[str, Any]) -> dict[str, Any]:
        opened = guard.open_session(
            given["role"], given["service"], given["name"], given["region"], given.get("acting-for")
        )
        return {
            "AccessKeyId": opened.access_key_id,
            "SecretAccessKey": opened.secret_access_key,
            "SessionToken": opened.session_token,
        }

    def ask(given: dict[str, Any]) -> dict[str, Any]:
        asked = Asked(given["service"], given["operation"], given["parameters"])
        return {"refused": guard.ask(given["key"], asked, given["region"])}

    return {
        SESSION_ROUTE: open_session,
        RIGHTS_ROUTE: ask,
        DECISIONS_ROUTE: lambda _given: {"decisions": guard.journal.entries()},
    }
