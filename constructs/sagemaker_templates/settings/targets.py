"""The accounts that a project's models are promoted to, from the environments and the project itself."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from sagemaker_templates.settings import networks
from sagemaker_templates.settings.binding import Bound
from sagemaker_templates.settings.document import Entry
from sagemaker_templates.settings.environments import EnvironmentSource
from sagemaker_templates.settings.files import TargetKeys
from sagemaker_templates.settings.model import Environment, Network, Target
from sagemaker_templates.settings.problems import Report
from sagemaker_templates.settings.project_keys import STAGES
from sagemaker_templates.settings.spelling import quoted

TargetParameters = Mapping[str, Bound[TargetKeys]]


def own_network(environment: Environment, keys: Bound[TargetKeys] | None, report: Report) -> Network:
    """The project's network: its environment's, with the project's own parameters on top."""
    if keys is None:
        return environment.network
    _check_same(keys, "account_id", environment.account_id, environment.name, report)
    _check_same(keys, "region", environment.region, environment.name, report)
    return _network(environment.network, keys, environment.name, report)


@dataclass(frozen=True)
class Promotion:
    """Where the models of one project go.

    Attributes:
        environment: the project's.
        names: the project's own, else the environment's.
        is_own: whether the project says so itself; what it inherits about other environments is then not for it.
        is_known: whether ``names`` is right; where it is not, no key can be said to be in vain.
        file: the project's, whose keys are about the project and no other.
        of_siblings: where other projects of the environment go, whom inherited keys may be for.
    """

    environment: Environment
    names: tuple[str, ...]
    is_own: bool
    is_known: bool
    file: Path
    of_siblings: Collection[str] = ()


def promotion_targets(
    promotion: Promotion,
    parameters: TargetParameters,
    sources: Mapping[str, EnvironmentSource],
    report: Report,
) -> tuple[Target, ...]:
    """The targets in promotion order: those that are named, then those that only the project describes."""
    described = sorted((name for name in parameters if is_described(name, sources)), key=_stage)
    names = [*promotion.names, *(() if promotion.is_own else described)]
    found = [_target(name, parameters.get(name), sources, report) for name in names]
    for name in sorted(parameters):
        if name not in (promotion.environment.name, *names):
            _refuse(parameters[name], name, promotion, sources, report)
    return tuple(target for target in found if target)


def is_described(name: str, sources: Mapping[str, EnvironmentSource]) -> bool:
    """Whether a project describes a stage itself whose keys it has: there is no environment of its name."""
    return name not in sources and name in STAGES[1:]


def _target(
    name: str, keys: Bound[TargetKeys] | None, sources: Mapping[str, EnvironmentSource], report: Report
) -> Target | None:
    if name in sources:
        return _promoted(sources[name], keys, report)
    return _described(name, keys, report) if keys else None


def _promoted(source: EnvironmentSource, keys: Bound[TargetKeys] | None, report: Report) -> Target | None:
    environment = source.environment
    if environment is None:
        return None
    name = environment.name
    if keys is None:
        return Target(name, environment.account_id, environment.region, environment.network)
    return Target(
        name,
        account_id=keys.fields.get("account_id", environment.account_id),
        region=keys.fields.get("region", environment.region),
        network=_network(environment.network, keys, name, report),
    )


def _described(name: str, keys: Bound[TargetKeys], report: Report) -> Target | None:
    missing = [field for field in ("account_id", "region") if keys.entry(field) is None]
    if missing:
        needed = " and ".join(f"{name}-{field.replace('_', '-')}" for field in missing)
        entry = _first(keys)
        message = f"needs {needed} as well, since there is no environment {quoted(name)} to take it from"
        report.add(entry.file, entry.line, entry.key, message)
    network = _network(Network(), keys, name, report)
    if "account_id" not in keys.fields or "region" not in keys.fields:
        return None
    return Target(name, keys.fields["account_id"], keys.fields["region"], network)


def _refuse(
    keys: Bound[TargetKeys],
    name: str,
    promotion: Promotion,
    sources: Mapping[str, EnvironmentSource],
    report: Report,
) -> None:
    own = [entry for entry in keys.node if entry.file == promotion.file]
    if not promotion.is_known or not (own or _is_for_nobody(name, promotion)):
        return
    entry = min(own or keys.node, key=lambda entry: entry.line)
    where = promotion.environment.name
    from_, its = ("the project", "its promotes-to") if promotion.is_own else (where, f"promotes-to of {where}")
    possible = name in sources or is_described(name, sources)
    advice = f"add {name} to {its}" if possible else f"there is no environment {quoted(name)}"
    report.add(entry.file, entry.line, entry.key, f"concerns no environment that {from_} promotes to; {advice}")


def _is_for_nobody(name: str, promotion: Promotion) -> bool:
    """Whether what is inherited about an environment is for no project at all."""
    return not promotion.is_own and name not in promotion.of_siblings


def _network(base: Network, keys: Bound[TargetKeys], name: str, report: Report) -> Network:
    if any(keys.is_wrong(field) for field in networks.FIELDS):
        return base
    network = networks.merged(base, keys.fields)
    if network != base:
        networks.check(network, keys.node, "", report)
    return network


def _check_same(keys: Bound[TargetKeys], field: str, right: str, environment: str, report: Report) -> None:
    entry = keys.entry(field)
    given = keys.fields.get(field, right)
    if entry and given != right:
        message = f"{quoted(given)} is not {quoted(right)}, where the environment {environment} is"
        report.add(entry.file, entry.line, entry.key, message)


def _first(keys: Bound[TargetKeys]) -> Entry:
    return min(keys.node.entries, key=lambda entry: entry.line)


def _stage(name: str) -> tuple[int, str]:
    return (STAGES.index(name) if name in STAGES else len(STAGES), name)
