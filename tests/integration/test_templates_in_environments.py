"""Each template can be created, is found unchanged, and can be removed again, in each of the shipped environments."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sagemaker_templates.templates.registry import all_templates
from site_on_emulator import Site, apply_and_plan_again, at_once, destroy

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "environments"
GOLDEN = ROOT / "tests" / "unit" / "golden"
ENVIRONMENTS = sorted(path.name for path in SHIPPED.iterdir() if path.is_dir())
DEPLOYS = "project-template-type: model_deploy"

# The longest of all: groups are begun before single tests, and so no process waits for these at the end.
pytestmark = [pytest.mark.terraform, pytest.mark.emulator, pytest.mark.xdist_group("every-template")]


@pytest.fixture
def environments(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped environments with a project of each other template in each, of which all may be destroyed."""
    folder = tmp_path_factory.mktemp("environments") / "environments"
    shutil.copytree(SHIPPED, folder)
    for name in ENVIRONMENTS:
        file = folder / name / "environment.yaml"
        file.write_text(file.read_text() + "\nprotect-data: false\n")
        for project in GOLDEN.glob("*-minimal/environments/dev/projects/*.yaml"):
            text = project.read_text()
            if DEPLOYS in text:
                # Its stages are those of the environment and of all that it promotes to: the same name would clash.
                text = text.replace("project-name: serving", f"project-name: serving-from-{name}")
            (folder / name / "projects" / project.name).write_text(text)
    return folder


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_every_template_is_applied_stays_as_planned_and_can_be_destroyed(
    make_site: Callable[[Path], Site], environments: Path, name: str
) -> None:
    site = make_site(environments)
    foundation, *projects = site.of(name)
    assert {plan.project.template for plan in projects if plan.project} == set(all_templates())
    apply_and_plan_again(site.terraform(foundation))
    at_once(lambda plan: apply_and_plan_again(site.terraform(plan)), projects)
    for plan in projects:
        if plan.project:
            site.assert_seeded(plan.project)
    at_once(lambda plan: destroy(site.terraform(plan)), projects)
    destroy(site.terraform(foundation))
