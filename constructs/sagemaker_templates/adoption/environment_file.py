"""The file of a new environment: what it says and, behind "#", what else it may say, each with a line of help."""

from collections.abc import Iterator, Mapping, Sequence

from pydantic import BaseModel

from sagemaker_templates.authoring.yaml_text import Value, entry
from sagemaker_templates.settings.described import Place, example
from sagemaker_templates.settings.files import DeployRoleKeys, EnvironmentKeys, NetworkKeys

_HEAD = (
    "# One account and region. Its projects are files in projects/: `sagemaker-templates new` writes them.\n"
    '# A key behind "#" may be given: its line shows the default or, where there is none, an example.\n'
    "# To know more of one: sagemaker-templates explain KEY\n"
)
_OFFERED = (
    "network",
    "deploy_role",
    "protect_data",
    "log_retention_days",
    "engine",
    "aws_provider_version",
    "permissions_boundary_name",
    "s3_access_logs_bucket_arn",
    "tags",
)
_SHOWN_OF_MAPS: Mapping[str, tuple[type[BaseModel], tuple[str, ...]]] = {
    "network": (NetworkKeys, ("vpc_id", "subnet_ids", "security_group_ids")),
    "deploy_role": (DeployRoleKeys, ("arn",)),
}


def environment_file(name: str, values: Mapping[str, str], promotes_to: Sequence[str]) -> str:
    """Return the text of ``environments/<name>/environment.yaml``.

    Args:
        values: ``account-id``, ``region`` and ``state-bucket``.
        promotes_to: the environments that models go to from here, in order.
    """
    place = Place(values["account-id"], values["region"])
    said: dict[str, Value] = {
        "account-id": values["account-id"],
        "region": values["region"],
        "state": {"type": "s3", "bucket": values["state-bucket"], "key-prefix": f"sagemaker-templates/{name}"},
    }
    if promotes_to:
        said["promotes-to"] = list(promotes_to)
    lines = [line for key, value in said.items() for line in entry(key, value)]
    return _HEAD + "".join(f"{line}\n" for line in [*lines, *_offered(place)])


def _offered(place: Place) -> Iterator[str]:
    for field in _OFFERED:
        info = EnvironmentKeys.model_fields[field]
        value, is_default = _shown(field, place)
        yield ""
        yield f"# {info.description} {'Default' if is_default else 'For example'}:"
        yield from (f"#{line}" for line in entry(field.replace("_", "-"), value))


def _shown(field: str, place: Place) -> tuple[Value, bool]:
    """A value that may be given, and whether it is what holds anyway."""
    if field in _SHOWN_OF_MAPS:
        model, keys = _SHOWN_OF_MAPS[field]
        return {key.replace("_", "-"): example(model.model_fields[key], place) for key in keys}, False
    info = EnvironmentKeys.model_fields[field]
    if info.default is not None:
        return info.default, True
    return example(info, place), False
