"""What is planned is what was asked for, and only from a folder that holds it."""

import subprocess
import sys
from pathlib import Path

import pytest
from builders import PROD as PROD_TARGET
from builders import a_project, an_environment
from sagemaker_templates.failures import WrongInput
from sagemaker_templates.output_folder.vanished import Decisions, StacksVanish
from sagemaker_templates.output_folder.whereabouts import Whereabouts
from sagemaker_templates.review.plan.planning import NotSynthesized, check_synthesized
from sagemaker_templates.review.plan.selection import selected
from sagemaker_templates.stacks.synthesis import StackPlan
from sagemaker_templates.stacks.target import Deployment
from synthesized import ROOT

COMMAND = (sys.executable, "-m", "sagemaker_templates.cli", "plan")
DEV, PROD = an_environment(), an_environment(name="prod")
ABALONE = a_project()
SERVING = a_project(name="serving")
STACKS = [
    StackPlan("dev-foundation", DEV),
    StackPlan("dev-abalone", DEV, ABALONE),
    StackPlan("dev-churn", DEV, a_project(name="churn")),
    StackPlan("prod-abalone", PROD, a_project(environment=PROD)),
]
PLANNED = {stack.name: Whereabouts() for stack in STACKS}
DEPLOYED = [
    StackPlan("prod-serving-target", PROD, deployment=Deployment(SERVING, PROD_TARGET)),
    StackPlan("dev-serving", DEV, SERVING),
]


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (None, ["dev-foundation", "dev-abalone", "dev-churn", "prod-abalone"]),
        ("dev", ["dev-foundation", "dev-abalone", "dev-churn"]),
        ("dev/churn", ["dev-churn"]),
        ("prod/abalone", ["prod-abalone"]),
    ],
)
def test_a_scope_names_everything_an_environment_or_a_project_in_it(scope: str | None, expected: list[str]) -> None:
    assert [stack.name for stack in selected(STACKS, scope)] == expected


@pytest.mark.parametrize(
    ("scope", "expected"),
    [("dev/serving", ["dev-serving"]), ("prod/serving", ["prod-serving-target"])],
)
def test_the_targets_of_a_project_are_a_part_of_it(scope: str, expected: list[str]) -> None:
    assert [stack.name for stack in selected([*STACKS, *DEPLOYED], scope)] == expected


@pytest.mark.parametrize(
    ("scope", "message"),
    [
        ("prd", 'there is no environment named "prd"; did you mean "prod"?; there are: dev, prod'),
        ("dev/abalon", 'no project in dev named "abalon"; did you mean "abalone"?; there are: abalone, churn'),
        ("dev/", 'no project in dev named ""; there are: abalone, churn'),
    ],
)
def test_an_unknown_scope_is_one_line_with_the_nearest_spelling(scope: str, message: str) -> None:
    with pytest.raises(WrongInput) as raised:
        selected(STACKS, scope)
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def _synthesized(folder: Path, *names: str) -> Path:
    for name in names:
        stack = folder / "stacks" / name
        stack.mkdir(parents=True)
        (stack / "cdk.tf.json").write_text("{}")
    return folder


def test_a_folder_that_holds_the_stacks_is_planned(tmp_path: Path) -> None:
    check_synthesized(_synthesized(tmp_path, *(stack.name for stack in STACKS)), PLANNED)


def test_a_missing_and_a_left_over_stack_mean_that_synth_must_run_first(tmp_path: Path) -> None:
    folder = _synthesized(tmp_path, "dev-foundation", "dev-abalone", "dev-churn", "dev-gone")
    with pytest.raises(NotSynthesized) as raised:
        check_synthesized(folder, PLANNED)
    message = str(raised.value)
    assert "stacks does not hold prod-abalone: run `sagemaker-templates synth`" in message
    assert "dev-gone vanishes: the settings describe it no more" in message


def test_a_left_over_stack_is_an_error_unless_it_is_to_be_left_alone(tmp_path: Path) -> None:
    folder = _synthesized(tmp_path, *(stack.name for stack in STACKS), "dev-gone")
    with pytest.raises(StacksVanish, match="dev-gone vanishes"):
        check_synthesized(folder, PLANNED)
    check_synthesized(folder, PLANNED, Decisions(["dev-gone"]))


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["prd"], 2, 'did you mean "prod"?'),
        (["dev/abalone"], 1, "run `sagemaker-templates synth`"),
    ],
)
def test_what_is_wrong_is_a_line_and_an_exit_code(tmp_path: Path, arguments: list[str], code: int, said: str) -> None:
    run = subprocess.run(
        [*COMMAND, "--environments", str(ROOT / "environments"), *arguments],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT / "constructs")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout) == (code, "")
    assert said in run.stderr
    assert len(run.stderr.splitlines()) == 1
