"""``explain`` says of every key what the settings say of it, wherever it may stand."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sagemaker_templates.authoring.known_keys import ANY, all_keys
from sagemaker_templates.cli import main
from sagemaker_templates.settings import schema
from sagemaker_templates.templates.registry import all_templates
from synthesized import ROOT

Ran = Callable[..., tuple[int, str, str]]


@pytest.fixture
def ran(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Ran:
    """Runs ``explain`` in the project's folder: exit code, output, complaints."""
    monkeypatch.chdir(ROOT)

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["explain", *arguments])
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


def test_each_key_of_the_schemas_is_explained(ran: Ran) -> None:
    """What an editor offers can be asked for, with the same help."""
    _, text, _ = ran("--format", "json")
    explained = {(place["key"], place["description"]) for place in json.loads(text)}
    for offered in (schema.environment_schema(), schema.project_schema(all_templates())):
        for key, value in offered["properties"].items():
            if not value.get("doNotSuggest") and value:
                assert (key, value["description"].replace("`", "")) in explained


@pytest.mark.parametrize("key", sorted({one.key.replace(ANY, "pre-prod") for one in all_keys(all_templates())}))
def test_each_key_is_found_in_both_spellings(key: str, ran: Ran) -> None:
    code, text, complaints = ran(key)
    assert (code, complaints) == (0, "")
    assert ran(key.replace("-", "_")) == (0, text, "")


def test_a_key_that_stands_in_several_places_is_explained_in_each(ran: Ran) -> None:
    _, text, _ = ran("region")
    assert [part.splitlines()[0] for part in text.split("\n\n")] == ["region", "state.region", f"{ANY}-region"]
    _, text, _ = ran("enable-network-isolation")
    assert "stands in  a project's file, with the template model_deploy\n" in text
    assert "stands in  a project's file, with the template xgboost_abalone\n" in text
    assert ran("state.region")[1].startswith("state.region\nstands in  environment.yaml, under state of type s3\n")
    assert "region" not in ran("network.vpc_id")[1]


def test_all_that_is_known_of_a_key_is_said(ran: Ran) -> None:
    assert ran("schedule-expression")[1].splitlines() == [
        "schedule-expression",
        "stands in  a project's file, with the template batch_inference",
        "meaning    When to predict besides each push and each approval, in UTC: rate(1 day), cron(0 6 * * ? *).",
        "type       text",
        'allowed    EventBridge\'s "rate(1 day)" or "cron(minutes hours day-of-month month day-of-week year)", in '
        'UTC; one of the two days is "?", as in "cron(0 6 * * ? *)"',
        "default    none",
        "example    schedule-expression: cron(0 6 * * ? *)",
        "templates  batch_inference",
        "valueFrom  yes: {valueFrom: {envVariable: NAME}}, with NAME listed under variables in environment.yaml",
        "rule       https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html",
    ]


def test_of_the_projects_id_is_said_what_it_is_for_and_that_no_project_need_exist(ran: Ran) -> None:
    _, text, _ = ran("sagemaker-project-id")
    assert "the tag sagemaker:project-id of all that the project has" in text
    assert "No other project of the account and region has it." in text
    assert "None need exist in SageMaker or Service Catalog" in text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (
            "enable-network-isolatoin",
            '"enable-network-isolatoin" is not a key; did you mean "enable-network-isolation"?\n',
        ),
        ("pre-prd-vpc-id", '"pre-prd-vpc-id" is not a key; did you mean "pre-prod-vpc-id"?\n'),
        ("xyz", '"xyz" is not a key; `sagemaker-templates explain` lists all of them\n'),
        ("defaults.state", None),
    ],
)
def test_a_key_that_does_not_exist_is_refused_with_the_nearest(typed: str, said: str | None, ran: Ran) -> None:
    code, text, complaints = ran(typed)
    assert (code, text) == (2, "")
    assert complaints == said or (said is None and complaints.startswith(f'"{typed}" is not a key'))


def test_settings_that_are_wrong_or_missing_are_no_hindrance(tmp_path: Path, ran: Ran) -> None:
    (tmp_path / "environments" / "staging").mkdir(parents=True)
    (tmp_path / "environments" / "staging" / "environment.yaml").write_text("account-id: wrong\n")
    assert ran("staging-region", "--environments", str(tmp_path / "environments"))[0] == 0
    assert ran("staging-region")[0] == 2
    assert ran("prod-region", "--environments", str(tmp_path / "none"))[0] == 0


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("variables", "no: it lists the variables that values may come from"),
        ("state", "not the map, but each value in it: {valueFrom: {envVariable: NAME}}"),
    ],
)
def test_what_may_not_come_from_a_variable_is_told(key: str, said: str, ran: Ran) -> None:
    assert f"valueFrom  {said}\n" in ran(key)[1]
