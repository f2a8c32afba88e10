"""What the demo shows at its end: grouped, whole, and readable in a terminal of 80 columns."""

import io
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from builders import PRE_PROD, PROD, a_project, an_environment, parameters
from rich.console import Console
from sagemaker_templates.demo.rollout import RolledOut
from sagemaker_templates.demo.summary import show_how_to_look_around, show_next_steps, show_summary
from sagemaker_templates.emulator import Emulator
from sagemaker_templates.settings.model import Configuration, Environment, Project
from sagemaker_templates.stacks.synthesis import StackPlan
from sagemaker_templates.stacks.target import Deployment
from sagemaker_templates.templates.registry import all_templates

WIDTH = 80
URL = "https://git-codecommit.us-east-1.amazonaws.com/v1/repos/"
GROUP = "abalone-p-abalone01"

DEV = an_environment()
PRE_PROD_ENVIRONMENT = replace(DEV, name="pre-prod", account_id=PRE_PROD.account_id)
PROD_ENVIRONMENT = replace(DEV, name="prod", account_id=PROD.account_id)
ABALONE = a_project()
SCORING = a_project(
    template="batch_inference",
    name="scoring",
    id="p-scoring01",
    parameters=parameters(
        "batch_inference", model_package_group_name=GROUP, model_bucket_name="models", base_job_prefix="scoring"
    ),
)
SERVING = a_project(
    template="model_deploy",
    name="serving",
    id="p-serving001",
    targets=(PRE_PROD, PROD),
    parameters=parameters("model_deploy", model_package_group_name=GROUP, model_bucket_name="models"),
)


def _result(plan: StackPlan, created: int, outputs: dict[str, object]) -> RolledOut:
    return RolledOut(plan, tuple(f"aws_iam_role.r{n}" for n in range(created)), True, outputs, 71.4)


def _of_project(project: Project, **outputs: str) -> RolledOut:
    name, account = project.name, project.environment.account_id
    usual = {
        "repository_clone_url": f"{URL}{name}-build",
        "delivery_pipeline_name": f"{name}-build",
        "execution_role_arn": f"arn:aws:iam::{account}:role/service-role/{name}-sagemaker-execution",
    }
    plan = StackPlan(f"{project.environment.name}-{name}", project.environment, project)
    return _result(plan, 39, {**usual, **outputs})


def _abalone(**outputs: str) -> RolledOut:
    usual = {
        "sagemaker_pipeline_name": GROUP,
        "model_package_group_name": GROUP,
        "artifact_bucket": "mlops-abalone-111111111111",
    }
    return _of_project(ABALONE, **{**usual, **outputs})


def _serving() -> RolledOut:
    return _of_project(SERVING, endpoint_names="serving-dev, serving-pre-prod, serving-prod")


def _foundation(environment: Environment) -> RolledOut:
    return _result(StackPlan(f"{environment.name}-foundation", environment), 6, {})


def _target(environment: Environment) -> RolledOut:
    (stage,) = (stage for stage in SERVING.stages if stage.name == environment.name)
    plan = StackPlan(f"{environment.name}-serving-target", environment, deployment=Deployment(SERVING, stage))
    role = f"arn:aws:iam::{environment.account_id}:role/model-deploy/serving-{environment.name}-"
    outputs: dict[str, object] = {
        "endpoint_name": f"serving-{environment.name}",
        "planner_role_arn": f"{role}planner",
        "deployer_role_arn": f"{role}deployer",
        "endpoint_role_arn": f"{role}endpoint",
    }
    return _result(plan, 24, outputs)


EVERYTHING = [
    _foundation(DEV),
    _target(DEV),
    _abalone(),
    _of_project(SCORING),
    _foundation(PRE_PROD_ENVIRONMENT),
    _target(PRE_PROD_ENVIRONMENT),
    _foundation(PROD_ENVIRONMENT),
    _target(PROD_ENVIRONMENT),
    _serving(),
]


def _shown(results: Sequence[RolledOut], *, width: int = WIDTH, terminal: bool = False) -> str:
    """On a console that would take markup and emoji for what they say: the summary must not depend on it."""
    file = io.StringIO()
    colors: Literal["standard", "auto"] = "standard" if terminal else "auto"
    console = Console(file=file, width=width, force_terminal=terminal, soft_wrap=True, color_system=colors)
    show_summary(console, results, all_templates(), 131.0)
    show_next_steps(console, Path("cdktf.out"))
    return file.getvalue()


def _part(text: str, heading: str) -> str:
    """What is below a line that begins with a heading, up to the next empty line."""
    _, found, rest = text.partition(f"\n{heading}")
    assert found, f"{heading} is not in\n{text}"
    return rest.partition("\n\n")[0]


def _stack(text: str, name: str) -> str:
    """What is said of a stack, without the lines of the tree."""
    _, found, rest = text.partition(f"── {name}")
    assert found, f"{name} is not in\n{text}"
    return re.sub(r"\n[│ ]{4}", "\n", re.split(r"\n[│ ]*[├└]|\n\n", rest)[0])


def test_each_environment_has_its_account_and_its_stacks() -> None:
    text = _shown(EVERYTHING)
    for heading, stacks in {
        "dev  account 111111111111": ["foundation", "abalone", "scoring", "serving", "serving-target"],
        "pre-prod  account 222222222222": ["foundation", "serving-target"],
        "prod  account 333333333333": ["foundation", "serving-target"],
    }.items():
        part, environment = _part(text, f"{heading}, us-east-1"), heading.partition(" ")[0]
        assert re.findall(r"^[├└]── (\S+)", part, re.MULTILINE) == [f"{environment}-{stack}" for stack in stacks]


def test_of_a_project_is_said_what_it_is_for_and_what_it_got() -> None:
    assert _stack(_shown(EVERYTHING), "dev-abalone").splitlines() == [
        "  xgboost_abalone",
        all_templates()["xgboost_abalone"].summary,
        f"{URL}abalone-build",
        "pipelines  abalone-build (CodePipeline), abalone-p-abalone01 (SageMaker)",
        "models     registered in abalone-p-abalone01",
        "bucket     mlops-abalone-111111111111",
        "roles      service-role/abalone-sagemaker-execution",
        "applied    39 created, planned again: no changes, 71 s",
    ]


def test_of_a_stage_is_said_whose_it_is() -> None:
    shown = _stack(_shown(EVERYTHING), "pre-prod-serving-target")
    assert "model_deploy\nA stage of dev-serving: what its endpoint in pre-prod needs.\n" in shown
    assert "endpoint   serving-pre-prod\n" in shown
    for role in ("planner", "deployer", "endpoint"):
        assert f"model-deploy/serving-pre-prod-{role}" in shown


def test_models_are_followed_to_those_that_take_them() -> None:
    assert _part(_shown(EVERYTHING), "Where models go").splitlines()[1:] == [
        "└── abalone-p-abalone01, filled by dev-abalone",
        "    ├── dev-scoring  batch_inference",
        "    └── dev-serving  model_deploy",
        "        dev (111111111111) -> pre-prod (222222222222) -> prod (333333333333)",
    ]


def test_a_group_of_another_account_is_another_group() -> None:
    elsewhere = replace(ABALONE, environment=PROD_ENVIRONMENT)
    text = _shown([_of_project(elsewhere, model_package_group_name=GROUP), _of_project(SCORING)])
    assert "Where models go" not in text


def test_the_last_lines_add_up() -> None:
    text = _shown(EVERYTHING)
    created = sum(len(result.created) for result in EVERYTHING)
    assert f"\n9 stacks in 131 s: {created} resources created; planned again: no changes.\n" in text
    assert f"Among them {created} iam_role." in text


def test_a_second_plan_with_changes_cannot_be_overlooked() -> None:
    text = _shown([_foundation(DEV), replace(_abalone(), second_plan_empty=False)])
    assert "planned again: CHANGES" in _stack(text, "dev-abalone")
    assert "planned again: CHANGES in 1." in text


LONGEST = a_project(
    name="a" * 32, id="p-" + "b" * 30, template="finetune_llm_evaluation", environment=replace(DEV, name="e" * 32)
)


@pytest.mark.parametrize("width", [WIDTH, 40])
@pytest.mark.parametrize("results", [EVERYTHING, [_of_project(LONGEST)]], ids=["usual names", "longest names"])
def test_no_line_is_wider_than_the_terminal_and_nothing_is_cut_off(results: list[RolledOut], width: int) -> None:
    file = io.StringIO()
    show_summary(Console(file=file, width=width, soft_wrap=True), results, all_templates(), 131.0)
    lines = file.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    unbroken = re.sub(r"[│├└─\s]", "", file.getvalue())
    for result in results:
        for value in (result.plan.name, *result.outputs.values()):
            assert re.sub(r"\s|^arn:.*:role/", "", str(value)) in unbroken


def test_the_next_steps_fit_too() -> None:
    assert all(len(line) <= WIDTH for line in _shown([]).splitlines())


def test_whoever_keeps_the_emulator_is_given_the_line_that_opens_it() -> None:
    stream = io.StringIO()
    emulator = Emulator("http://127.0.0.1:5000", 4242, Path("log"), token="a-token")
    console = Console(file=stream, width=WIDTH, soft_wrap=True, highlight=False, markup=False, emoji=False)
    show_how_to_look_around(console, emulator, Configuration((DEV,), (ABALONE,)))
    assert (
        f"  export AWS_ENDPOINT_URL=http://127.0.0.1:5000 AWS_ACCESS_KEY_ID={DEV.account_id} "
        f"AWS_SECRET_ACCESS_KEY=a-token AWS_DEFAULT_REGION={DEV.region}\n"
    ) in stream.getvalue()
    assert "To end it: kill 4242" in stream.getvalue()


def test_what_a_template_is_for_stays_on_one_line() -> None:
    for template in all_templates().values():
        assert len(template.summary) <= WIDTH - len("├── "), template.name
        assert template.summary.endswith(".")


def test_text_is_plain_where_there_is_no_terminal_and_bold_where_there_is_one() -> None:
    assert "\x1b" not in _shown(EVERYTHING)
    assert "\x1b[1mdev-abalone\x1b[0m" in _shown(EVERYTHING, terminal=True)


def test_trees_are_drawn_with_ascii_where_the_output_can_take_nothing_else() -> None:
    file = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    show_summary(Console(file=file, width=WIDTH), EVERYTHING, all_templates(), 131.0)
    file.seek(0)
    assert "+-- dev-abalone" in file.read()


def test_values_are_never_taken_for_markup_or_emoji() -> None:
    odd = "[red]x[/red] :100: [/]"
    file = io.StringIO()
    console = Console(file=file, width=WIDTH, force_terminal=True, color_system="standard")
    show_summary(console, [_abalone(artifact_bucket=odd, model_package_group_name=odd)], all_templates(), 1.0)
    show_next_steps(console, Path("[red]out :100:"))
    assert file.getvalue().count(odd) == 2
    assert "[red]out :100:/stacks" in file.getvalue()
