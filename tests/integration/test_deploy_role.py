"""One identity outside the accounts plans and applies as each environment's deploy role, and as nobody else."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError
from roles_on_emulator import new_role, policy
from sagemaker_templates.application import write_stacks
from sagemaker_templates.configuration import load_configuration
from sagemaker_templates.emulator import Emulator
from sagemaker_templates.emulator.prepare import Account
from sagemaker_templates.operations.terraform import Terraform, TerraformError
from terraform_starter import TerraformStarter

pytestmark = [pytest.mark.terraform, pytest.mark.emulator]

ROOT = Path(__file__).parents[2]
IDENTITY, DEV = "999999999999", "111111111111"
REGION = "us-east-1"
EXTERNAL_ID = "what-only-they-know"
ENVIRONMENT = f"""\
account-id: "{DEV}"
region: {REGION}
state: {{type: s3, bucket: tfstate-dev, key-prefix: ml}}
protect-data: false
deploy-role:
  arn: arn:aws:iam::{DEV}:role/platform/deploy
  external-id: {EXTERNAL_ID}
  session-tags: {{team: ml}}
"""
PROJECT = """\
project-template-type: xgboost_abalone
sagemaker-project-name: abalone
sagemaker-project-id: p-abalone01
"""


@dataclass(frozen=True)
class Site:
    """An identity that may do nothing but take the roles of another account, and a synthesized stack of that."""

    emulator: Emulator
    folder: Path
    starter: TerraformStarter
    provider: Mapping[str, str]

    def terraform(self, **more: str) -> Terraform:
        """Terraform in the stack, run by that identity."""
        stack = self.folder / "cdktf.out" / "stacks" / "dev-foundation"
        return self.starter.start(stack, {**self.identity(), **self.provider, **more}, self.folder / "data")

    def summary_of_plan(self, scope: str) -> str:
        """What ``sagemaker-templates plan`` says to that identity."""
        command = [sys.executable, "-m", "sagemaker_templates.cli", "plan", scope]
        known = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "PYTHONPATH": str(ROOT / "constructs")}
        planned = subprocess.run(
            command,
            cwd=self.folder,
            env={**known, **self.identity(), **self.provider},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert planned.returncode == 0, planned.stdout + planned.stderr
        return planned.stdout

    def identity(self) -> Mapping[str, str]:
        """Its credentials, as variables."""
        sts = self.emulator.client("sts", IDENTITY, REGION)
        role = f"arn:aws:iam::{IDENTITY}:role/runner"
        taken = sts.assume_role(RoleArn=role, RoleSessionName="job-7")["Credentials"]
        return {
            **self.emulator.environment(IDENTITY, REGION),
            "AWS_ACCESS_KEY_ID": taken["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": taken["SecretAccessKey"],
            "AWS_SESSION_TOKEN": taken["SessionToken"],
        }


@pytest.fixture
def site(
    emulator: Emulator, starter: TerraformStarter, provider_variables: Mapping[str, str], tmp_path: Path
) -> Site:
    """The foundation of an environment with a deploy role, and a role beside that may only read."""
    dev = Account(emulator, DEV, REGION)
    dev.create_bucket("tfstate-dev")
    runner = new_role(
        emulator,
        IDENTITY,
        "runner",
        trusted={"AWS": f"arn:aws:iam::{IDENTITY}:root"},
        allowed=["sts:AssumeRole", "sts:TagSession"],
        resource=f"arn:aws:iam::{DEV}:role/platform/*",
    )
    for name, allowed in {"deploy": ["*"], "reader": ["*:Describe*", "*:Get*", "*:List*"]}.items():
        role = new_role(emulator, DEV, name, path="/platform/", trusted={"AWS": runner}, allowed=allowed)
        iam = emulator.client("iam", DEV, REGION)
        iam.update_assume_role_policy(RoleName=role.rpartition("/")[2], PolicyDocument=_trust(runner))
    folder = tmp_path / "environments" / "dev"
    (folder / "projects").mkdir(parents=True)
    (folder / "environment.yaml").write_text(ENVIRONMENT)
    (folder / "projects" / "abalone.yaml").write_text(PROJECT)
    configuration = load_configuration(tmp_path / "environments")
    write_stacks(configuration, environments=tmp_path / "environments", output=tmp_path / "cdktf.out")
    return Site(emulator, tmp_path, starter, provider_variables)


def _trust(runner: str) -> str:
    """As the page shows it: a session's tags are allowed by a statement of their own, which knows no external id."""
    allow = {"Effect": "Allow", "Principal": {"AWS": runner}}
    known = {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}}
    tagged = {"StringEquals": {"aws:RequestTag/team": "ml"}}
    return policy(
        {**allow, "Action": "sts:AssumeRole", "Condition": known},
        {**allow, "Action": "sts:TagSession", "Condition": tagged},
    )


def test_a_plan_is_made_as_a_role_that_may_read_alone_and_applied_as_the_deploy_role(site: Site) -> None:
    reading = site.terraform(TF_VAR_deploy_role_arn=f"arn:aws:iam::{DEV}:role/platform/reader")
    by_default = site.terraform()
    deploying = site.terraform(TF_VAR_deploy_role_arn=f"arn:aws:iam::{DEV}:role/platform/deploy")

    with pytest.raises(TerraformError, match="must also be set during the apply phase"):
        by_default.apply(reading.plan())
    with pytest.raises(TerraformError, match=r"assumed-role/reader/sagemaker-templates is not authorized"):
        reading.apply(reading.plan())
    deploying.apply(reading.plan())

    assert not by_default.plan().has_changes
    assert "dev-abalone: " in site.summary_of_plan("dev/abalone")
    functions = site.emulator.client("lambda", DEV, REGION).list_functions()["Functions"]
    assert [one["FunctionName"] for one in functions] == ["sagemaker-templates-dev-seeder"]
    assert site.emulator.client("lambda", IDENTITY, REGION).list_functions()["Functions"] == []
    by_default.destroy()


def test_who_does_not_know_the_external_id_takes_no_role(site: Site) -> None:
    identity = site.identity()
    session = boto3.Session(
        aws_access_key_id=identity["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=identity["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=identity["AWS_SESSION_TOKEN"],
    )
    sts = session.client("sts", region_name=REGION, endpoint_url=site.emulator.url)
    with pytest.raises(ClientError, match="AccessDenied"):
        sts.assume_role(RoleArn=f"arn:aws:iam::{DEV}:role/platform/deploy", RoleSessionName="job-7")
