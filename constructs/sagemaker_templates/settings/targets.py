"""The accounts that a project's models are promoted to, from the environments and the project itself."""

from collections.abc import Mapping

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


def promotion_targets(
    environment: Environment,
    parameters: TargetParameters,
    sources: Mapping[str, EnvironmentSource],
    report: Report,
) -> tuple[Target, ...]:
    """The targets in promotion order: the environment's, then those that only the project describes."""
    others = [name for name in parameters if name not in (environment.name, *environment.promotes_to)]
    promoted = [name for name in environment.promotes_to if name in sources]
    found = [_promoted(sources[name], parameters.get(name), report) for name in promoted]
    for name in sorted(others, key=_stage):
        if name in sources or name not in STAGES[1:]:
            _refuse(parameters[name], name, environment, name in sources, report)
        else:
            found.append(_described(name, parameters[name], report))
    return tuple(target for target in found if target)


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


def _refuse(keys: Bound[TargetKeys], name: str, own: Environment, exists: bool, report: Report) -> None:
    entry = _first(keys)
    advice = f"add {name} to promotes-to of {own.name}" if exists else f"there is no environment {quoted(name)}"
    report.add(entry.file, entry.line, entry.key, f"concerns no environment that {own.name} promotes to; {advice}")


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
