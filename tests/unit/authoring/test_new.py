"""``new`` writes a file that is right among all the others, or says what is missing or wrong and writes nothing."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from sagemaker_templates.application import write_stacks
from sagemaker_templates.cli import main
from sagemaker_templates.configuration import load_configuration
from sagemaker_templates.templates.registry import all_templates
from synthesized import ROOT
from typed_ahead import in_a_terminal

OFFERED = re.compile("^#(?! [^ ]|#)", re.MULTILINE)
MAKER = "model-project=abalone"
GROUP = "model-package-group-name=abalone-p-abalone01"
REQUIRED = {
    "batch_inference": [MAKER],
    "finetune_llm_evaluation": [],
    "hf_import_models": ["hf-model-id=TinyLlama/TinyLlama-1.1B-Chat-v1.0"],
    "model_deploy": [MAKER],
    "xgboost_abalone": [],
}
"""What nothing else tells: jobs begin with the project's name."""

Ran = Callable[..., tuple[int, str, str]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a copy of the shipped environments, where commands run."""
    shutil.copytree(ROOT / "environments", tmp_path / "environments")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def ran(folder: Path, capsys: pytest.CaptureFixture[str]) -> Ran:
    """Runs ``new`` without a terminal: exit code, output, complaints."""

    def run(*arguments: str, settings: list[str] | None = None) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["new", *arguments, *(part for one in settings or [] for part in ("--set", one))])
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


def _files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _leave_dev_with_abalone() -> None:
    """The least that the templates which take models need: each stack more takes its time."""
    for unwanted in ("pre-prod", "prod"):
        shutil.rmtree(Path("environments") / unwanted)
    for file in Path("environments/dev/projects").iterdir():
        if file.stem != "abalone":
            file.unlink()
    environment = Path("environments/dev/environment.yaml")
    environment.write_text(environment.read_text().replace("promotes-to: [pre-prod, prod]\n", ""))


def test_what_is_required_makes_a_project_of_each_template_that_is_synthesized(folder: Path, ran: Ran) -> None:
    _leave_dev_with_abalone()
    for template, settings in REQUIRED.items():
        name = f"my-{template.replace('_', '-')}"
        code, text, complaints = ran(f"dev/{name}", "--template", template, settings=settings)
        assert (code, complaints) == (0, ""), template
        assert text.endswith(f"  sagemaker-templates synth\n  sagemaker-templates plan dev/{name}\n")
    configuration = load_configuration(Path("environments"))
    made = [project for project in configuration.projects if project.name.startswith("my-")]
    assert sorted(project.template for project in made) == sorted(all_templates())
    assert len({project.id for project in configuration.projects}) == len(configuration.projects)
    stacks = write_stacks(configuration, environments=Path("environments"), output=folder / "cdktf.out")
    assert {f"dev-{project.name}" for project in made} <= {stack.name for stack in stacks}


@pytest.mark.parametrize("template", sorted(REQUIRED))
def test_what_is_offered_is_right_and_has_an_effect(template: str, folder: Path, ran: Ran) -> None:
    """All of it at once, but for what is GitHub's alone; nothing of it is noticed as said in vain."""
    ran("dev/mine", "--template", template, settings=REQUIRED[template])
    file = Path("environments/dev/projects/mine.yaml")
    before, github, rest = re.split("(?m)^## (?:GitHub|The SageMaker domain).*$", file.read_text())
    file.write_text(OFFERED.sub("", before + rest))
    configuration = load_configuration(Path("environments"))
    assert configuration.notices == ()
    (project,) = (each for each in configuration.projects if each.name == "mine")
    assert (project.domain_id, project.protect_data) == ("d-0a1b2c3d4e5f", True)
    assert "#repository-owner:" in github


def test_the_file_begins_as_the_shipped_ones_do(folder: Path, ran: Ran) -> None:
    (folder / "elsewhere").mkdir()
    shutil.move("environments", "elsewhere")
    ran("dev/mine", "--template", "xgboost_abalone", "--environments", "elsewhere/environments")
    shipped = (ROOT / "environments/dev/projects/abalone.yaml").read_text().splitlines()[0]
    lines = (folder / "elsewhere/environments/dev/projects/mine.yaml").read_text().splitlines()
    assert lines[:2] == [shipped, f"# {all_templates()['xgboost_abalone'].summary}"]
    assert lines[4:7] == [
        "project-template-type: xgboost_abalone",
        "sagemaker-project-name: mine",
        "sagemaker-project-id: p-mine01",
    ]


def test_a_project_of_a_team_is_written_beside_what_it_inherits(ran: Ran) -> None:
    """What the team says stands where a default would, and decides which environments' keys are offered."""
    team = Path("environments/dev/projects/risk")
    team.mkdir()
    (team / "defaults.yaml").write_text("promotes-to: [prod]\npermissions_boundary_name: risk\n")
    code, text, complaints = ran("dev/risk/mine", "--template", "model_deploy", settings=("model-project=abalone",))
    assert (code, complaints) == (0, "")
    assert text.startswith("environments/dev/projects/risk/mine.yaml: a project of model_deploy")
    assert text.endswith("  sagemaker-templates plan dev/mine\n")
    written = (team / "mine.yaml").read_text()
    lines = written.splitlines()
    assert lines[lines.index("#permissions-boundary-name: risk") - 1].endswith("The team says:")
    assert "#prod-vpc-id:" in written
    assert "#pre-prod-" not in written
    (project,) = (each for each in load_configuration(Path("environments")).projects if each.name == "mine")
    assert (project.team, [target.name for target in project.targets]) == ("risk", ["prod"])
    code, _, complaints = ran("dev/risk/mine", "--template", "model_deploy", settings=("model-project=abalone",))
    assert (code, "risk/mine.yaml is there already" in complaints) == (2, True)


def test_the_environments_own_word_stands_where_a_default_would(ran: Ran) -> None:
    ran("dev/mine", "--template", "xgboost_abalone")
    lines = Path("environments/dev/projects/mine.yaml").read_text().splitlines()
    assert lines[lines.index("#dev-vpc-id: vpc-0a1b2c3d4e5f60718") - 1] == "# The VPC. The environment says:"
    assert not any("cross-account-external-id" in line or "#prod-" in line for line in lines)


def test_values_have_the_types_of_their_keys(ran: Ran) -> None:
    settings = [
        *["enable-network-isolation=true", "required_reviews=2", "protect-data=false"],
        *["dev-subnet-ids=subnet-0a1b2c3d,subnet-0a1b2c3e", 'tags={"team": "0042"}', "sagemaker-project-id=p-chosen"],
        *["repository-type=GitHub", "repository-owner=owner"],
        "aws-codeconnection-arn=arn:aws:codeconnections:us-east-1:111111111111:connection/ours",
    ]
    code, text, _ = ran("dev/mine", "--template", "xgboost_abalone", "--format", "json", settings=settings)
    assert (code, json.loads(text)["id"]) == (0, "p-chosen")
    written = yaml.safe_load(Path("environments/dev/projects/mine.yaml").read_text())
    assert {
        key: written[key] for key in ("enable-network-isolation", "required-reviews", "tags", "dev-subnet-ids")
    } == {
        "enable-network-isolation": True,
        "required-reviews": 2,
        "tags": {"team": "0042"},
        "dev-subnet-ids": ["subnet-0a1b2c3d", "subnet-0a1b2c3e"],
    }


def test_all_that_is_missing_is_said_at_once(folder: Path, ran: Ran) -> None:
    before = _files(folder)
    code, text, complaints = ran()
    assert (code, text, _files(folder)) == (2, "", before)
    assert [line.partition(": The ")[0].partition(": What ")[0] for line in complaints.splitlines()] == [
        "missing: --template NAME",
        "missing: ENV/NAME (the environment)",
        "missing: ENV/NAME (the name)",
        "nothing was written",
    ]
    _, _, complaints = ran("dev", "--template", "batch_inference")
    assert "missing: ENV/NAME (the name): " in complaints
    for key, there in {
        "model-project": "abalone, llama, text-to-sql",
        "base-job-prefix": "",
    }.items():
        (line,) = (line for line in complaints.splitlines() if line.startswith(f"missing: --set {key}=VALUE"))
        assert f"there are: {there}" in line or not there


def test_where_no_project_registers_models_group_and_bucket_are_asked_for(ran: Ran) -> None:
    (Path("environments/prod/projects/abalone.yaml")).unlink()
    _, _, complaints = ran("prod/mine", "--template", "batch_inference")
    asked = re.findall("^missing: --set ([a-z-]+)=", complaints, re.MULTILINE)
    assert asked == ["model-package-group-name", "model-bucket-name"]


def test_a_group_that_is_given_has_its_makers_bucket_and_no_project_beside_it(ran: Ran) -> None:
    code, _, complaints = ran("dev/mine", "--template", "batch_inference", settings=[GROUP])
    assert (code, complaints) == (0, "")
    text = Path("environments/dev/projects/mine.yaml").read_text()
    assert yaml.safe_load(text)["model-bucket-name"] == "mlops-abalone-111111111111"
    assert "model-project" not in text


WRONG = {
    "pre-prd/mine": 'ENV/NAME: "pre-prd" is not a known environment; allowed: dev, pre-prod, prod; '
    'did you mean "pre-prod"?',
    "dev/Risk/mine": 'ENV/TEAM/NAME: "Risk" is not allowed as the name of a team\'s folder; allowed: 1 to 32 '
    'lower-case letters, digits and single hyphens, no hyphen at the ends; did you mean "risk"?',
    "dev/risk/defaults": 'ENV/TEAM/NAME: "defaults" is not allowed: defaults.yaml is what the projects of risk have '
    "in common",
    "dev/Mine": 'ENV/NAME: "Mine" is not allowed; allowed: 1 to 32 lower-case letters, digits and hyphens, '
    'no hyphen at the ends; did you mean "mine"?',
    "--template": '--template "xgboost" is not a known template; allowed: batch_inference, finetune_llm_evaluation, '
    "hf_import_models, model_deploy, xgboost_abalone",
    "required-reviews": "--set required-reviews: has no value; write KEY=VALUE",
    "required-reviews=9": "--set required-reviews: 9 is not allowed; it should be less than or equal to 6",
    "tgas={}": '--set tgas: "tgas" is not a key of a project\'s file; did you mean "tags"?',
    "hf-model-id=a/b": "--set hf-model-id: is a parameter of hf_import_models, not of xgboost_abalone",
    "sagemaker-project-name=x": "--set sagemaker-project-name: is no key to set; ENV/NAME says it",
    "repository-type=gitHub": '--set repository-type: "gitHub" is not allowed; allowed: CodeCommit, GitHub, '
    'GitHub Enterprise; did you mean "GitHub"?',
}


@pytest.mark.parametrize("typed", WRONG)
def test_what_is_wrong_is_said_where_it_was_typed(typed: str, folder: Path, ran: Ran) -> None:
    before = _files(folder)
    scope = typed if "/" in typed and "=" not in typed else "dev/mine"
    template = "xgboost" if typed == "--template" else "xgboost_abalone"
    settings = [typed] if typed not in (scope, "--template") else []
    assert ran(scope, "--template", template, settings=settings) == (2, "", f"{WRONG[typed]}\nnothing was written\n")
    assert _files(folder) == before


def test_what_only_all_settings_together_tell_is_told_of_what_was_typed(folder: Path, ran: Ran) -> None:
    before = _files(folder)
    code, _, complaints = ran("prod/serving", "--template", "xgboost_abalone", settings=["repository-type=GitHub"])
    assert (code, _files(folder)) == (2, before)
    assert complaints.startswith('--set repository-type: "GitHub" needs repository-owner and aws-codeconnection-arn')
    for name in ("aa", "zz"):
        typed = ["sagemaker-project-id=p-abalone01"]
        assert ran(f"dev/{name}", "--template", "xgboost_abalone", settings=typed)[2] == (
            '--set sagemaker-project-id: "p-abalone01" is the id of another project in account 111111111111 and '
            "us-east-1 too: environments/dev/projects/abalone.yaml:5\nnothing was written\n"
        )
    second = 'account-id: "111111111111"\nregion: us-east-1\nstate: {type: local}\n'
    Path("environments/aaa").mkdir()
    Path("environments/aaa/environment.yaml").write_text(second)
    lines = ran("aaa/abalone", "--template", "xgboost_abalone")[2].splitlines()
    there = "environments/dev/projects/abalone.yaml:4: sagemaker-project-name"
    twice = '"abalone" is the name of another project in account 111111111111 too: the new project'
    assert f"{there}: {twice}" in lines


def test_a_secret_is_not_repeated(ran: Ran) -> None:
    token = "ghp_" + "a1B2" * 9
    code, _, complaints = ran(
        "dev/mine", "--template", "xgboost_abalone", settings=[f"access-token-secret-name={token}"]
    )
    assert code == 2
    assert token not in complaints
    assert token not in ran("dev/mine", "--template", "xgboost_abalone", settings=[token])[2]


@pytest.mark.parametrize("there", ["mine.yaml", "mine.yml"])
def test_no_file_is_overwritten(there: str, ran: Ran) -> None:
    file = Path("environments/dev/projects") / there
    text = Path("environments/dev/projects/llama.yaml").read_text().replace("llama", "other")
    file.write_text(text)
    code, _, complaints = ran("dev/mine", "--template", "xgboost_abalone")
    assert (code, complaints) == (2, f"{file} is there already: choose another name, or edit that file\n")
    assert file.read_text() == text


def test_a_key_without_effect_is_noted(ran: Ran) -> None:
    code, _, complaints = ran(
        "dev/mine", "--template", "xgboost_abalone", settings=["cross-account-external-id=ours"]
    )
    assert code == 0
    assert complaints == (
        "note: --set cross-account-external-id: has no effect: xgboost_abalone deploys to no stage\n"
    )


def test_the_longest_name_has_a_prefix_and_an_id_that_may_be(ran: Ran) -> None:
    name = "a" * 23 + "-" + "b" * 8
    code, text, complaints = ran(f"dev/{name}", "--template", "batch_inference", settings=[GROUP])
    assert (code, complaints) == (0, "")
    assert f"with the id p-{'a' * 14}01" in text


def test_a_terminal_is_asked_for_what_is_missing_until_it_is_right(folder: Path) -> None:
    answers = ["model_depoly", "4", "", "abalone", "mine", "", "1"]
    code, said = in_a_terminal(folder, "".join(f"{answer}\n" for answer in answers), "new")
    assert code == 0, said
    for part in (
        "   4  model_deploy             Deploy the latest approved model to one endpoint per environment, in turn.\n",
        'Error: "model_depoly" is not a known template; allowed: ',
        "   1  dev       account 111111111111, us-east-1\n",
        'Error: "abalone" is the name of dev/abalone, in the same account\n',
        "   1  abalone      xgboost_abalone\n",
        "model-project (name or number) [abalone]: ",
    ):
        assert part in said
    written = yaml.safe_load((folder / "environments/dev/projects/mine.yaml").read_text())
    assert written["model-project"] == "abalone"


def test_a_terminal_is_asked_nothing_that_was_said(folder: Path) -> None:
    code, said = in_a_terminal(folder, "", "new", "prod/mine", "--template", "xgboost_abalone")
    assert (code, "name or number" in said) == (0, False)


def test_whoever_ends_the_questions_leaves_nothing_behind(folder: Path) -> None:
    before = _files(folder)
    code, said = in_a_terminal(folder, "5\n\x04", "new")
    assert (code, _files(folder)) == (2, before)
    assert "ended before all was answered; nothing was written" in said
