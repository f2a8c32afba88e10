"""Where the AWS provider comes from: what the person says, then a mirror on this machine, then the network."""

from pathlib import Path

import pytest
from sagemaker_templates.operations.mirror import MirrorError, provider_source, usual_places

_PROVIDER = Path("registry.terraform.io/hashicorp/aws")


def _mirror(folder: Path) -> Path:
    (folder / _PROVIDER / "5.100.0").mkdir(parents=True)
    return folder


def _environment(home: Path, **more: str) -> dict[str, str]:
    return {"HOME": str(home), **more}


def test_the_mirror_that_the_environment_names_comes_first(tmp_path: Path) -> None:
    named, found = _mirror(tmp_path / "named"), _mirror(tmp_path / "found")
    (tmp_path / ".terraformrc").write_text("")
    environment = _environment(tmp_path, SAGEMAKER_TEMPLATES_PROVIDER_MIRROR=str(named))
    source = provider_source(tmp_path / "work", environment, (found,))
    text = source.cli_config_file.read_text()
    assert f'path    = "{named}"' in text
    assert 'exclude = ["registry.terraform.io/hashicorp/aws"]' in text
    assert source.environment() == {"TF_CLI_CONFIG_FILE": str(source.cli_config_file)}


def test_a_mirror_serves_opentofu_where_it_holds_the_provider_by_that_name(tmp_path: Path) -> None:
    mirror = tmp_path / "mirror"
    (mirror / "registry.opentofu.org/hashicorp/aws/5.100.0").mkdir(parents=True)
    environment = _environment(tmp_path, SAGEMAKER_TEMPLATES_PROVIDER_MIRROR=str(mirror))
    only_opentofu = provider_source(tmp_path / "work", environment, ()).cli_config_file.read_text()
    assert 'include = ["registry.opentofu.org/hashicorp/aws"]' in only_opentofu
    both = provider_source(tmp_path / "work", _environment(tmp_path), (_mirror(mirror),)).cli_config_file.read_text()
    assert 'exclude = ["registry.terraform.io/hashicorp/aws", "registry.opentofu.org/hashicorp/aws"]' in both


def test_a_named_mirror_serves_githubs_provider_where_it_holds_that_too(tmp_path: Path) -> None:
    mirror = _mirror(tmp_path / "mirror")
    (mirror / "registry.terraform.io/integrations/github/6.9.0").mkdir(parents=True)
    environment = _environment(tmp_path, SAGEMAKER_TEMPLATES_PROVIDER_MIRROR=str(mirror))
    text = provider_source(tmp_path / "work", environment, ()).cli_config_file.read_text()
    served = '["registry.terraform.io/hashicorp/aws", "registry.terraform.io/integrations/github"]'
    assert f"include = {served}" in text
    assert f"exclude = {served}" in text


def test_a_named_folder_that_is_no_mirror_is_one_clear_line(tmp_path: Path) -> None:
    environment = _environment(tmp_path, SAGEMAKER_TEMPLATES_PROVIDER_MIRROR=str(tmp_path))
    with pytest.raises(MirrorError) as error:
        provider_source(tmp_path / "work", environment, ())
    assert "\n" not in str(error.value)
    assert str(tmp_path) in str(error.value)


@pytest.mark.parametrize("name", [".terraformrc", ".tofurc"])
def test_a_persons_own_configuration_is_left_to_rule(tmp_path: Path, name: str) -> None:
    own = tmp_path / name
    own.write_text("")
    source = provider_source(tmp_path / "work", _environment(tmp_path), (_mirror(tmp_path / "found"),))
    assert source.cli_config_file == own


def test_a_configuration_that_is_named_but_missing_is_passed_over(tmp_path: Path) -> None:
    environment = _environment(tmp_path, TF_CLI_CONFIG_FILE=str(tmp_path / "missing"))
    source = provider_source(tmp_path / "work", environment, ())
    assert source.cli_config_file.is_file()


def test_a_mirror_in_a_usual_place_is_found(tmp_path: Path) -> None:
    found = _mirror(tmp_path / "found")
    source = provider_source(tmp_path / "work", _environment(tmp_path), (tmp_path / "nothing", found))
    assert str(found) in source.cli_config_file.read_text()
    assert source.description == f"the mirror {found}"


def test_with_no_mirror_the_network_serves_and_the_file_exists(tmp_path: Path) -> None:
    source = provider_source(tmp_path / "work", _environment(tmp_path), (tmp_path / "nothing",))
    assert source.cli_config_file.read_text() == ""
    assert "network" in source.description


def test_the_usual_places_are_terraforms_own_and_the_plugin_cache(tmp_path: Path) -> None:
    places = usual_places(
        _environment(tmp_path, TF_PLUGIN_CACHE_DIR="/cache", XDG_DATA_HOME="/data", XDG_DATA_DIRS="/one:/two")
    )
    expected = [f"{tmp_path}/.terraform.d/plugins", "/data/terraform/plugins", "/one/terraform/plugins", "/cache"]
    assert [place for place in map(str, places) if place in expected] == expected
