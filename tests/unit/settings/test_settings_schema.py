"""The schemas and the reference page say what the models say."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator
from sagemaker_templates.settings import reference, schema
from sagemaker_templates.templates.registry import all_templates
from settings.settings_folder import ABALONE, DEV, FILES, TEMPLATES

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "settings.md"
EXAMPLES = sorted((ROOT / "environments").rglob("*.yaml"))
UPDATE = "out of date: write it again with settings.schema.write and settings.reference.write"


def _errors(of: dict[str, Any], text: str) -> list[str]:
    Draft7Validator.check_schema(of)
    return [error.message for error in Draft7Validator(of).iter_errors(yaml.safe_load(text))]


@pytest.mark.parametrize("name", [schema.ENVIRONMENT_SCHEMA, schema.PROJECT_SCHEMA, schema.DEFAULTS_SCHEMA])
def test_the_shipped_schemas_are_up_to_date(name: str) -> None:
    """A change of a model is a change of what editors check."""
    shipped = (schema.FOLDER / name).read_text(encoding="utf-8")
    assert shipped == schema.texts(all_templates())[name], UPDATE


def test_the_reference_page_is_up_to_date() -> None:
    """A change of a model is a change of the page."""
    text = PAGE.read_text(encoding="utf-8")
    assert reference.page(text, all_templates()) == text, UPDATE


def test_a_page_without_its_marks_is_refused() -> None:
    """The generated part never replaces a page that was not made for it."""
    with pytest.raises(ValueError, match="the page needs the lines"):
        reference.page("# Settings\n", {})


def test_writing_both_gives_what_is_shipped(tmp_path: Path) -> None:
    """The writers write what the drift tests compare with."""
    schema.write(all_templates(), tmp_path / "schemas")
    page = tmp_path / "settings.md"
    page.write_text(PAGE.read_text(encoding="utf-8"), encoding="utf-8")
    reference.write(page, all_templates())
    written = {file.name: file.read_text(encoding="utf-8") for file in (tmp_path / "schemas").iterdir()}
    assert written == schema.texts(all_templates())
    assert page.read_text(encoding="utf-8") == PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("file", EXAMPLES, ids=[str(file.relative_to(ROOT)) for file in EXAMPLES])
def test_the_examples_name_their_schema_and_fit_it(file: Path) -> None:
    """An editor that opens an example finds the schema, and the example is right by it."""
    text = file.read_text(encoding="utf-8")
    mark, path = text.splitlines()[0].split("$schema=")
    assert mark == "# yaml-language-server: "
    shipped = (file.parent / path).resolve()
    assert shipped.parent == schema.FOLDER
    assert _errors(json.loads(shipped.read_text(encoding="utf-8")), text) == []


ENVIRONMENT_CASES = [
    ("as it is", FILES[DEV], True),
    ("snake_case", FILES[DEV].replace("account-id", "account_id").replace("vpc-id", "vpc_id"), True),
    ("a misspelt key", FILES[DEV].replace("region", "regin"), False),
    ("a misspelt key inside", FILES[DEV].replace("bucket", "buket"), False),
    ("both spellings", FILES[DEV] + "account_id: '111111111111'\n", False),
    ("an account id without quotes", FILES[DEV].replace('"', ""), False),
    ("a variable", FILES[DEV].replace("us-east-1", "{valueFrom: {envVariable: REGION}}"), True),
    ("a variable in a list", FILES[DEV] + "tags: {a: {valueFrom: {envVariable: A}}}\n", True),
    ("another source", FILES[DEV].replace("us-east-1", "{valueFrom: {parameterStore: REGION}}"), False),
    ("defaults", FILES[DEV] + "defaults: {repository-type: GitHub, prod-region: us-east-1}\n", True),
    ("a wrong default", FILES[DEV] + "defaults: {repository-type: GitLab}\n", False),
    ("a tag of AWS", FILES[DEV] + "tags: {'aws:a': b}\n", False),
    ("an unknown state", FILES[DEV].replace("type: s3", "type: s4"), False),
]
DEFAULTS_CASES = [
    ("common keys", "repository-type: GitHub\npromotes_to: [prod]\nprod-vpc-id: vpc-01234567\n", True),
    ("a project's own key", "sagemaker-project-name: a\n", False),
    ("protection", "protect-data: false\n", False),
    ("a parameter of one template", "isolated: true\n", False),
]
PROJECT_CASES = [
    ("as it is", FILES[ABALONE], True),
    ("snake_case", FILES[ABALONE].replace("sagemaker-project-", "sagemaker_project_"), True),
    ("a misspelt key", FILES[ABALONE].replace("isolated", "isolatd"), False),
    ("a missing key", FILES[ABALONE].replace("sagemaker-project-id: p-abalone01\n", ""), False),
    ("an account's key", FILES[ABALONE] + "pre-prod-vpc-id: vpc-01234567\n", True),
    ("an account's wrong key", FILES[ABALONE] + "pre-prod-vpc: vpc-01234567\n", False),
    ("an unknown template", FILES[ABALONE].replace("train", "trian"), False),
    ("a key of another template", FILES[ABALONE] + "model-group: x\n", False),
    ("a template without its required key", FILES[ABALONE].replace("train", "deploy"), False),
    ("a template with its required key", FILES[ABALONE].replace("train", "deploy") + "model_group: x\n", True),
    ("a parameter of a wrong type", FILES[ABALONE].replace("true", "maybe"), False),
]


@pytest.mark.parametrize(
    ("text", "right"), [case[1:] for case in ENVIRONMENT_CASES], ids=[case[0] for case in ENVIRONMENT_CASES]
)
def test_the_environment_schema_tells_right_from_wrong(text: str, right: bool) -> None:
    """An editor marks what loading refuses, and nothing that it accepts."""
    assert (_errors(schema.environment_schema(), text) == []) is right


@pytest.mark.parametrize(
    ("text", "right"), [case[1:] for case in DEFAULTS_CASES], ids=[case[0] for case in DEFAULTS_CASES]
)
def test_the_schema_of_a_teams_defaults_tells_right_from_wrong(text: str, right: bool) -> None:
    """An editor marks what no project may inherit."""
    assert (_errors(schema.defaults_schema(), text) == []) is right


@pytest.mark.parametrize(
    ("text", "right"), [case[1:] for case in PROJECT_CASES], ids=[case[0] for case in PROJECT_CASES]
)
def test_the_project_schema_tells_right_from_wrong(text: str, right: bool) -> None:
    """An editor knows the parameters of each template."""
    assert (_errors(schema.project_schema(TEMPLATES), text) == []) is right
