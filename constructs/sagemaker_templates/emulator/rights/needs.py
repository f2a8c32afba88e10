"""What has to be allowed for a request to be done: the table's rights, with the request's values in them."""

from collections.abc import Iterator, Mapping
from typing import Any

from sagemaker_templates.emulator.asked import Asked
from sagemaker_templates.emulator.call import Place
from sagemaker_templates.emulator.rights.access import Access, Context
from sagemaker_templates.emulator.rights.facts import FACTS
from sagemaker_templates.emulator.rights.lookups import Lookups
from sagemaker_templates.emulator.rights.resources import account_of
from sagemaker_templates.emulator.rights.scope import Scope
from sagemaker_templates.emulator.rights.table import ANY, Need, NotInTable, operation, resource_type
from sagemaker_templates.emulator.rights.values import tags, values_at
from sagemaker_templates.settings import regions

__all__ = ["NotInTable", "needs"]

_EVERY_RESOURCE = "*"
_ENCRYPTION_CONTEXT = "kms:EncryptionContext:"


def needs(asked: Asked, place: Place, lookups: Lookups) -> list[Access]:
    """Return the rights that a request needs: all of them have to be allowed.

    Args:
        asked: the request.
        place: the account of the caller, and the region that the request was sent to.
        lookups: what stands in the accounts.

    Raises:
        NotInTable: nobody has said which rights the operation needs.
        KeyError: there is no such region.
    """
    scope = Scope(asked.parameters, place, lookups, FACTS)
    all_needs = operation(asked.service, asked.operation).needs
    found = [access for need in all_needs for access in _asked(need, scope)]
    # Nothing is allowed by omission, such as a list without elements.
    found = found or [_access(need, scope, _EVERY_RESOURCE, {}) for need in all_needs]
    return [access for number, access in enumerate(found) if access not in found[:number]]


def _asked(need: Need, scope: Scope) -> Iterator[Access]:
    for one in _elements(need, scope):
        if all(map(one.meets, need.when)) and not any(map(one.meets, need.unless)):
            yield from _accesses(need, one)


def _elements(need: Need, scope: Scope) -> Iterator[Scope]:
    if need.each is None:
        yield scope
        return
    for element in values_at(need.each, scope.parameters):
        yield scope.of_element({need.named: element} if need.named else element)


def _accesses(need: Need, scope: Scope) -> Iterator[Access]:
    context = _of_request(need, scope)
    resources = [
        (kind, scope.arn(kind, name))
        for kind, templates in need.resources.items()
        for template in templates
        for name in scope.filled(template)
    ]
    if not resources:
        yield _access(need, scope, _EVERY_RESOURCE, context)
    for kind, arn in resources:
        if not (need.via and _is_of_aws(arn, scope)):
            yield _access(need, scope, arn, {**_of_resource(need, scope, kind, arn), **context})


def _is_of_aws(arn: str, scope: Scope) -> bool:
    """Whether it is a service's own key, which lets everybody of the account through.

    https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-cmk
    """
    return bool(scope.lookups.attributes(arn).get("manager"))


def _access(need: Need, scope: Scope, resource: str, context: Context) -> Access:
    place = scope.place
    return Access(
        action=need.action,
        resource=resource,
        account=account_of(resource, scope.lookups) or place.account,
        region=place.region,
        context=context,
        via=_name_of(need.via, scope) if need.via else None,
    )


def _name_of(service: str, scope: Scope) -> str:
    """The service as ``kms:ViaService`` has it."""
    region = scope.place.region
    return f"{service}.{region}.{regions.partition(region).dns_suffix}"


def _of_request(need: Need, scope: Scope) -> Context:
    """The condition keys that come with the request."""
    given: dict[str, list[str]] = {
        key: [value for template in templates for value in scope.filled(template)]
        for key, templates in need.keys.items()
    }
    _add_tags(given, "aws:RequestTag", "aws:TagKeys", _members(need.tags, scope))
    _add_tags(given, "s3:RequestObjectTag", "s3:RequestObjectTagKeys", _members(need.object_tags, scope))
    if need.untags:
        given["aws:TagKeys"] = list(_members(need.untags, scope))
    for key, value in _members(need.encryption_context, scope).items():
        given[f"{_ENCRYPTION_CONTEXT}{key}"] = [value]
    contexts = [key.removeprefix(_ENCRYPTION_CONTEXT) for key in given if key.startswith(_ENCRYPTION_CONTEXT)]
    given["kms:EncryptionContextKeys"] = contexts
    return _context(given)


def _of_resource(need: Need, scope: Scope, kind: str, arn: str) -> Context:
    """The condition keys that say what is known of the resource."""
    prefixes, own = _described(need, kind)
    inner = scope.of_resource(arn)
    given = {key: [value for text in texts for value in inner.filled(text)] for key, texts in own.items()}
    if prefixes:
        for key, value in scope.lookups.tags(arn).items():
            given.update({f"{prefix}/{key}": [value] for prefix in prefixes})
    return _context(given)


def _described(need: Need, kind: str) -> tuple[tuple[str, ...], Mapping[str, tuple[str, ...]]]:
    if kind == ANY:
        return need.tag_keys or ("aws:ResourceTag",), {}
    described = resource_type(kind)
    return described.tag_keys if need.tag_keys is None else need.tag_keys, described.keys


def _add_tags(given: dict[str, list[str]], each: str, keys: str, found: Mapping[str, str]) -> None:
    given.update({f"{each}/{key}": [value] for key, value in found.items()})
    given[keys] = list(found)


def _members(path: str | None, scope: Scope) -> dict[str, str]:
    found: list[Any] = values_at(path, scope.parameters) if path else []
    return tags(found[0]) if found else {}


def _context(given: Mapping[str, list[str]]) -> Context:
    return {key.lower(): tuple(values) for key, values in given.items() if values}
