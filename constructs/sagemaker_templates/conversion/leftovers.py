"""What manifests say that concerns no project: named, with the reason, so that nobody has to look for it."""

from collections.abc import Iterable, Iterator

from sagemaker_templates.conversion.manifests import Account, Manifests, Module
from sagemaker_templates.conversion.names import field_of
from sagemaker_templates.conversion.record import Entry, Origin, Outcome, Record
from sagemaker_templates.conversion.tables import DEPLOYMENT_KEYS
from sagemaker_templates.settings.document import MapNode, Scalar

_READ = ("groups", "target_account_mappings")
_BOUNDARY = "permissions_boundary_name"


def record_leftovers(manifests: Manifests, converted: Iterable[Module], record: Record) -> None:
    """Record modules of another kind, keys of deployments, and values that nothing looks up."""
    converted = list(converted)
    for module in manifests.modules:
        if not module.is_ours:
            record.add(Entry(module.name, module.name, module.origin, Outcome.LEFT, why=module.why_left))
    for deployment in manifests.deployments:
        for entry in deployment:
            row = DEPLOYMENT_KEYS.get(field_of(entry.key))
            if field_of(entry.key) not in _READ:
                why = row.becomes if row else "dropped: no key of a deployment that is known here"
                origin = Origin(entry.file, entry.line, entry.key)
                record.add(Entry("", entry.key, origin, Outcome.DROPPED, why=why))
    looked_up = {name for module in converted for name in _looked_up(module)}
    for account in manifests.accounts:
        for parameters in _parameters(account):
            _record_unused(parameters, looked_up, record)


def _record_unused(parameters: MapNode, looked_up: set[str], record: Record) -> None:
    for entry in parameters:
        if entry.key in looked_up:
            continue
        why = "dropped: no parameter of a project looks it up"
        if field_of(entry.key) == _BOUNDARY:
            why += "; it bounds Seed-Farmer's own roles: for those of projects set permissions-boundary-name"
        origin = Origin(entry.file, entry.line, entry.key)
        record.add(Entry("", entry.key, origin, Outcome.DROPPED, why=why))


def _parameters(account: Account) -> Iterator[MapNode]:
    for parameters in (account.parameters, *(region.parameters for region in account.regions)):
        if parameters:
            yield parameters


def _looked_up(module: Module) -> Iterator[str]:
    for parameter in module.parameters:
        if parameter.is_reference and isinstance(parameter.node, MapNode):
            for entry in parameter.node:
                if field_of(entry.key) == "parameter_value" and isinstance(entry.value, Scalar):
                    yield entry.value.text
