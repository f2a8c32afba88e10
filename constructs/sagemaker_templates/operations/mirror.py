"""Where providers come from: a mirror on this machine if there is one, else the registry.

Terraform is told through a CLI configuration file, never through what is synthesized.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sagemaker_templates.failures import StepFailed

MIRROR_VARIABLE = "SAGEMAKER_TEMPLATES_PROVIDER_MIRROR"
CLI_CONFIG_VARIABLE = "TF_CLI_CONFIG_FILE"

# Terraform and OpenTofu complete the source hashicorp/aws with a registry of their own.
_HOSTS = ("registry.terraform.io", "registry.opentofu.org")
AWS_PROVIDER = "hashicorp/aws"
_OTHERS = ("integrations/github",)
"""What a mirror that somebody names may hold as well."""
_OWN_CONFIGURATIONS = (".terraformrc", ".tofurc")


class MirrorError(StepFailed):
    """The mirror that the environment names is none; the message is one line."""


@dataclass(frozen=True)
class ProviderSource:
    """A CLI configuration file that exists, and in words where it takes the provider from.

    ``mirror`` is the folder that serves it, where that is known.
    """

    cli_config_file: Path
    description: str
    mirror: Path | None = None

    def environment(self) -> dict[str, str]:
        """Return the variable that makes Terraform read the file."""
        return {CLI_CONFIG_VARIABLE: str(self.cli_config_file)}


def provider_source(
    work_folder: Path, environment: Mapping[str, str] = os.environ, roots: tuple[Path, ...] | None = None
) -> ProviderSource:
    """Decide where the AWS provider comes from, and write the configuration file if one is needed.

    First the mirror that the environment names; then the person's own Terraform configuration, which may
    name a company's mirror; then a mirror in one of the usual places; then the network.

    Raises:
        MirrorError: the environment names a folder that is no mirror.
    """
    if named := environment.get(MIRROR_VARIABLE):
        return _from_mirror(work_folder, _checked(Path(named).expanduser()), also=_OTHERS)
    if own := _own_configuration(environment):
        return ProviderSource(own, f"the CLI configuration {own}")
    for root in roots if roots is not None else usual_places(environment):
        if _is_mirror(root):
            return _from_mirror(work_folder, root)
    return ProviderSource(_write(work_folder, ""), "the network")


def usual_places(environment: Mapping[str, str]) -> tuple[Path, ...]:
    """Return the folders that may hold a mirror: Terraform's implied ones, the plugin cache, and /opt."""
    return tuple(_usual_places(environment))


def _usual_places(environment: Mapping[str, str]) -> Iterator[Path]:
    home = Path(environment.get("HOME") or Path.home())
    yield home / ".terraform.d/plugins"
    data_home = environment.get("XDG_DATA_HOME") or str(home / ".local/share")
    data_dirs = environment.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    for folder in [data_home, *data_dirs.split(os.pathsep)]:
        yield Path(folder) / "terraform/plugins"
    for host in _HOSTS:
        yield from sorted(found.parent for found in Path("/opt").glob(f"*/{host}"))
    # Last, for somebody may be filling it just now.
    yield Path(environment.get("TF_PLUGIN_CACHE_DIR") or home / ".terraform.d/plugin-cache")


def _own_configuration(environment: Mapping[str, str]) -> Path | None:
    home = Path(environment.get("HOME") or Path.home())
    named = environment.get(CLI_CONFIG_VARIABLE)
    candidates = [Path(named)] if named else [home / name for name in _OWN_CONFIGURATIONS]
    return next((path for path in candidates if path.is_file()), None)


def _checked(folder: Path) -> Path:
    if _is_mirror(folder):
        return folder.resolve()
    raise MirrorError(f"{MIRROR_VARIABLE}={folder}: there is no folder {_HOSTS[0]}/{AWS_PROVIDER} in it")


def _is_mirror(folder: Path) -> bool:
    return bool(_mirrored(folder))


def _mirrored(folder: Path, also: tuple[str, ...] = ()) -> list[str]:
    """The providers that a folder holds, by their full names."""
    names = [f"{host}/{provider}" for provider in (AWS_PROVIDER, *also) for host in _HOSTS]
    return [name for name in names if _holds_something(folder / name)]


def _holds_something(folder: Path) -> bool:
    try:
        return any(folder.iterdir())
    except OSError:
        return False


def _from_mirror(work_folder: Path, mirror: Path, *, also: tuple[str, ...] = ()) -> ProviderSource:
    providers = json.dumps(_mirrored(mirror, also))
    text = f"""provider_installation {{
  filesystem_mirror {{
    path    = {json.dumps(str(mirror))}
    include = {providers}
  }}
  direct {{
    exclude = {providers}
  }}
}}
"""
    return ProviderSource(_write(work_folder, text), f"the mirror {mirror}", mirror)


def _write(work_folder: Path, text: str) -> Path:
    work_folder.mkdir(parents=True, exist_ok=True)
    file = work_folder.resolve() / "provider-source.tfrc"
    file.write_text(text)
    return file
