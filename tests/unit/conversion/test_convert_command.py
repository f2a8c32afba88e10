"""``convert``: what is written, what is told, and when nothing is written."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from conversion.manifest_files import (
    BUCKET,
    ENVIRON,
    deployment,
    files_below,
    metadata,
    module,
    project,
    readme_sample,
    said,
    variable,
    write,
)
from sagemaker_templates.application import write_stacks
from sagemaker_templates.configuration import load_configuration
from sagemaker_templates.settings.project_keys import STAGES
from synthesized import ROOT

EXAMPLE = ROOT / "examples" / "seed-farmer"
NAMES = {
    "project-template-type": "xgboost_abalone",
    "sagemaker-project-name": "abalone",
    "sagemaker-project-id": "p-abalone01",
}
SETTINGS = tuple(part for name, value in NAMES.items() for part in ("--set", f"{name}={value}"))


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (*ENVIRON, "SAGEMAKER_TEMPLATES_ENVIRONMENTS"):
        monkeypatch.delenv(name, raising=False)


def _set_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)


def _camel(name: str) -> str:
    first, *others = name.split("-")
    return first + "".join(part.capitalize() for part in others)


SPELLINGS: dict[str, Callable[[str], str]] = {
    "kebab-case": str,
    "snake_case": lambda name: name.replace("-", "_"),
    "camelCase": _camel,
    "PascalCase": lambda name: _camel(name)[0].upper() + _camel(name)[1:],
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_readmes_sample_becomes_three_environments_in_every_spelling(
    spelling: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _set_variables(monkeypatch)
    parameters = {SPELLINGS[spelling](name): value for name, value in readme_sample().items()}
    write(Path("modules.yaml"), module("templates", parameters))
    run = said(capsys, "modules.yaml", *BUCKET, *SETTINGS)
    assert (run.code, run.errors) == (0, "")
    written = {name: yaml.safe_load(text) for name, text in files_below(Path("environments")).items()}
    assert written["dev/environment.yaml"] == {
        "account-id": {"valueFrom": {"envVariable": "PRIMARY_ACCOUNT"}},
        "region": {"valueFrom": {"envVariable": "PRIMARY_REGION"}},
        "state": {"type": "s3", "bucket": "tfstate", "key-prefix": "sagemaker-templates/dev"},
        "promotes-to": ["pre-prod", "prod"],
        "variables": ["PRIMARY_ACCOUNT", "PRIMARY_REGION"],
    }
    assert written["prod/environment.yaml"]["account-id"] == {"valueFrom": {"envVariable": "PROD_ACCOUNT"}}
    assert written["dev/projects/abalone.yaml"] == NAMES
    assert sorted(written) == [
        "dev/environment.yaml",
        "dev/projects/abalone.yaml",
        "pre-prod/environment.yaml",
        "prod/environment.yaml",
    ]
    only = load_configuration(Path("environments")).projects[0]
    assert [target.account_id for target in only.targets] == ["222222222222", "333333333333"]


def test_what_another_module_has_put_out_is_dropped_with_the_way_to_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _set_variables(monkeypatch)
    write(Path("modules.yaml"), module("templates", readme_sample()))
    run = said(capsys, "modules.yaml", *BUCKET, *SETTINGS, "--format", "json")
    dropped = {entry["what"]: entry for entry in run.data["entries"] if entry["outcome"] == "dropped"}
    assert sorted(dropped) == sorted(name for name, value in readme_sample().items() if "moduleMetadata" in value)
    assert dropped["prod-vpc-id"]["why"] == (
        "dropped: settings cannot read what another module has put out; `seedfarmer list moduledata -d DEPLOYMENT "
        "-g networking -m networking-prod` shows VpcId: give it by --set prod-vpc-id=VALUE"
    )
    assert run.data["notes"][0] == (
        "environments/dev/environment.yaml: network.vpc-id, which was moduleMetadata networking/networking/VpcId, is "
        "not carried over; without it jobs run in SageMaker's own network"
    )
    text = Path("environments/dev/environment.yaml").read_text()
    assert (
        "# To fill in, where it is needed: network.vpc-id, which was moduleMetadata networking/networking/VpcId"
        in text
    )


def test_every_parameter_is_told_of_and_every_key_that_is_named_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    run = said(
        capsys,
        str(EXAMPLE / "deployment.yaml"),
        *BUCKET,
        "--env-file",
        str(EXAMPLE / "example.env"),
        "--format",
        "json",
    )
    modules = [
        document
        for file in EXAMPLE.glob("*-modules.yaml")
        for document in yaml.safe_load_all(file.read_text())
        if document["path"].partition("?")[0].endswith("sagemaker-templates")
    ]
    for one in modules:
        assert {parameter["name"] for parameter in one["parameters"]} <= run.outcomes(one["name"]).keys()
    for entry in run.data["entries"]:
        if entry["outcome"] == "mapped":
            node = yaml.safe_load(Path(entry["file"]).read_text())
            for key in entry["key"].split("."):
                node = node[key]


def test_the_example_becomes_what_is_synthesized(capsys: pytest.CaptureFixture[str]) -> None:
    """With the values of its variables written in, so that no later command needs them."""
    run = said(
        capsys,
        str(EXAMPLE / "deployment.yaml"),
        *BUCKET,
        *("--env-file", str(EXAMPLE / "example.env"), "--resolve-variables", "--report", "report.md"),
    )
    assert (run.code, run.errors) == (0, "")
    configuration = load_configuration(Path("environments"))
    assert configuration.notices == ()
    write_stacks(configuration, environments=Path("environments"), output=Path("cdktf.out"))
    assert sorted(folder.name for folder in Path("cdktf.out/stacks").iterdir()) == [
        "dev-abalone",
        "dev-foundation",
        "dev-serving",
        "dev-serving-target",
        "prod-serving-target",
    ]
    report = Path("report.md").read_text()
    assert "| left | `networking`" in report
    assert "| mapped | `enable_network_isolation`" in report


def test_a_dry_run_shows_the_files_and_writes_none(capsys: pytest.CaptureFixture[str]) -> None:
    write(Path("modules.yaml"), module("templates", project()))
    run = said(capsys, "modules.yaml", *BUCKET, "--dry-run")
    assert run.code == 0
    assert "--- environments/dev/projects/abalone.yaml\n# Converted from the module templates of" in run.output
    assert [path.name for path in Path().iterdir()] == ["modules.yaml"]


def test_nothing_that_is_there_is_overwritten_and_all_of_it_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    write(Path("modules.yaml"), module("templates", project()))
    assert said(capsys, "modules.yaml", *BUCKET).code == 0
    Path("environments/dev/projects/abalone.yaml").rename("environments/dev/projects/abalone.yml")
    before = files_below(Path("environments"))
    run = said(capsys, "modules.yaml", *BUCKET)
    assert run.code == 2
    advice = "is there already, and is not overwritten; move it away, or name another folder by --environments"
    assert run.lines[0] == f"environments/dev/environment.yaml: {advice}"
    assert f"environments/dev/projects/abalone.yml: {advice}" in run.lines
    assert files_below(Path("environments")) == before


def test_what_is_there_already_counts(capsys: pytest.CaptureFixture[str]) -> None:
    """A project of the same name in the same account is refused at the manifest's line, and nothing is written."""
    write(Path("modules.yaml"), module("templates", project()))
    said(capsys, "modules.yaml", *BUCKET)
    before = files_below(Path("environments"))
    run = said(capsys, "modules.yaml", *BUCKET, "--environment-name", "primary=test")
    assert run.code == 2
    same = '"abalone" is the name of another project in account 111111111111 too'
    assert f"modules.yaml:7: sagemaker-project-name: {same}: environments/dev/projects/abalone.yaml:3" in run.lines
    assert files_below(Path("environments")) == before


def test_variables_of_an_env_file_are_read_and_those_that_are_set_go_above(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(".env").write_text("# ours\nexport A=\"111111111111\"  # the account\nB=us-west-2\n\nC='p-1'\n")
    monkeypatch.setenv("B", "us-east-1")
    parameters = project(
        more={"dev-account-id": "${A}", "dev-region": variable("B"), "sagemaker-project-id": "${ C }"}
    )
    write(Path("modules.yaml"), module("templates", parameters))
    run = said(capsys, "modules.yaml", *BUCKET, "--env-file", ".env", "--resolve-variables")
    assert (run.code, run.errors) == (0, "")
    only = load_configuration(Path("environments")).projects[0]
    assert (only.environment.account_id, only.environment.region, only.id) == ("111111111111", "us-east-1", "p-1")


def test_several_targets_are_several_environments(capsys: pytest.CaptureFixture[str]) -> None:
    accounts = [
        {"alias": "Team_A", "accountId": 111111111111, "regionMappings": [{"region": "us-east-1"}]},
        {
            "alias": "b",
            "accountId": "${B}",
            "regionMappings": [{"region": "us-east-1", "default": True}, {"region": "eu-west-1"}],
        },
    ]
    own = {name: project()[name] for name in NAMES}
    write(
        Path("modules.yaml"),
        module("one", own, targetAccount="Team_A"),
        module("two", {**own, "sagemaker-project-name": "two"}, targetAccount="b"),
        module("three", {**own, "sagemaker-project-name": "three"}, targetAccount="b", targetRegion="eu-west-1"),
    )
    write(Path("deployment.yaml"), deployment(targetAccountMappings=accounts))
    Path(".env").write_text("B=222222222222\n")
    run = said(capsys, "deployment.yaml", *BUCKET, "--env-file", ".env", "--environment-name", "b/eu-west-1=europe")
    assert (run.code, run.errors) == (0, "")
    assert [name for name in files_below(Path("environments")) if "projects" not in name] == [
        "b-us-east-1/environment.yaml",
        "europe/environment.yaml",
        "team-a/environment.yaml",
    ]


def test_networks_that_differ_are_the_projects_own(capsys: pytest.CaptureFixture[str]) -> None:
    """A project without a VPC gets none, although another of its environment has one."""
    network = {"dev-vpc-id": "vpc-0123456789abcdef0", "dev-subnet-ids": '["subnet-0123456789abcdef0"]'}
    write(
        Path("modules.yaml"),
        module("one", {**project(), **network}),
        module("two", project(name="two", more={"sagemaker-project-id": "p-two"})),
    )
    assert said(capsys, "modules.yaml", *BUCKET).errors == ""
    networks = {one.name: one.network.subnet_ids for one in load_configuration(Path("environments")).projects}
    assert networks == {"abalone": ("subnet-0123456789abcdef0",), "two": ()}


def test_a_group_that_is_given_twice_is_read_once(capsys: pytest.CaptureFixture[str]) -> None:
    write(Path("deployment.yaml"), deployment())
    write(Path("modules.yaml"), module("templates", project()))
    run = said(capsys, "modules.yaml", "deployment.yaml", *BUCKET)
    assert (run.code, run.errors) == (0, "")


def test_the_secret_in_a_manifest_is_refused_and_not_repeated(capsys: pytest.CaptureFixture[str]) -> None:
    token = "hf_" + "a" * 34
    parameters = project("hf_import_models", more={"hf-model-id": "a/b", "hf-access-token-secret": token})
    write(Path("modules.yaml"), module("templates", parameters))
    run = said(capsys, "modules.yaml", *BUCKET, "--dry-run")
    assert run.code == 2
    assert token not in run.output + run.errors


def test_a_required_value_of_another_module_is_named_with_the_way_to_it(capsys: pytest.CaptureFixture[str]) -> None:
    own = {"model-package-group-name": "group", "model-bucket-name": metadata("a", "b", "Bucket")}
    write(Path("modules.yaml"), module("templates", project("model_deploy", more=own)))
    run = said(capsys, "modules.yaml", *BUCKET)
    assert len(run.lines) == 1
    assert "model-bucket-name: is required" in run.lines[0]
    assert "shows Bucket: give it by --set model-bucket-name=VALUE" in run.lines[0]
    fixed = said(capsys, "modules.yaml", *BUCKET, "--set", "templates:model-bucket-name=models")
    assert (fixed.code, fixed.errors) == (0, "")


FORMS = {
    "parameterStore": (
        {"parameterStore": "/team/bounds"},
        "dropped: settings cannot read a parameter of Systems Manager; `aws ssm get-parameter --name /team/bounds` "
        "shows it: give it by --set permissions-boundary-name=VALUE",
    ),
    "secretsManager": (
        {"secretsManager": "bounds"},
        "dropped: a secret's value would stand in plans and states; settings hold its name; where a name is wanted, "
        "give it by --set permissions-boundary-name=VALUE",
    ),
    "parameterValue": (
        {"parameterValue": "bounds"},
        'dropped: the target has no "bounds" in parametersRegional or parametersGlobal; '
        "give it by --set permissions-boundary-name=VALUE",
    ),
    "nothing": ("", "dropped: it is empty, which is as if it were not given"),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_value_that_settings_cannot_take_is_dropped_with_what_to_do(
    form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    value, why = FORMS[form]
    write(Path("deployment.yaml"), deployment())
    write(Path("modules.yaml"), module("templates", project(more={"permissions-boundary-name": value})))
    run = said(capsys, "deployment.yaml", *BUCKET, "--format", "json")
    assert [entry["why"] for entry in run.data["entries"] if entry["what"] == "permissions-boundary-name"] == [why]
    written = yaml.safe_load(Path("environments/dev/projects/abalone.yaml").read_text())
    assert "permissions-boundary-name" not in written


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("hf-model-id", "it is a parameter of hf_import_models, not of xgboost_abalone"),
        ("enable-netwrk-isolation", 'did you mean "enable-network-isolation"?'),
    ],
)
def test_what_the_module_took_no_notice_of_is_told(name: str, why: str, capsys: pytest.CaptureFixture[str]) -> None:
    write(Path("modules.yaml"), module("templates", project(more={name: "x"})))
    run = said(capsys, "modules.yaml", *BUCKET)
    assert run.code == 0
    line = next(line for line in run.output.splitlines() if f" {name} (" in line)
    assert line.startswith("  dropped   ")
    assert "the module takes no notice of it" in line
    assert line.endswith(why)


def test_the_repositorys_example_for_github_needs_its_placeholders_filled_in(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its models go to stages in one account, and what the other modules put out is left out."""
    _set_variables(monkeypatch)
    primary = {"account-id": variable("PRIMARY_ACCOUNT"), "region": variable("PRIMARY_REGION")}
    stages = {f"{stage}-{name}": value for stage in STAGES for name, value in primary.items()}
    own = {
        "repository-type": "GitHub",
        "repository-owner": "<github_account_owner>",
        "access-token-secret-name": "github_token",
        "aws-codeconnection-arn": "<arn>",
        "project_template_type": "xgboost_abalone",
        "sagemaker_project_name": "xgboost-abalone-1",
        "sagemaker_project_id": "xgboost-abalone-1",
    }
    write(Path("modules.yaml"), module("service-catalog", {**own, **readme_sample(), **stages}))
    assert [line.split(": ")[1] for line in said(capsys, "modules.yaml", *BUCKET).lines] == [
        "repository-owner",
        "aws-codeconnection-arn",
    ]
    connection = "arn:aws:codeconnections:us-east-1:111111111111:connection/ours"
    filled_in = ("--set", "repository-owner=ours", "--set", f"aws-codeconnection-arn={connection}")
    run = said(capsys, "modules.yaml", *BUCKET, *filled_in)
    assert (run.code, run.errors) == (0, "")
    only = load_configuration(Path("environments")).projects[0]
    assert (only.repository.type, only.repository.owner) == ("GitHub", "ours")
    assert [target.account_id for target in only.targets] == ["111111111111"] * 2


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (None, "--env-file: .env is no file"),
        (b"A=1\nB\n", ".env:2: is no line of the form NAME=value"),
        (b"A=\xff\n", "--env-file: .env is not UTF-8 text"),
    ],
)
def test_a_file_of_variables_that_is_none_is_refused(
    content: bytes | None, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write(Path("modules.yaml"), module("templates", project()))
    if content is not None:
        Path(".env").write_bytes(content)
    run = said(capsys, "modules.yaml", *BUCKET, "--env-file", ".env")
    assert (run.code, run.errors) == (2, f"{line}\n")
