"""Keys by other ways than their id."""

from collections.abc import Mapping

from sagemaker_templates.emulator.rights.scope import Fact, Scope

_ALIAS = "alias/"


def _request_alias(scope: Scope) -> list[str]:
    """The alias that the request names the key by (``kms:RequestAlias``)."""
    named = (one.rpartition(":")[2] for one in scope.texts("KeyId"))
    return [one for one in named if one.startswith(_ALIAS)]


def _alias(scope: Scope) -> list[str]:
    return [one.removeprefix(_ALIAS) for one in scope.texts("AliasName")]


def _key_of_alias(scope: Scope) -> list[str]:
    return [arn for name in scope.texts("AliasName") if (arn := scope.lookups.arn("kms:key", name, scope.place))]


def _key_of_ciphertext(scope: Scope) -> list[str]:
    """A request need not name the key: what was encrypted says it."""
    named = scope.texts("KeyId") or scope.texts("SourceKeyId")
    if named:
        return named
    blobs = scope.texts("CiphertextBlob")
    return [arn for blob in blobs if (arn := scope.lookups.arn("kms:ciphertext", blob, scope.place))]


def _algorithm(scope: Scope) -> list[str]:
    return scope.texts("EncryptionAlgorithm") or ["SYMMETRIC_DEFAULT"]


def _grant_constraint(scope: Scope) -> list[str]:
    return [
        one for one in ("EncryptionContextEquals", "EncryptionContextSubset") if scope.texts(f"Constraints.{one}")
    ]


FACTS: Mapping[str, Fact] = {
    "request-alias": _request_alias,
    "alias": _alias,
    "key-of-alias": _key_of_alias,
    "key-of-ciphertext": _key_of_ciphertext,
    "encryption-algorithm": _algorithm,
    "grant-constraint": _grant_constraint,
}
