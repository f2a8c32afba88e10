"""Roles, policies and providers of identities that have a path or an address for a name."""

from collections.abc import Mapping

from sagemaker_templates.emulator.rights.scope import Fact, Scope


def _path(scope: Scope) -> list[str]:
    """The path as it stands before a name in an ARN: without the slash that it begins with."""
    return [(scope.text("Path") or "/").removeprefix("/")]


def _role(scope: Scope) -> list[str]:
    return [scope.arn("iam:role", name) for name in scope.texts("RoleName")]


def _issuer(scope: Scope) -> list[str]:
    return [url.partition("://")[2] for url in scope.texts("Url")]


FACTS: Mapping[str, Fact] = {"path": _path, "role": _role, "issuer": _issuer}
