"""What a plan must be like to be applied with a deployer role, whoever wrote it and whatever made it.

Applying a plan starts its providers with the credentials of the role, and evaluates what could not be evaluated when
it was made. So it may start no program but the AWS provider, take nothing from the machine that applies it, and hold
no value that an approver could not read.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from deploy.target import State

from .plan_file import Backend, PlanFile

Plan = Mapping[str, Any]

PROVIDER = "registry.terraform.io/hashicorp/aws"
KINDS = frozenset(
    {
        "aws_appautoscaling_policy",
        "aws_appautoscaling_scheduled_action",
        "aws_appautoscaling_target",
        "aws_cloudwatch_metric_alarm",
        "aws_sagemaker_endpoint",
        "aws_sagemaker_endpoint_configuration",
        "aws_sagemaker_model",
    }
)
"""What a deployer role may make; none of them reads a file. Whoever widens that role adds to this."""

_PROVIDER_ARGUMENTS = frozenset({"default_tags", "region"})
"""Others name files and profiles, and a profile may name a program that is run
(https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-sourcing-external.html)."""

_BACKEND_ARGUMENTS = frozenset({"bucket", "encrypt", "key", "kms_key_id", "region", "use_lockfile"})
_WORDS = {
    "provisioner": "runs programs where it is applied",
    "terraform_remote_state": "reads what its own backend says, whose arguments may name programs",
    "ephemeral": "is evaluated only when it is applied",
}
_BETWEEN = r"(?:\s|/\*.*?\*/|(?:#|//)[^\n]*\n)*"
_READS_FILES = re.compile(rf"\b(file\w*|templatefile)\b{_BETWEEN}\(", re.DOTALL)
_ALWAYS_COMPUTED = frozenset({"alarm_arns", "arn", "id", "production_variants.volume_size_in_gb"})
"""Known only to AWS until it is there. Another argument may be unknown where no file names it: nobody has set it.
Below an argument that would say nothing, for the keys of a map may be put together."""

_COMPUTED_BELOW = frozenset({"container.model_data_source", "primary_container.model_data_source"})
"""Blocks within arguments that may be unknown as well, where no file names them."""


def objections_to_file(file: PlanFile) -> Iterator[str]:
    """Why a plan must not even be read by Terraform, in words; nothing where it may be."""
    for name in file.providers:
        if name != PROVIDER:
            yield f"the plan was made with the provider {name}; allowed: {PROVIDER}"
    yield from _arguments_of_backend(file.backend)
    for name, text in sorted(file.configuration.items()):
        yield from _words(name, text)


def objections(file: PlanFile, shown: Plan) -> Iterator[str]:
    """Why a plan must not be applied, in words; nothing where it may be.

    Args:
        shown: what ``terraform show -json`` says of it.
    """
    yield from _providers(shown)
    for module in _modules(shown["configuration"]["root_module"]):
        yield from _kinds(module)
    written = _identifiers(file)
    for change in shown.get("resource_changes", []):
        yield from _of_change(change, written)


def elsewhere(backend: Backend, state: State) -> Iterator[str]:
    """Why a plan's state is not the target's, in words; nothing where it is."""
    right = {
        "bucket": state.bucket,
        "key": state.key,
        "region": state.region,
        "kms_key_id": state.kms_key_id,
        "encrypt": True,
        "use_lockfile": True,
    }
    for name, value in right.items():
        given = backend.settings.get(name)
        if given != value:
            yield f"the plan's state has {name} {given!r}, the target's {value!r}"


def _providers(shown: Plan) -> Iterator[str]:
    for key, provider in sorted(shown["configuration"].get("provider_config", {}).items()):
        if provider["full_name"] != PROVIDER:
            yield f"the provider {key} is {provider['full_name']}; allowed: {PROVIDER}"
        for argument in sorted(provider.get("expressions", {}).keys() - _PROVIDER_ARGUMENTS):
            yield f"the provider {key} sets {argument}; allowed: {', '.join(sorted(_PROVIDER_ARGUMENTS))}"


def _arguments_of_backend(backend: Backend) -> Iterator[str]:
    if (backend.kind, backend.workspace) != ("s3", "default"):
        yield f"the state is of the type {backend.kind}, workspace {backend.workspace}; allowed: s3, default"
    for argument in sorted(backend.settings.keys() - _BACKEND_ARGUMENTS):
        yield f"the backend sets {argument}; allowed: {', '.join(sorted(_BACKEND_ARGUMENTS))}"


def _words(name: str, text: str) -> Iterator[str]:
    shown = name.partition("/")[2] or name
    if not name.endswith(".tf"):
        yield f"{shown}: what is applied is written in files that end in .tf"
    for word, reason in _WORDS.items():
        if re.search(rf"\b{word}\b", text):
            yield f"{shown}: {word} {reason}; the word is refused wherever it stands"
    for function in sorted(set(_READS_FILES.findall(text))):
        yield f"{shown}: {function}( reads files of the machine that applies; write the content itself"


def _modules(module: Plan) -> Iterator[Plan]:
    yield module
    for call in module.get("module_calls", {}).values():
        yield from _modules(call.get("module", {}))


def _kinds(module: Plan) -> Iterator[str]:
    for resource in module.get("resources", []):
        if resource["mode"] != "managed" or resource["type"] not in KINDS:
            yield f"{resource['address']}: {_not_made(resource)}"
        if resource.get("provisioners"):
            yield f"{resource['address']}: provisioners run programs where they are applied"


def _not_made(resource: Plan) -> str:
    kind = f"{resource['mode']} {resource['type']}"
    return f"{kind} is not what a deployer role makes; allowed: {', '.join(sorted(KINDS))}"


def _of_change(change: Plan, written: frozenset[str]) -> Iterator[str]:
    if change.get("provider_name") != PROVIDER:
        yield f"{change['address']}: is of the provider {change.get('provider_name')}; allowed: {PROVIDER}"
    if change["mode"] != "managed" or change["type"] not in KINDS:
        yield f"{change['address']}: {_not_made(change)}"
    for argument in sorted(set(_unknown(change["change"].get("after_unknown"))) - _ALWAYS_COMPUTED):
        below = "." in argument and argument not in _COMPUTED_BELOW
        if below or argument.rpartition(".")[2] in written:
            yield (
                f"{change['address']}: {argument} is known only after the apply, so nobody could approve it; "
                "write what does not depend on a computed value"
            )


def _unknown(value: Any, above: str = "") -> Iterator[str]:
    """The dotted names of everything that is unknown; places in lists are left out. All of it has no name."""
    if value is True:
        yield above
    elif isinstance(value, dict):
        for key, below in value.items():
            yield from _unknown(below, f"{above}.{key}" if above else key)
    elif isinstance(value, list):
        for below in value:
            yield from _unknown(below, above)


def _identifiers(file: PlanFile) -> frozenset[str]:
    words = {word for text in file.configuration.values() for word in re.findall(r"\w+", text)}
    return frozenset(words | {""})
