"""What cannot be deployed is refused before anything is written, in one line that says where and why."""

from collections.abc import Callable
from pathlib import Path

import pytest
from builders import PROD, a_project
from hypothesis import given
from hypothesis import strategies as st
from sagemaker_templates.blocks.deployment_pipeline import LONGEST_VALUE, plan_variables
from sagemaker_templates.blocks.target_facts import LONGEST, Options, length_of_facts
from sagemaker_templates.naming import TargetNames
from sagemaker_templates.settings.model import S3State, Target
from told_lines import told_lines

STATE = "state: {type: s3, bucket: tfstate-%s, key-prefix: ml}\n"
PROJECT = """\
project-template-type: model_deploy
sagemaker-project-name: serving
sagemaker-project-id: p-serving001
model-package-group-name: abalone-p-abalone01
model-bucket-name: mlops-abalone-111111111111
"""
BATCH = PROJECT.replace("model_deploy", "batch_inference") + "base-job-prefix: batch\n"
SERVING = "dev/projects/serving.yaml"

Lines = Callable[..., list[str]]


def _environment(account: str, region: str = "us-east-1", more: str = "") -> str:
    return f'account-id: "{account * 12}"\nregion: {region}\n{STATE % account}{more}'


RIGHT = {
    "dev/environment.yaml": _environment("1", more="promotes-to: [prod]\n"),
    "prod/environment.yaml": _environment("3"),
    SERVING: PROJECT,
}


@pytest.fixture
def lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lines:
    """What a user reads for the right files with some of them changed."""
    monkeypatch.chdir(tmp_path)
    return lambda changes: told_lines({**RIGHT, **changes})


def test_two_accounts_are_fine(lines: Lines) -> None:
    assert lines({}) == []


def test_one_account_for_all_stages_is_fine(lines: Lines) -> None:
    assert lines({"prod/environment.yaml": _environment("1")}) == []


def test_another_region_is_refused_with_the_reason(lines: Lines) -> None:
    assert lines({"prod/environment.yaml": _environment("3", "eu-west-1")}) == [
        f'{SERVING}:1: project-template-type: "model_deploy" deploys to prod in eu-west-1 and to dev in us-east-1; '
        "a model package names an image of its own region, so all stages are in one"
    ]


def test_a_region_or_account_that_is_not_the_environments_is_refused_at_its_line(lines: Lines) -> None:
    more = 'prod-region: eu-west-1\nprod-account-id: "444444444444"\n'
    assert lines({SERVING: PROJECT + more}) == [
        f'{SERVING}:6: prod-region: "eu-west-1" is not "us-east-1", where the environment prod is, whose state and '
        "provider the stage uses",
        f'{SERVING}:7: prod-account-id: "444444444444" is not "333333333333", where the environment prod is, whose '
        "state and provider the stage uses",
    ]


def test_a_stage_without_an_environment_is_refused_at_its_account(lines: Lines) -> None:
    more = 'pre-prod-account-id: "222222222222"\npre-prod-region: us-east-1\n'
    assert lines({SERVING: PROJECT + more}) == [
        f'{SERVING}:6: pre-prod-account-id: "222222222222" is the account of a stage without an environment of its '
        'own; "model_deploy" keeps each stage\'s state there: add pre-prod/environment.yaml'
    ]


def test_a_local_state_is_refused_since_no_build_reaches_it(lines: Lines) -> None:
    local = 'account-id: "333333333333"\nregion: us-east-1\nstate: {type: local}\n'
    assert lines({"prod/environment.yaml": local}) == [
        f'{SERVING}:1: project-template-type: "model_deploy" deploys to prod, whose state is local, where no build '
        "reaches it; allowed: a state of type s3 in prod"
    ]


def test_a_name_too_long_for_what_is_derived_from_it_is_refused(lines: Lines) -> None:
    long = "a" * 32
    environment = "production-of-the-whole-company"
    found = lines(
        {
            "dev/environment.yaml": _environment("1", more=f"promotes-to: [{environment}]\n"),
            f"{environment}/environment.yaml": _environment("2"),
            SERVING: PROJECT.replace("name: serving", f"name: {long}"),
        }
    )
    assert len(found) >= 4
    assert all(line.startswith(f'{SERVING}:2: sagemaker-project-name: "{long}" makes the ') for line in found)
    assert any("SageMaker endpoint configuration name" in line and "at most 63" in line for line in found)
    assert any(f'IAM role name "{long}-{environment}-deployer"' in line for line in found)


@pytest.mark.parametrize(("name", "what"), [("serving-target", "stack"), ("serving-endpoint", "state")])
def test_a_project_whose_state_would_be_the_stages_is_refused(lines: Lines, name: str, what: str) -> None:
    other = BATCH.replace("name: serving", f"name: {name}").replace("p-serving", "p-other")
    assert lines({"prod/projects/other.yaml": other}) == [
        f'{SERVING}:2: sagemaker-project-name: "serving" makes the {what} "prod-{name}", as the project "{name}" of '
        "prod does"
    ]


def test_the_same_name_in_two_environments_that_deploy_to_one_is_refused_in_both(lines: Lines) -> None:
    assert lines({"prod/projects/serving.yaml": PROJECT}) == [
        f'{SERVING}:2: sagemaker-project-name: "serving" makes the stack "prod-serving-target", as the project '
        '"serving" of prod does',
        'prod/projects/serving.yaml:2: sagemaker-project-name: "serving" makes the stack "prod-serving-target", as '
        'the project "serving" of dev does',
    ]


def test_an_endpoint_that_begins_like_what_belongs_to_another_is_refused(lines: Lines) -> None:
    """Rights on, and the removal of, what begins with "serving-dev-" would reach the other's."""
    other = PROJECT.replace("name: serving", "name: serving-dev").replace("p-serving", "p-other")
    assert lines({"dev/projects/other.yaml": other}) == [
        'dev/projects/other.yaml:2: sagemaker-project-name: "serving-dev" makes the endpoint "serving-dev-dev", '
        'which begins with "serving-dev-", as all that belongs to the endpoint "serving-dev" of the project '
        '"serving" of dev does'
    ]


def test_the_same_beginning_in_another_account_is_fine(lines: Lines) -> None:
    other = PROJECT.replace("name: serving", "name: serving-dev").replace("p-serving", "p-other")
    assert lines({"prod/projects/other.yaml": other}) == []


def test_a_tag_in_two_spellings_is_refused_where_both_meet(lines: Lines) -> None:
    prod = _environment("3", more="tags: {Team: none}\n")
    assert lines({"prod/environment.yaml": prod, SERVING: PROJECT + "tags: {team: risk}\n"}) == [
        f'{SERVING}:6: tags: with those of prod holds the tag "team" in two spellings; IAM takes them for one'
    ]


def test_tags_that_the_parameter_cannot_hold_are_refused(lines: Lines) -> None:
    tags = "\n".join(f"  {'k' * 100}{number}: {'v' * 200}" for number in range(30))
    found = lines({SERVING: f"{PROJECT}tags:\n{tags}\n"})
    assert [line.split(" characters")[0][:60] for line in found] == [
        f"{SERVING}:6: tags: with those of {stage} makes an S"[:60] for stage in ("dev", "prod")
    ]
    assert all(f"allowed: {LONGEST}" in line for line in found)


def test_an_external_id_takes_what_the_plans_action_has_room_for_and_not_one_character_more(lines: Lines) -> None:
    """All that an action's build is told is one value of at most 1,000 characters; the longest stage decides."""
    rest = len(plan_variables(TargetNames(a_project(name="serving", cross_account_external_id="x"), PROD))) - 1
    room = LONGEST_VALUE - rest
    assert lines({SERVING: f"{PROJECT}cross-account-external-id: {'x' * room}\n"}) == []
    assert lines({SERVING: f"{PROJECT}cross-account-external-id: {'x' * (room + 1)}\n"}) == [
        f"{SERVING}:6: cross-account-external-id: has {room + 1} characters; allowed: {room}, for CodePipeline takes "
        f"1000 in all of what the plan of prod is told, and the rest of it is {rest}"
    ]


@given(st.dictionaries(st.from_regex(r"[a-z]{1,20}", fullmatch=True), st.text("é-x", max_size=50), max_size=20))
def test_the_length_of_the_facts_counts_every_tag(tags: dict[str, str]) -> None:
    state = S3State("tfstate", "ml", "us-east-1")
    names = TargetNames(a_project(), Target("prod", "333333333333", "us-east-1", tags=tags))
    bare = TargetNames(a_project(), Target("prod", "333333333333", "us-east-1"))
    more = sum(len(f'"{key}":"{value}",') for key, value in tags.items())
    options = Options(enable_data_capture=True, enable_network_isolation=False)
    assert length_of_facts(names, state, options) == length_of_facts(bare, state, options) + more
