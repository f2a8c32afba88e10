"""Reads one ``environment.yaml``."""

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from sagemaker_templates.settings import locations, networks, promotion, provider_versions, regions, tagging
from sagemaker_templates.settings.binding import Bound, bind
from sagemaker_templates.settings.document import Entry, ListNode, MapNode, Refused, Scalar, read
from sagemaker_templates.settings.document import kind as kind_of
from sagemaker_templates.settings.files import (
    DefaultKeys,
    DeployRoleKeys,
    EnvironmentKeys,
    LocalStateKeys,
    NetworkKeys,
    ProjectKeys,
    S3StateKeys,
)
from sagemaker_templates.settings.folder import EnvironmentFolder
from sagemaker_templates.settings.model import DeployRole, Environment, LocalState, Network, S3State
from sagemaker_templates.settings.problems import Report
from sagemaker_templates.settings.spelling import quoted
from sagemaker_templates.settings.variables import Variables


@dataclass(frozen=True)
class EnvironmentSource:
    """What was read of one environment.

    Attributes:
        folder: its files.
        environment: the result; None where the file has mistakes.
        account_id: the account, if that alone is right.
        promotes_to: the line of that key.
        defaults: what its projects have in common, not yet validated.
        variables: what the values of its files may come from.
    """

    folder: EnvironmentFolder
    variables: Variables
    environment: Environment | None = None
    account_id: str | None = None
    promotes_to: Entry | None = None
    defaults: tuple[Entry, ...] = ()


def read_environment(
    folder: EnvironmentFolder,
    names: Collection[str],
    report: Report,
    environ: Mapping[str, str],
    output: Path | None = None,
) -> EnvironmentSource:
    """Read and check one environment.

    Args:
        names: those of all environments of the folder.
        output: where its stacks are written to; no state may lie there.
    """
    node = read(folder.file, report) if folder.file.is_file() else None
    if node is None:
        return EnvironmentSource(folder, Variables(environ, None, folder.file))
    variables = Variables(environ, _listed(node), folder.file)
    defaults = node.get("defaults")
    others = [entry for entry in node if entry is not defaults and not _is_projects(entry, report)]
    rest = MapNode(node.file, node.line, tuple(others))
    bound = bind(rest, EnvironmentKeys, report, variables)
    promotion.check_names(bound, names, report, own=folder.name, called="this environment itself")
    _check_network(bound, report)
    _check_provider(bound, report)
    _check_deploy_role(bound, report)
    _check_state_key(bound, report)
    locations.check_bucket(bound, bound.fields.get("region"), report)
    _check_state(bound, folder, output, report)
    return EnvironmentSource(
        folder,
        variables,
        environment=_environment(folder.name, bound, report) if bound.value else None,
        account_id=bound.fields.get("account_id"),
        promotes_to=bound.entry("promotes_to"),
        defaults=_defaults(defaults, report) if defaults else (),
    )


def _is_projects(entry: Entry, report: Report) -> bool:
    """Whether a key is no environment's; where it belongs is said."""
    if entry.field in EnvironmentKeys.model_fields or entry.field not in ProjectKeys.model_fields:
        return False
    where = ", or under defaults for all of them" if entry.field in DefaultKeys.model_fields else ""
    report.add(entry.file, entry.line, entry.key, f"is a key of projects; it belongs into a project's file{where}")
    return True


def _listed(node: MapNode) -> tuple[str, ...]:
    """The variables that may be read, as far as the list is right."""
    entry = node.get("variables")
    items = entry.value.items if entry and isinstance(entry.value, ListNode) else ()
    return tuple(item.text for item in items if isinstance(item, Scalar) and isinstance(item.value, str))


def _environment(name: str, bound: Bound[EnvironmentKeys], report: Report) -> Environment | None:
    keys = bound.value
    if keys is None:
        return None
    return Environment(
        name=name,
        account_id=keys.account_id,
        region=keys.region,
        state=_state(keys.state, keys.region),
        deploy_role=_deploy_role(keys.deploy_role),
        network=_network(keys.network),
        promotes_to=keys.promotes_to,
        protect_data=keys.protect_data,
        aws_provider_version=keys.aws_provider_version,
        engine=keys.engine,
        log_retention_days=keys.log_retention_days,
        permissions_boundary_name=keys.permissions_boundary_name,
        s3_access_logs_bucket_arn=keys.s3_access_logs_bucket_arn,
        tags=tagging.merged([(keys.tags or {}, bound.entry("tags"))], report),
    )


def _state(keys: S3StateKeys | LocalStateKeys, region: str) -> S3State | LocalState:
    if isinstance(keys, LocalStateKeys):
        return LocalState(keys.path)
    return S3State(keys.bucket, keys.key_prefix, keys.region or region, keys.kms_key_id)


def _deploy_role(keys: DeployRoleKeys | None) -> DeployRole | None:
    return DeployRole(keys.arn, keys.external_id, keys.session_tags or {}) if keys else None


def _check_deploy_role(bound: Bound[EnvironmentKeys], report: Report) -> None:
    """The provider refuses every account but the environment's, and so would each plan as another's role."""
    entry, role, account = bound.entry("deploy_role"), bound.fields.get("deploy_role"), bound.fields.get("account_id")
    if entry and role and account and (given := role.arn.split(":")[4]) != account:
        line = entry.value.get("arn") if isinstance(entry.value, MapNode) else None
        message = f"{quoted(role.arn)} is a role of the account {given}; allowed: one of the environment's {account}"
        report.add(entry.file, (line or entry).line, f"{entry.key}.arn", message)


def _check_provider(bound: Bound[EnvironmentKeys], report: Report) -> None:
    entry, constraint = bound.entry("aws_provider_version"), bound.fields.get("aws_provider_version")
    if entry and constraint and (problem := provider_versions.problem(constraint)):
        report.add(entry.file, entry.line, entry.key, problem)


def _check_state_key(bound: Bound[EnvironmentKeys], report: Report) -> None:
    """S3 takes no key of another region: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html"""
    entry, state = bound.entry("state"), bound.fields.get("state")
    region = bound.fields.get("region")
    if entry is None or not isinstance(state, S3StateKeys) or not (state.kms_key_id or "").startswith("arn:"):
        return
    of_state, (partition, _, of_key) = state.region or region, (state.kms_key_id or "").split(":")[1:4]
    other = "region" if of_key != of_state else "partition"
    if of_state and (of_key != of_state or partition != regions.partition(of_state).name):
        given = entry.value.get("kms_key_id") if isinstance(entry.value, MapNode) else None
        message = f"is a key of another {other} than {of_state}, where the bucket of the states is; S3 takes none"
        report.add(entry.file, (given or entry).line, f"{entry.key}.kms-key-id", message)


def _check_state(
    bound: Bound[EnvironmentKeys], folder: EnvironmentFolder, output: Path | None, report: Report
) -> None:
    """A state among what is written anew could be taken for it, by people, by `git clean`, by ``cdktf``.

    One among the environments would be: the next command reads each folder there as one.
    """
    state, entry = bound.fields.get("state"), bound.entry("state")
    if not isinstance(state, LocalStateKeys) or entry is None:
        return
    environments = folder.file.absolute().parents[1]
    states = _as_one_folder(environments.parent / state.path)
    taken = {_as_one_folder(environments): f"each folder in {environments.name} is an environment"}
    if output is not None:
        taken[_as_one_folder(output)] = f"the stacks are written to {output.as_posix()}"
    reasons = [reason for place, reason in taken.items() if place in (states, *states.parents)]
    if reasons:
        given = entry.value.get("path") if isinstance(entry.value, MapNode) else None
        allowed = f"{reasons[0]}; allowed: a folder outside it"
        line = (given or entry).line
        report.add(entry.file, line, f"{entry.key}.path", f"{quoted(state.path)} is not allowed: {allowed}")


def _as_one_folder(path: Path) -> Path:
    """A folder as all its spellings: links, and capitals where a file system takes them for small letters."""
    return Path(os.path.realpath(path).lower())


def _network(keys: NetworkKeys) -> Network:
    return networks.merged(Network(), keys.model_dump())


def _check_network(bound: Bound[EnvironmentKeys], report: Report) -> None:
    entry = bound.entry("network")
    if entry and isinstance(entry.value, MapNode) and "network" in bound.fields:
        networks.check(_network(bound.fields["network"]), entry.value, f"{entry.key}.", report)


def _defaults(entry: Entry, report: Report) -> tuple[Entry, ...]:
    """The lines of ``defaults``, each shown with its parent in messages and named as in a project's file."""
    if isinstance(entry.value, MapNode):
        return tuple(
            Entry(one.file, one.line, f"{entry.key}.{one.key}", one.value, name=one.key) for one in entry.value
        )
    if not isinstance(entry.value, Refused):
        report.add(entry.file, entry.line, entry.key, f"{kind_of(entry.value)} is not allowed; allowed: a map")
    return ()
