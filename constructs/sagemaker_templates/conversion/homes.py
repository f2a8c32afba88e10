"""Where modules are deployed to, and so which environment each project lives in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sagemaker_templates.conversion.choices import ENVIRONMENT_NAME, Choices
from sagemaker_templates.conversion.manifests import (
    Account,
    Manifests,
    Module,
    Parameter,
    RegionMapping,
    get,
    origin_of,
)
from sagemaker_templates.conversion.names import slug
from sagemaker_templates.conversion.record import Origin
from sagemaker_templates.conversion.tables import OWN_STAGE
from sagemaker_templates.conversion.values import Given, Lookup, Unavailable, Variables, given, value_of
from sagemaker_templates.failures import WrongInput
from sagemaker_templates.settings.document import MapNode, Node, Scalar
from sagemaker_templates.settings.problems import Report
from sagemaker_templates.settings.project_keys import STAGES
from sagemaker_templates.settings.spelling import did_you_mean, quoted


@dataclass(frozen=True)
class Home:
    """Where a module is deployed to.

    Attributes:
        alias: the target account's; empty where neither the module nor a deployment names one.
        account: the account; None where no deployment's manifest says it.
        region: the region; None where nothing says it.
        lookup: what ``parameterValue`` may name.
        environment: the name of the environment that the project lives in.
    """

    alias: str
    account: Given | None
    region: Given | None
    lookup: Lookup
    environment: str = ""


def find_homes(
    modules: Sequence[Module], manifests: Manifests, choices: Choices, variables: Variables, report: Report
) -> list[Home]:
    """The home of each module, in the same order.

    Raises:
        WrongInput: a name is given for a target that there is not.
    """
    found = [_home(module, manifests, variables, report) for module in modules]
    named = _named(modules, found, choices)
    return [
        Home(home.alias, home.account, home.region, home.lookup, name)
        for home, name in zip(found, named, strict=True)
    ]


def _home(module: Module, manifests: Manifests, variables: Variables, report: Report) -> Home:
    alias = _target(module, manifests.accounts, variables, report)
    account = next((one for one in manifests.accounts if one.alias == alias), None)
    if account is None:
        region = _own_region(module, variables, report)
        return Home(alias, None, region, {} if manifests.deployments else None)
    mapping = _mapping(module, account)
    region = _own_region(module, variables, report) or (
        given(mapping.origin, mapping.region, variables, report) if mapping else None
    )
    lookup: dict[str, Node] = {}
    for parameters in (account.parameters, mapping.parameters if mapping else None):
        lookup |= {entry.key: entry.value for entry in parameters or ()}
    return Home(alias, _account_id(account, variables, report), region, lookup)


def _target(module: Module, accounts: Sequence[Account], variables: Variables, report: Report) -> str:
    if module.target_account is None:
        return next((account.alias for account in accounts if account.default), "")
    origin = Origin(module.target_account.file, module.target_account.line, "targetAccount")
    found = given(origin, module.target_account, variables, report)
    alias = found.text if found else module.target_account.text
    known = [account.alias for account in accounts]
    if accounts and alias not in known:
        allowed = f"allowed: {', '.join(known)}{did_you_mean(alias, known)}"
        report.add(origin.file, origin.line, origin.key, f"{quoted(alias)} is in no targetAccountMappings; {allowed}")
    return alias


def _own_region(module: Module, variables: Variables, report: Report) -> Given | None:
    if module.target_region is None:
        return None
    origin = Origin(module.target_region.file, module.target_region.line, "targetRegion")
    return given(origin, module.target_region, variables, report)


def _mapping(module: Module, account: Account) -> RegionMapping | None:
    """The region that the module names, or else the account's default, or its only one."""
    if module.target_region is not None:
        wanted = [one for one in account.regions if _text(one.region) == module.target_region.text]
        return wanted[0] if wanted else None
    defaults = [one for one in account.regions if one.default] or list(account.regions)
    return defaults[0] if len(defaults) == 1 else None


def _account_id(account: Account, variables: Variables, report: Report) -> Given | None:
    entry = account.account_id
    if entry is None:
        report.add(account.origin.file, account.origin.line, "accountId", "is required")
        return None
    node, is_reference = entry.value, False
    if isinstance(node, MapNode) and (reference := get(node, "value_from")):
        node, is_reference = reference.value, True
    found = value_of(Parameter("account_id", origin_of(entry), node, is_reference), None, "", variables, report)
    if isinstance(found, Unavailable):
        report.add(entry.file, entry.line, entry.key, "is an account id, ${NAME} or a valueFrom with envVariable")
        return None
    return found


def _text(node: Node) -> str:
    return node.text if isinstance(node, Scalar) else ""


def _named(modules: Sequence[Module], homes: Sequence[Home], choices: Choices) -> list[str]:
    targets = [(home.alias, home.region.text if home.region else "") for home in homes]
    used: set[str] = set()
    names = []
    for module, (alias, region) in zip(modules, targets, strict=True):
        chosen = [key for key in (module.name, f"{alias}/{region}", alias) if key in choices.names]
        used |= set(chosen)
        names.append(choices.names[chosen[0]] if chosen else _usual_name(alias, region, set(targets)))
    for unused in choices.names.keys() - used:
        known = sorted({module.name for module in modules} | {alias for alias, _ in targets if alias})
        allowed = f"allowed: {', '.join(known) or 'none'}{did_you_mean(unused, known)}"
        raise WrongInput(f"{ENVIRONMENT_NAME}: {quoted(unused)} is no target or module that is converted; {allowed}")
    return names


def _usual_name(alias: str, region: str, targets: Iterable[tuple[str, str]]) -> str:
    """``dev`` where there is one target; else what its account is called, with the region where that has several."""
    targets = list(targets)
    if slug(alias) in STAGES:
        regions = {other for name, other in targets if name == alias}
        return slug(alias) if len(regions) == 1 else slug(f"{alias}-{region}")
    if len(targets) == 1:
        return OWN_STAGE
    if len({other for name, other in targets if name == alias}) > 1:
        return slug(f"{alias}-{region}") or OWN_STAGE
    return slug(alias) or OWN_STAGE
