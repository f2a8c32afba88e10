"""What is looked at: what ENV or ENV/PROJECT names, and what its stacks need."""

import pytest
from sagemaker_templates.configuration import load_configuration
from sagemaker_templates.doctor.site import Site, sites
from sagemaker_templates.failures import WrongInput
from sagemaker_templates.settings.model import Configuration
from sagemaker_templates.templates.registry import all_templates
from synthesized import ROOT

SHIPPED = load_configuration(ROOT / "environments")


def _sites(scope: str | None, configuration: Configuration = SHIPPED) -> list[Site]:
    return sites(configuration, all_templates(), scope)


def test_without_a_scope_every_environment_is_looked_at() -> None:
    assert [one.environment.name for one in _sites(None)] == ["dev", "pre-prod", "prod"]


def test_a_stage_of_a_project_is_looked_at_where_it_is() -> None:
    (site,) = _sites("pre-prod/serving")
    assert site.projects == ()
    assert [one.names.stack for one in site.deployments] == ["pre-prod-serving-target"]
    assert [network.vpc_id for network, _template in site.networks()] == ["vpc-0b2c3d4e5f6071829"]


def test_a_project_whose_jobs_run_outside_the_vpc_has_no_network_to_look_at() -> None:
    (site,) = _sites("dev/llama")
    assert [one.name for one in site.projects] == ["llama"]
    assert list(site.networks()) == []


def test_an_environment_without_projects_is_looked_at_too() -> None:
    empty = Configuration(SHIPPED.environments, ())
    assert [(one.environment.name, one.projects) for one in _sites("dev", empty)] == [("dev", ())]


@pytest.mark.parametrize("scope", ["de", "dev/abalon", "dev/"])
def test_what_there_is_not_is_named(scope: str) -> None:
    with pytest.raises(WrongInput, match="there is no"):
        _sites(scope)
