"""``sagemaker-templates drift`` as a nightly job runs it: an applied environment, and what becomes of it."""

import json
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sagemaker_templates.operations.mirror import ProviderSource
from site_on_emulator import Site, command_in, shipped_with_one_project

ROLE = "abalone-sagemaker-execution"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"

pytestmark = [pytest.mark.terraform, pytest.mark.emulator]

Drift = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def site(make_site: Callable[[Path], Site], tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The shipped environments, of which the first has one project and is applied."""
    made = make_site(shipped_with_one_project(tmp_path_factory.mktemp("environments")))
    for stack in made.of("dev"):
        made.terraform(stack).apply()
    return made


@pytest.fixture
def drift(site: Site, provider: ProviderSource) -> Drift:
    """The command in the site's folder."""
    return partial(command_in, site, provider.environment(), "drift")


def test_what_was_done_by_hand_is_told_from_what_waits_for_an_apply(site: Site, drift: Drift) -> None:
    found = drift("dev")
    assert (found.returncode, found.stdout) == (0, "2 stacks: 2 as applied\n"), found.stdout + found.stderr
    assert len(found.stderr.splitlines()) == 2

    _done_by_hand(site)
    _waiting(site)
    found = drift("dev", "--jobs", "1")
    assert found.returncode == 1
    outside, beside, waiting, *others, total = found.stdout.rstrip().split("\n\n")
    assert outside.splitlines() == [
        "! dev-abalone: changed outside of Terraform",
        "    ~ aws_s3_bucket_versioning.artifact_bucket_versioning: versioning_configuration",
        "    + aws_cloudwatch_log_group.build_logs: is gone",
    ]
    assert beside.splitlines() == [
        "! dev-abalone: rights that no stack has given",
        f"    ! aws_iam_role.execution_role: attached: {READ_ONLY}, inline policy: by-hand",
    ]
    assert waiting.startswith("! dev-foundation: not applied yet\n")
    assert '    ~ aws_kms_key.artifact_key: tags["cost-center"]' in others[0]
    assert total == "2 stacks: 2 different"
    assert "research" not in found.stdout, "values are not shown"

    stacks = json.loads(drift("dev/abalone", "--format", "json").stdout)["stacks"]
    assert [(one["stack"], one["status"], one["error"]) for one in stacks] == [("dev-abalone", "different", None)]
    assert {
        "cause": "changed outside of Terraform",
        "address": "aws_cloudwatch_log_group.build_logs",
        "action": "create",
        "about": ["is gone"],
    } in stacks[0]["differences"]
    assert not list(site.folder.glob("cdktf.out/stacks/*/.terraform/plan")), "a plan holds secrets"


def _done_by_hand(site: Site) -> None:
    project = next(each for each in site.configuration.projects if each.name == "abalone")

    def client(service: str) -> Any:
        return site.client(service, project)

    (bucket,) = (name for name in site.buckets(project) if name.startswith("mlops-"))
    client("s3").put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    client("logs").delete_log_group(logGroupName="/aws/codebuild/abalone-build")
    client("iam").attach_role_policy(RoleName=ROLE, PolicyArn=READ_ONLY)
    everything = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    client("iam").put_role_policy(RoleName=ROLE, PolicyName="by-hand", PolicyDocument=json.dumps(everything))


def _waiting(site: Site) -> None:
    file = site.folder / "environments" / "dev" / "environment.yaml"
    text = file.read_text()
    assert "cost-center: machine-learning" in text
    file.write_text(text.replace("cost-center: machine-learning", "cost-center: research"))
    site.synthesize()
