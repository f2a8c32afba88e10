"""A project that takes models names the project that makes them, or a group and a bucket that fit together."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft7Validator
from sagemaker_templates.configuration import load_configuration
from sagemaker_templates.settings import schema
from sagemaker_templates.stacks.synthesis import planned_stacks
from sagemaker_templates.templates.model_sources import ModelSource
from sagemaker_templates.templates.registry import all_templates
from told_lines import told_lines

Lines = Callable[..., list[str]]

ENVIRONMENT = 'account-id: "%s"\nregion: us-east-1\nstate: {type: s3, bucket: tfstate-%s, key-prefix: ml}\n'
MAKER = "project-template-type: xgboost_abalone\nsagemaker-project-name: %s\nsagemaker-project-id: p-%s\n"
TAKER = """\
project-template-type: batch_inference
sagemaker-project-name: a-scoring
sagemaker-project-id: p-scoring01
base-job-prefix: a-scoring
"""
GROUP, BUCKET = "model-package-group-name: %s\n", "model-bucket-name: %s\n"
SCORING = "dev/projects/a-scoring.yaml"
ABALONE = "dev/projects/abalone.yaml"
MADE, KEPT = "abalone-p-abalone", "mlops-abalone-111111111111"
RIGHT = {
    "dev/environment.yaml": ENVIRONMENT % ("111111111111", "1"),
    "prod/environment.yaml": ENVIRONMENT % ("333333333333", "3"),
    ABALONE: MAKER % ("abalone", "abalone"),
    "dev/projects/churn.yaml": MAKER % ("churn", "churn"),
    "prod/projects/fraud.yaml": MAKER % ("fraud", "fraud"),
}


@pytest.fixture
def lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lines:
    """What a user reads for the right files and a project with the given lines, other files changed."""
    monkeypatch.chdir(tmp_path)

    def told(taker: str, changes: dict[str, str] | None = None) -> list[str]:
        return told_lines({**RIGHT, SCORING: TAKER + taker, **(changes or {})})

    return told


@pytest.mark.parametrize("given", ["model-project: abalone\n", GROUP % MADE + BUCKET % KEPT])
def test_group_bucket_and_order_are_those_of_the_project_whose_models_are_taken(
    lines: Lines, tmp_path: Path, given: str
) -> None:
    assert lines(given) == []
    configuration = load_configuration(tmp_path / "environments")
    given_all = (project.parameters for project in configuration.projects)
    taken = [each.models for each in given_all if isinstance(each, ModelSource)]
    assert [(one.model_package_group_name, one.bucket) for one in taken] == [(MADE, KEPT)]
    plans = planned_stacks(configuration, all_templates())
    names = [plan.name for plan in plans]
    (taker,) = (plan for plan in plans if plan.name == "dev-a-scoring")
    assert taker.needs == ("dev-foundation", "dev-abalone")
    assert names.index("dev-abalone") < names.index("dev-a-scoring")


def test_models_that_no_project_here_makes_need_no_stack(lines: Lines, tmp_path: Path) -> None:
    assert lines(GROUP % "elsewhere" + BUCKET % "other-bucket") == []
    configuration = load_configuration(tmp_path / "environments")
    plans = {plan.name: plan.needs for plan in planned_stacks(configuration, all_templates())}
    assert plans["dev-a-scoring"] == ("dev-foundation",)
    assert configuration.notices == ()


SERVES = """\
project-template-type: model_deploy
sagemaker-project-name: a-scoring
sagemaker-project-id: p-scoring01
model-project: abalone
"""


def test_a_deployment_goes_no_further_than_the_models_may_be_read(lines: Lines) -> None:
    """Bucket, key and group are readable in the accounts that their own project promotes to, and in no others."""
    further = {SCORING: SERVES + "promotes-to: [prod]\n"}
    assert lines("", further) == [
        f'{SCORING}:5: promotes-to: "a-scoring" deploys to prod, whose account 333333333333 may not read the models '
        "of abalone, which promotes to none; allowed: prod in promotes-to of abalone as well"
    ]
    dev, abalone = RIGHT["dev/environment.yaml"] + "promotes-to: [prod]\n", RIGHT[ABALONE]
    less = {SCORING: SERVES, "dev/environment.yaml": dev, ABALONE: abalone + "promotes-to: []\n"}
    assert lines("", less) == [
        f'{SCORING}:1: project-template-type: "a-scoring" deploys to prod, whose account 333333333333 may not '
        "read the models of abalone, which promotes to none; allowed: prod in promotes-to of abalone as well"
    ]
    assert lines("", {**further, ABALONE: abalone + "promotes-to: [prod]\n"}) == []


WRONG = {
    "nothing": (
        "",
        "1: model-project: is required: The project of the same environment whose latest approved model is taken; "
        "in its place model-package-group-name and model-bucket-name",
    ),
    "a group alone": (GROUP % MADE, "1: model-bucket-name: is required beside model-package-group-name"),
    "a bucket alone": (BUCKET % KEPT, "1: model-package-group-name: is required beside model-bucket-name"),
    "both": (
        "model-project: abalone\n" + BUCKET % KEPT,
        "6: model-bucket-name: cannot be given beside model-project",
    ),
    "misspelt": (
        "model-project: abalon\n",
        '5: model-project: "abalon" is no project of dev; allowed: abalone, churn; did you mean "abalone"?',
    ),
    "another environment's": (
        "model-project: fraud\n",
        '5: model-project: "fraud" is no project of dev; allowed: abalone, churn',
    ),
    "itself": (
        "model-project: a-scoring\n",
        '5: model-project: "a-scoring" registers no models: it is a project of batch_inference; '
        "allowed: abalone, churn",
    ),
    "another's bucket": (
        GROUP % MADE + BUCKET % "mlops-churn-111111111111",
        '6: model-bucket-name: "mlops-churn-111111111111" does not go together with model-package-group-name, which '
        f'is that of abalone; allowed: "{KEPT}"; or model-project: abalone in place of both',
    ),
    "another account's": (
        GROUP % "fraud-p-fraud" + BUCKET % "mlops-fraud-333333333333",
        '6: model-bucket-name: "mlops-fraud-333333333333" is the bucket of fraud of prod, in the account '
        "333333333333 and us-east-1; allowed: one of this project's, 111111111111 and us-east-1",
    ),
}


@pytest.mark.parametrize(("given", "said"), WRONG.values(), ids=WRONG)
def test_what_does_not_fit_together_is_refused_with_what_does(lines: Lines, given: str, said: str) -> None:
    assert lines(given) == [f"{SCORING}:{said}"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ((MAKER % ("Abalone", "abalone")), 2),
        ((MAKER % ("abalone", "abalone")) + "a: [\n", 5),
        ((MAKER % ("abalone", "abalone")) + "nonsense: 1\n", 4),
    ],
    ids=["a wrong name", "not readable", "a wrong key"],
)
def test_mistakes_of_the_project_that_is_named_are_said_at_its_own_lines_alone(
    lines: Lines, text: str, line: int
) -> None:
    (said,) = lines("model-project: abalone\n", {ABALONE: text})
    assert said.startswith(f"{ABALONE}:{line}")


@pytest.mark.parametrize("bucket", [KEPT, "mlops-abalon-111111111111"])
def test_a_group_that_is_nearly_one_of_a_project_here_is_noticed(lines: Lines, tmp_path: Path, bucket: str) -> None:
    """It may be there: a project whose id changes leaves its group behind, and its bucket is the new group's too."""
    assert lines(GROUP % "abalone-p-abalon" + BUCKET % bucket) == []
    (notice,) = load_configuration(tmp_path / "environments").notices
    assert (notice.key, notice.message) == (
        "model-package-group-name",
        '"abalone-p-abalon" is no group that a project here fills; if that of abalone is meant: '
        f'"{MADE}", or model-project: abalone',
    )


@pytest.mark.parametrize(
    ("given", "right"),
    [
        ("", False),
        ("model-project: abalone\n", True),
        ("model_project: abalone\n", True),
        (GROUP % MADE, False),
        (GROUP % MADE + "model_bucket_name: mlops-abalone\n", True),
        ("model-project: abalone\n" + GROUP % MADE, False),
        ("model-project: abalone\n" + GROUP % MADE + BUCKET % KEPT, False),
    ],
)
def test_an_editor_asks_for_the_project_or_for_both_names(given: str, right: bool) -> None:
    validator = Draft7Validator(schema.project_schema(all_templates()))
    assert validator.is_valid(yaml.safe_load(TAKER + given)) is right
