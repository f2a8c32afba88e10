"""Whatever is edited, what is protected lives on with what keeps it closed; unprotected, it can go, and it alone.

One site is applied and worked with; then its settings are edited again and again, each time synthesized and applied.
One story is told once, and each test looks at a part of it. GitHub is the stand-in of ``test_github.py``.
"""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from installation import StandIn
from sagemaker_templates.blocks.protection import KEPT_IN_FOUNDATIONS, KEPT_IN_PROJECTS, KEPT_IN_TARGETS
from sagemaker_templates.configuration import load_configuration
from sagemaker_templates.emulator import Emulator
from sagemaker_templates.emulator.prepare import prepare_configuration
from sagemaker_templates.operations.engine import Engine
from sagemaker_templates.operations.kept_provider import ProviderInstallations
from sagemaker_templates.operations.terraform import Plan, Terraform, TerraformError
from sagemaker_templates.output_folder.vanished import StacksVanish
from sagemaker_templates.review.plan.changes import Action
from sagemaker_templates.review.plan.danger import Kind
from sagemaker_templates.review.plan.summary import StackSummary, summarize
from site_on_emulator import Site, at_once, site_maker
from terraform_starter import Missing, terraform_starter

# In one process, for what its fixture makes takes minutes.
pytestmark = [pytest.mark.terraform, pytest.mark.emulator, pytest.mark.xdist_group("protection")]

ACCOUNT, REGION = "111111111111", "us-east-1"
PROD = "333333333333"
ENVIRONMENT = f"""\
account-id: "%s"
region: {REGION}
state: {{type: s3, bucket: example-tfstate-%s, key-prefix: ml}}
"""
ABALONE = "sagemaker-project-name: abalone\nsagemaker-project-id: p-abalone01\n"
SERVING = f"""\
project-template-type: model_deploy
sagemaker-project-name: serving
sagemaker-project-id: p-serving001
model-package-group-name: abalone-p-abalone01
model-bucket-name: mlops-abalone-{ACCOUNT}
"""
TRAINS = "project-template-type: xgboost_abalone\n"
PREDICTS = (
    "project-template-type: batch_inference\nmodel-package-group-name: abalone-p-abalone01\n"
    f"model-bucket-name: mlops-abalone-{ACCOUNT}\nbase-job-prefix: scoring\n"
)
DEPLOYS = (
    "project-template-type: model_deploy\nmodel-package-group-name: abalone-p-abalone01\n"
    f"model-bucket-name: mlops-abalone-{ACCOUNT}\n"
)
ON_GITHUB = (
    "repository-type: GitHub\nrepository-owner: example-org\naws-codeconnection-arn: "
    f"arn:aws:codeconnections:{REGION}:{ACCOUNT}:connection/01234567-89ab-cdef-0123-456789abcdef\n"
)
ARTIFACTS, CAPTURED = f"mlops-abalone-{ACCOUNT}", f"serving-dev-capture-{ACCOUNT}"
GROUP, REPOSITORY = "abalone-p-abalone01", "abalone-build"
ADOPT = f'import {{\n  to = aws_codecommit_repository.repository\n  id = "{REPOSITORY}"\n}}\n'
EDITS = ("promotes", "promotes no more", "github", "batch", "adopted", "unprotected")
TARGET, PROJECT, FOUNDATION = "dev-serving-target", "dev-abalone", "dev-foundation"


@dataclass(frozen=True)
class Work:
    """What people have of the site, as AWS and GitHub tell it.

    Attributes:
        buckets: of each, its object and what keeps it closed; None where the bucket is gone.
        keys: alias → state of the key.
    """

    commit: str | None
    models: list[str] | None
    buckets: dict[str, dict[str, Any] | None]
    keys: dict[str, str]
    on_github: dict[str, bool]


@dataclass
class Workshop:
    """A site whose settings are edited: ``work`` is what became of people's work after each edit."""

    site: Site
    github: StandIn
    engine: Engine
    work: dict[str, Work] = field(default_factory=dict)
    reviews: dict[tuple[str, str], StackSummary] = field(default_factory=dict)
    refusals: dict[str, str] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)

    def edit(self, name: str, text: str, *orphans: str) -> None:
        """Write a file of the environment, and synthesize; ``orphans`` are stacks that may vanish."""
        file = self.site.folder / "environments" / "dev" / name
        file.write_text(text)
        configuration = load_configuration(self.site.folder / "environments")
        prepare_configuration(self.site.emulator, configuration)
        self.site = replace(self.site, configuration=configuration)
        self.site.synthesize(*orphans)

    def let_owner_go(self, name: str, text: str) -> None:
        """Make an edit after which an owner on GitHub has no project, and have its template repositories let go."""
        with pytest.raises(StacksVanish) as stopped:
            self.edit(name, text)
        lines = str(stopped.value).splitlines()
        start = lines.index("Or to leave them as they are:")
        state_rm = next(line.strip() for line in lines[start:] if "state rm" in line)
        self.terraform(FOUNDATION)  # initializes it
        self.said["state rm"] = self._run(FOUNDATION, state_rm)
        self.edit(name, text, PROJECT, FOUNDATION)

    def _run(self, stack: str, command: str) -> str:
        """Run a command as it is printed, with what Terraform knows of the stack."""
        variables = {
            **self.site.emulator.environment(ACCOUNT, REGION),
            **self.github.environment(),
            "PATH": os.environ["PATH"],
            "TF_DATA_DIR": str(self.site.folder / "data" / stack),
        }
        written = command.replace("terraform ", f"{' '.join(self.engine.command)} ")
        done = subprocess.run(["bash", "-ec", written], env=variables, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def terraform(self, stack: str) -> Terraform:
        """Terraform in a stack's folder, which may have other providers than before."""
        (plan,) = [plan for plan in self.site.plans if plan.name == stack]
        return self.site.terraform(plan)

    def plan(self, step: str, stack: str) -> tuple[Terraform, Plan]:
        """Plan a stack, and note what the plan summary says."""
        terraform = self.terraform(stack)
        plan = terraform.plan()
        self.reviews[step, stack] = summarize(stack, terraform.show_json(plan))
        return terraform, plan

    def apply(self, step: str, *stacks: str) -> None:
        """Plan and apply stacks, one after the other, and note what became of people's work."""
        for stack in stacks:
            terraform, plan = self.plan(step, stack)
            terraform.apply(plan)
        self.work[step] = self.looked_at()

    def refused(self, step: str, run: Callable[[], object]) -> None:
        """Run what Terraform refuses, and note why."""
        with pytest.raises(TerraformError) as refused:
            run()
        self.refusals[step] = str(refused.value)

    def client(self, service: str) -> Any:
        """A boto3 client of the site's account."""
        return self.site.emulator.client(service, ACCOUNT, REGION)

    def looked_at(self) -> Work:
        """What is there of people's work."""
        aliases = self.client("kms").list_aliases()["Aliases"]
        own = [alias for alias in aliases if not alias["AliasName"].startswith("alias/aws/")]
        return Work(
            commit=self._commit(),
            models=self._models(),
            buckets={name: self._bucket(name) for name in (ARTIFACTS, CAPTURED)},
            keys={alias["AliasName"]: self._state_of_key(alias["TargetKeyId"]) for alias in own},
            on_github={
                repository["name"]: bool(repository["settings"].get("archived"))
                for repository in self.github.account.content().repositories
            },
        )

    def _state_of_key(self, key: str) -> str:
        return str(self.client("kms").describe_key(KeyId=key)["KeyMetadata"]["KeyState"])

    def _commit(self) -> str | None:
        codecommit = self.client("codecommit")
        try:
            branch = codecommit.get_branch(repositoryName=REPOSITORY, branchName="main")
        except codecommit.exceptions.RepositoryDoesNotExistException:
            return None
        return str(branch["branch"]["commitId"])

    def _models(self) -> list[str] | None:
        sagemaker = self.client("sagemaker")
        groups = sagemaker.list_model_package_groups()["ModelPackageGroupSummaryList"]
        if GROUP not in {group["ModelPackageGroupName"] for group in groups}:
            return None
        packages = sagemaker.list_model_packages(ModelPackageGroupName=GROUP)["ModelPackageSummaryList"]
        return [package["ModelPackageArn"] for package in packages]

    def _bucket(self, name: str) -> dict[str, Any] | None:
        s3 = self.client("s3")
        try:
            s3.head_bucket(Bucket=name)
        except ClientError:
            return None
        rules = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
        return {
            "objects": [found["Key"] for found in s3.list_objects_v2(Bucket=name).get("Contents", [])],
            "policy": json.loads(s3.get_bucket_policy(Bucket=name)["Policy"]),
            "public access": s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"],
            "encryption": rules[0]["ApplyServerSideEncryptionByDefault"],
            "versioning": s3.get_bucket_versioning(Bucket=name)["Status"],
            "ownership": s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"],
            "lifecycle": s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"],
        }

    def work_with_it(self) -> None:
        """Commit, register a model, write objects: what the people do for whom all this is made."""
        codecommit = self.client("codecommit")
        codecommit.create_commit(
            repositoryName=REPOSITORY,
            branchName="main",
            parentCommitId=self._commit(),
            putFiles=[{"filePath": "work.py", "fileContent": b"print('weeks of work')\n"}],
        )
        self.client("sagemaker").create_model_package(
            ModelPackageGroupName=GROUP, ModelPackageDescription="weeks of work", ModelApprovalStatus="Approved"
        )
        for bucket in (ARTIFACTS, CAPTURED):
            self.client("s3").put_object(Bucket=bucket, Key="work/results.csv", Body=b"1,2,3\n")


@pytest.fixture(scope="module")
def workshop(  # noqa: PLR0917 - fixtures
    emulator_process: Emulator,
    terraform_engine: Engine,
    installations: ProviderInstallations,
    installed_stand_in: StandIn,
    missing: Missing,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Workshop]:
    """The whole story: applied, worked with, and edited."""
    emulator_process.reset()
    folder = tmp_path_factory.mktemp("site")
    environments = tmp_path_factory.mktemp("written") / "environments"
    (environments / "dev" / "projects").mkdir(parents=True)
    (environments / "dev" / "environment.yaml").write_text(ENVIRONMENT % (ACCOUNT, ACCOUNT))
    (environments / "prod").mkdir()
    (environments / "prod" / "environment.yaml").write_text(ENVIRONMENT % (PROD, PROD))
    (environments / "dev" / "projects" / "abalone.yaml").write_text(TRAINS + ABALONE)
    (environments / "dev" / "projects" / "serving.yaml").write_text(SERVING)
    github = installed_stand_in.with_account(folder / "github-account.json")
    with terraform_starter(terraform_engine, installations, missing) as starter:
        make = site_maker(emulator_process, starter, github.environment(), folder)
        shop = Workshop(make(environments), github, terraform_engine)
        _tell(shop)
        yield shop
    emulator_process.reset()


def _tell(shop: Workshop) -> None:
    shop.terraform(FOUNDATION).apply()
    at_once(
        lambda plan: shop.terraform(plan.name).apply(), [p for p in shop.site.plans if p.name in (TARGET, PROJECT)]
    )
    shop.work_with_it()
    shop.work["worked"] = shop.looked_at()

    shop.edit("projects/abalone.yaml", TRAINS + ABALONE + "promotes-to: [prod]\n")
    shop.apply("promotes", PROJECT)
    shop.edit("projects/abalone.yaml", TRAINS + ABALONE + "promotes-to: []\n")
    shop.apply("promotes no more", PROJECT)

    shop.edit("projects/abalone.yaml", TRAINS + ABALONE.replace("p-abalone01", "p-abalone02"))
    shop.refused("renamed", shop.terraform(PROJECT).plan)
    shop.edit("projects/abalone.yaml", DEPLOYS + ABALONE)
    shop.plan("deploys", PROJECT)
    shop.edit("projects/abalone.yaml", TRAINS + ABALONE + ON_GITHUB, "dev-abalone-target")
    shop.edit("projects/serving.yaml", SERVING + "enable-data-capture: false\n")
    shop.apply("github", FOUNDATION, TARGET, PROJECT)
    shop.edit("projects/abalone.yaml", PREDICTS + ABALONE + ON_GITHUB)
    shop.apply("batch", PROJECT)
    shop.let_owner_go("projects/abalone.yaml", PREDICTS + ABALONE + ON_GITHUB.replace("example-org", "other-org"))
    shop.plan("other owner", PROJECT)
    shop.plan("other owner", FOUNDATION)
    shop.edit("projects/abalone.yaml", PREDICTS + ABALONE, FOUNDATION)
    terraform, plan = shop.plan("codecommit", PROJECT)
    shop.refused("name taken", lambda: terraform.apply(plan))
    (shop.site.folder / "cdktf.out" / "stacks" / PROJECT / "adopt.tf").write_text(ADOPT)
    shop.apply("adopted", FOUNDATION, PROJECT)

    shop.edit("projects/abalone.yaml", PREDICTS + ABALONE + "protect-data: false\n")
    shop.apply("unprotected", PROJECT)
    shop.terraform(PROJECT).destroy()
    shop.work["destroyed"] = shop.looked_at()
    shop.refused("sibling", shop.terraform(TARGET).destroy)


def test_a_repository_lives_on_with_every_commit_after_its_project_has_moved_to_github(workshop: Workshop) -> None:
    assert workshop.work["worked"].commit
    assert [workshop.work[step].commit for step in EDITS] == [workshop.work["worked"].commit] * len(EDITS)
    assert REPOSITORY in workshop.work["github"].on_github


def test_registered_models_live_on_after_the_template_has_changed(workshop: Workshop) -> None:
    assert workshop.work["worked"].models
    assert [workshop.work[step].models for step in EDITS] == [workshop.work["worked"].models] * len(EDITS)


@pytest.mark.parametrize("bucket", [ARTIFACTS, CAPTURED])
def test_objects_live_on_and_their_bucket_is_as_closed_as_before(workshop: Workshop, bucket: str) -> None:
    before = workshop.work["worked"].buckets[bucket]
    assert before
    assert before["objects"] == ["work/results.csv"]
    assert all(before["public access"].values())
    for step in EDITS:
        now = workshop.work[step].buckets[bucket]
        assert now
        # Who may read an artifact bucket is its template's to say; who may not is nobody's.
        assert _denials(now) == _denials(before)
        assert now | {"policy": None} == before | {"policy": None}
    assert workshop.work["adopted"].buckets[CAPTURED] == workshop.work["worked"].buckets[CAPTURED]


def test_who_a_project_no_longer_promotes_to_may_no_longer_read_its_models(workshop: Workshop) -> None:
    """And nothing else has changed between the two edits."""
    before, during, after = (workshop.work[step].buckets[ARTIFACTS] for step in ("worked", *EDITS[:2]))
    assert before
    assert during
    assert PROD in json.dumps(during["policy"])
    assert PROD not in json.dumps(before["policy"])
    assert after == before


def _denials(bucket: dict[str, Any]) -> list[Any]:
    return [statement for statement in bucket["policy"]["Statement"] if statement["Effect"] == "Deny"]


def test_keys_live_on_under_their_names(workshop: Workshop) -> None:
    before = workshop.work["worked"].keys
    assert {"alias/abalone-artifacts", "alias/abalone-pipeline", "alias/serving-dev-endpoint"} <= before.keys()
    for step in EDITS:
        assert before.items() <= workshop.work[step].keys.items()
        assert set(workshop.work[step].keys.values()) == {"Enabled"}


def test_a_repository_on_github_lives_on_and_is_not_archived_when_its_project_moves_back(workshop: Workshop) -> None:
    assert workshop.work["adopted"].on_github[REPOSITORY] is False


def test_a_name_that_is_left_behind_is_not_taken_over_unless_it_is_imported(workshop: Workshop) -> None:
    assert "RepositoryNameExistsException" in workshop.refusals["name taken"]
    assert workshop.work["adopted"].commit == workshop.work["worked"].commit


def test_an_owner_without_projects_is_let_go_and_the_foundation_can_be_planned_without_its_provider(
    workshop: Workshop,
) -> None:
    assert "Removed github_repository.github_example-org_xgboost_abalone\n" in workshop.said["state rm"]
    created = [change.address for change in workshop.reviews["other owner", FOUNDATION].changes.of(Action.CREATE)]
    assert "github_repository.github_other-org_batch_inference" in created
    assert workshop.work["adopted"].on_github["sagemaker-template-dev-xgboost_abalone"] is False


def test_an_edit_that_would_make_a_protected_thing_anew_is_refused(workshop: Workshop) -> None:
    assert "prevent_destroy" in workshop.refusals["renamed"]
    assert "aws_sagemaker_model_package_group.model_package_group" in workshop.refusals["renamed"]


@pytest.mark.parametrize(
    ("step", "stack", "left"),
    [
        ("github", PROJECT, ["aws_codecommit_repository.repository"]),
        ("github", TARGET, ["aws_s3_bucket.capture_bucket"]),
        (
            "batch",
            PROJECT,
            ["aws_kms_key.pipeline_key", "aws_sagemaker_model_package_group.model_package_group"],
        ),
        ("codecommit", PROJECT, ["github_repository.repository"]),
        ("adopted", PROJECT, []),
        (
            "deploys",
            PROJECT,
            [
                "aws_kms_key.artifact_key",
                "aws_s3_bucket.artifact_bucket",
                "aws_sagemaker_model_package_group.model_package_group",
            ],
        ),
        ("other owner", PROJECT, []),
        ("other owner", FOUNDATION, []),
    ],
)
def test_a_plan_names_what_it_leaves_behind_and_nothing_is_opened(
    workshop: Workshop, step: str, stack: str, left: list[str]
) -> None:
    dangers = workshop.reviews[step, stack].dangers
    assert [danger.address for danger in dangers if danger.kind is Kind.LEFT] == left
    assert not [danger for danger in dangers if danger.kind is Kind.EXPOSURE]


def test_no_edit_plans_to_destroy_or_to_make_anew_what_is_protected(workshop: Workshop) -> None:
    kept = KEPT_IN_PROJECTS | KEPT_IN_TARGETS | KEPT_IN_FOUNDATIONS
    lost = {
        (step, change.address)
        for (step, _), review in workshop.reviews.items()
        for action in (Action.DESTROY, Action.REPLACE)
        for change in review.changes.of(action)
    }
    assert {step for step, _ in lost} >= {"github", "batch"}, "otherwise nothing was taken out of a stack"
    assert {address for _, address in lost}.isdisjoint(kept)


def test_a_project_that_is_not_protected_is_destroyed_and_its_neighbour_is_not(workshop: Workshop) -> None:
    left = workshop.work["destroyed"]
    assert left.commit is None
    assert left.buckets[ARTIFACTS] is None
    assert "alias/abalone-artifacts" not in left.keys
    assert left.buckets[CAPTURED] == workshop.work["worked"].buckets[CAPTURED]
    assert left.models == workshop.work["worked"].models, "let go by an earlier edit, and nobody's any more"
    assert "prevent_destroy" in workshop.refusals["sibling"]
    assert left.keys["alias/serving-dev-endpoint"] == "Enabled"
