"""The command rehearses the project that was named, with what it needs; wrong input ends in a line and with 2."""

import shutil
from pathlib import Path

import pytest
from sagemaker_templates.cli import main
from sagemaker_templates.configuration import load_configuration
from sagemaker_templates.failures import WrongInput
from sagemaker_templates.rehearsal.scope import Cast, chosen_project, deploying, with_what_it_needs
from sagemaker_templates.settings import Configuration
from sagemaker_templates.stacks.synthesis import planned_stacks
from sagemaker_templates.templates.registry import all_templates
from synthesized import ROOT

ENVIRONMENTS = ROOT / "environments"
ELSEWHERE = "model-package-group-name: made-elsewhere\nmodel-bucket-name: made-elsewhere"


@pytest.mark.parametrize(
    ("scope", "stacks"),
    [
        (None, ["dev-foundation", "dev-abalone"]),
        ("dev/abalone", ["dev-foundation", "dev-abalone"]),
        ("dev/llama", ["dev-foundation", "dev-llama"]),
        ("dev/text-to-sql", ["dev-foundation", "dev-text-to-sql"]),
        ("prod", ["prod-foundation", "prod-abalone"]),
    ],
)
def test_a_project_is_applied_with_what_it_needs_and_nothing_else(scope: str | None, stacks: list[str]) -> None:
    configuration = load_configuration(ENVIRONMENTS)
    plans = planned_stacks(configuration, all_templates())
    chosen = with_what_it_needs(plans, chosen_project(configuration, scope))
    assert [plan.name for plan in chosen] == stacks


def test_the_project_that_deploys_what_another_trains_is_found_and_applied_with_its_targets() -> None:
    configuration = load_configuration(ENVIRONMENTS)
    project = chosen_project(configuration, "dev/abalone")
    following = deploying(configuration, project)
    assert following
    assert following.name == "serving"
    plans = with_what_it_needs(planned_stacks(configuration, all_templates()), project, following)
    assert {plan.name for plan in plans} == {
        "dev-foundation",
        "dev-abalone",
        "dev-serving",
        "dev-serving-target",
        "pre-prod-serving-target",
        "prod-serving-target",
    }


def test_a_project_that_predicts_is_rehearsed_with_the_one_that_trains_its_models() -> None:
    configuration = load_configuration(ENVIRONMENTS)
    cast = Cast.of(configuration, chosen_project(configuration, "dev/scoring"))
    assert [one.name for one in cast.everyone] == ["abalone", "scoring"]
    assert cast.training.name == "abalone"
    plans = with_what_it_needs(planned_stacks(configuration, all_templates()), *cast.everyone)
    assert [plan.name for plan in plans] == ["dev-foundation", "dev-abalone", "dev-scoring"]


def test_a_project_that_deploys_is_rehearsed_with_the_one_that_trains_its_models() -> None:
    configuration = load_configuration(ENVIRONMENTS)
    cast = Cast.of(configuration, chosen_project(configuration, "dev/serving"))
    assert (cast.chosen.name, cast.training.name, cast.deploying) == ("serving", "abalone", cast.chosen)
    assert cast.everyone == Cast.of(configuration, chosen_project(configuration, "dev/abalone")).everyone


@pytest.mark.parametrize(
    ("project", "edit"),
    [
        ("scoring", ("model-project: abalone", ELSEWHERE)),
        ("serving", ("model-project: abalone", ELSEWHERE)),
        ("serving", ("model_deploy\n", "model_deploy\nenable-eventbridge-trigger: false\n")),
    ],
)
def test_a_project_that_no_approval_of_a_model_that_is_trained_here_starts_cannot_be_rehearsed(
    tmp_path: Path, project: str, edit: tuple[str, str]
) -> None:
    shutil.copytree(ENVIRONMENTS, tmp_path / "environments")
    file = tmp_path / f"environments/dev/projects/{project}.yaml"
    file.write_text(file.read_text().replace(*edit))
    configuration = load_configuration(tmp_path / "environments")
    with pytest.raises(WrongInput, match=r"projects of xgboost_abalone, .* there is no such project here"):
        chosen_project(configuration, f"dev/{project}")


def _serving(folder: Path, project: str) -> Configuration:
    """The environments of this repository, where the models of another project are deployed."""
    shutil.copytree(ENVIRONMENTS, folder / "environments")
    file = folder / "environments/dev/projects/serving.yaml"
    file.write_text(file.read_text().replace("model-project: abalone", f"model-project: {project}"))
    return load_configuration(folder / "environments")


@pytest.mark.parametrize("project", ["llama", "text-to-sql"])
def test_a_project_that_deploys_is_rehearsed_with_the_one_that_imports_or_tunes_its_models(
    tmp_path: Path, project: str
) -> None:
    configuration = _serving(tmp_path, project)
    cast = Cast.of(configuration, chosen_project(configuration, "dev/serving"))
    assert (cast.chosen.name, cast.training.name, cast.deploying) == ("serving", project, cast.chosen)
    assert cast.everyone == Cast.of(configuration, chosen_project(configuration, f"dev/{project}")).everyone


def test_whole_files_are_predicted_with_what_was_trained_alone(tmp_path: Path) -> None:
    shutil.copytree(ENVIRONMENTS, tmp_path / "environments")
    file = tmp_path / "environments/dev/projects/scoring.yaml"
    file.write_text(file.read_text().replace("model-project: abalone", "model-project: llama"))
    with pytest.raises(WrongInput, match="batch_inference those of xgboost_abalone"):
        chosen_project(load_configuration(tmp_path / "environments"), "dev/scoring")


@pytest.mark.parametrize(("case", "project"), [("github-organization", "llama"), ("github-enterprise", "abalone")])
def test_a_project_on_github_can_be_rehearsed(case: str, project: str) -> None:
    configuration = load_configuration(ROOT / "tests/unit/golden" / case / "environments")
    assert chosen_project(configuration, f"dev/{project}").repository.type.startswith("GitHub")


@pytest.mark.parametrize(
    "edit",
    [
        ("model-project: abalone", "model-project: text-to-sql"),
        ("model_deploy\n", "model_deploy\nenable-eventbridge-trigger: false\n"),
    ],
)
def test_a_project_that_deploys_another_group_or_only_after_a_push_follows_nobody(
    tmp_path: Path, edit: tuple[str, str]
) -> None:
    shutil.copytree(ENVIRONMENTS, tmp_path / "environments")
    file = tmp_path / "environments/dev/projects/serving.yaml"
    file.write_text(file.read_text().replace(*edit))
    configuration = load_configuration(tmp_path / "environments")
    assert deploying(configuration, chosen_project(configuration, "dev/abalone")) is None


@pytest.mark.parametrize(
    ("scope", "said"),
    [
        ("div", 'no environment named "div"'),
        ("dev/abalon", 'no project in dev named "abalon"'),
        ("pre-prod/serving", 'no project in pre-prod named "serving"'),
    ],
)
def test_what_cannot_be_rehearsed_is_said(scope: str, said: str) -> None:
    with pytest.raises(WrongInput, match=said):
        chosen_project(load_configuration(ENVIRONMENTS), scope)


def test_a_python_that_is_none_ends_with_2_before_anything_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sagemaker_templates.rehearsal.run.find_engine", lambda: None)
    arguments = ["--environments", str(ENVIRONMENTS), "--output", str(tmp_path / "out"), "--python", str(tmp_path)]
    with pytest.raises(SystemExit) as ended:
        main(["rehearse", *arguments])
    assert ended.value.code == 2
    assert "is no program" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
