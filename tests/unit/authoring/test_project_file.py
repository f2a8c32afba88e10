"""The file of a project says what it was given, and every key that it offers besides is one that may be given."""

import re
from pathlib import Path

import pytest
import yaml
from sagemaker_templates.authoring import project_file as written
from sagemaker_templates.authoring.project_file import Around, project_file
from sagemaker_templates.configuration import load_configuration
from sagemaker_templates.settings import Configuration
from sagemaker_templates.settings.described import Place
from sagemaker_templates.settings.files import ProjectKeys
from sagemaker_templates.templates.registry import all_templates
from written_projects import ENVIRONMENT, OWN

GIVEN = {"sagemaker-project-name": "alone", "sagemaker-project-id": "p-alone"}
PROD = Around(stages=("dev", "prod"))
OFFERED = re.compile("^#(?! [^ ]|#)", re.MULTILINE)


def _loaded(folder: Path, text: str, region: str = "us-east-1") -> Configuration:
    for name, account in (("dev", "111111111111"), ("prod", "222222222222")):
        file = folder / "environments" / name / "environment.yaml"
        file.parent.mkdir(parents=True)
        file.write_text(
            (ENVIRONMENT % account).replace("us-east-1", region) + "promotes-to: [prod]\n" * (name == "dev")
        )
    project = folder / "environments" / "dev" / "projects" / "alone.yaml"
    project.parent.mkdir()
    project.write_text(text)
    return load_configuration(folder / "environments")


@pytest.mark.parametrize("template", sorted(OWN))
def test_what_is_given_is_read_back(template: str, tmp_path: Path) -> None:
    """With all that is offered still behind "#"."""
    given = {**GIVEN, **OWN[template], "tags": {"team": "0042"}, "prod-vpc-id": "vpc-0a1b2c3d4e5f60718"}
    given["prod-subnet-ids"] = ["subnet-0a1b2c3d4e5f60711"]
    text = project_file(template, given, all_templates(), purpose="Stands alone.", around=PROD)
    assert yaml.safe_load(text) == {"project-template-type": template, **given}
    (project,) = _loaded(tmp_path, text).projects
    assert (project.name, project.template, dict(project.tags)) == ("alone", template, {"team": "0042"})


@pytest.mark.parametrize("template", sorted(OWN))
@pytest.mark.parametrize("region", ["us-east-1", "us-gov-west-1"])
def test_all_that_is_offered_may_be_given(template: str, region: str, tmp_path: Path) -> None:
    """The whole file without its "#" is right once its code is where all of these keys mean something."""
    around = Around(place=Place("111111111111", region), stages=("dev", "prod"), inherited={"promotes-to": ["prod"]})
    text = OFFERED.sub("", project_file(template, {**GIVEN, **OWN[template]}, all_templates(), around=around))
    text = text.replace("repository-type: CodeCommit", "repository-type: GitHub Enterprise")
    # An app acts in place of the token.
    text = text.replace("access-token-secret-name:", "#access-token-secret-name:")
    if region != "us-east-1":
        text = text.replace("key/00000000", "key/0a1b2c3d").replace(
            "arn:aws:kms:us-east-1", f"arn:aws-us-gov:kms:{region}"
        )
    (project,) = _loaded(tmp_path, text, region).projects
    assert project.repository.app is not None
    assert project.network.vpc_owner_account_id == "111111111111"


def test_each_common_key_has_its_place() -> None:
    placed = [*written._FIRST, *(field for fields in written._SECTIONS.values() for field in fields)]
    assert sorted(placed) == sorted(ProjectKeys.model_fields)


def test_each_key_is_offered_with_its_help_and_what_holds_without_it() -> None:
    lines = project_file("xgboost_abalone", GIVEN, all_templates()).splitlines()
    help_of = dict(zip(lines[1:], lines, strict=False))
    isolation = "# Run the jobs without any network access from their containers. Default:"
    owner = "# The owner of the repository; needed for GitHub and GitHub Enterprise. For example:"
    assert help_of["#enable-network-isolation: false"] == isolation
    assert help_of["#repository-owner: example-org"] == owner
    assert all(len(line) <= 118 for line in lines if line.startswith("# "))


def test_the_environments_word_is_shown_in_place_of_the_default() -> None:
    around = Around(inherited={"repository-type": "GitHub"}, left_out=["cross-account-external-id"])
    text = project_file("xgboost_abalone", GIVEN, all_templates(), around=around)
    assert "The environment says:\n#repository-type: GitHub\n" in text
    assert "cross-account-external-id" not in text


def test_both_spellings_are_taken_and_one_is_written() -> None:
    keys = {"sagemaker_project_name": "alone", "sagemaker-project-id": "p-alone", "prod_vpc_id": "vpc-0a1b2c3d"}
    lines = project_file("xgboost_abalone", keys, all_templates(), around=PROD).splitlines()
    assert {"sagemaker-project-name: alone", "prod-vpc-id: vpc-0a1b2c3d"} <= set(lines)
    assert "#prod-vpc-id: vpc-0a1b2c3d4e5f60718" not in lines


def test_what_no_template_knows_is_written_for_the_reader_of_settings_to_refuse() -> None:
    text = project_file("xgboost_abalone", {**GIVEN, "hf-model-id": "a/b"}, all_templates(), schema="x.json")
    assert text.startswith("# yaml-language-server: $schema=x.json\n# A key behind")
    assert text.endswith("\n## Other keys\nhf-model-id: a/b\n")
