"""A trained and approved model goes through three accounts, by the builds and the pipeline that Terraform has made.

The stacks are applied to the emulator; the pipeline is read back from there and executed with the commands of the
buildspecs that stand in the repository. One story is told once, and each test looks at a part of it.
"""

import base64
import hashlib
import re
import shutil
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from container_runtime import ContainerRuntime
from installed_container import PYTHON as CONTAINER_PYTHON
from sagemaker_templates.blocks.approved_plan.program.check import Sample, check_answer
from sagemaker_templates.emulator import Emulator
from sagemaker_templates.operations.engine import Engine
from sagemaker_templates.operations.kept_provider import ProviderInstallations
from sagemaker_templates.operations.mirror import ProviderSource
from sagemaker_templates.operations.terraform import FEWER_COLLECTIONS
from sagemaker_templates.rehearsal.delivery import DeliveryPipeline, Execution, Run
from sagemaker_templates.rehearsal.repository import FolderTip
from sagemaker_templates.seeds import assemble, seed_folder
from site_on_emulator import Site, at_once, site_maker
from terraform_starter import Missing, terraform_starter
from trained_model import TrainedModel, seed_python, train

# In one process, for what its fixture makes takes minutes.
pytestmark = [pytest.mark.terraform, pytest.mark.emulator, pytest.mark.xdist_group("story")]

REGION, GROUP = "us-east-1", "abalone-p-abalone01"
ACCOUNTS = {"dev": "111111111111", "pre-prod": "222222222222", "prod": "333333333333"}
PIPELINE = "serving-deploy"
DEPLOYMENTS = ["Deploy_dev", "Deploy_pre-prod", "Deploy_prod"]


@dataclass(frozen=True)
class Serving:
    """What an endpoint's account holds of it."""

    endpoint: dict[str, Any]
    configuration: dict[str, Any]
    model: dict[str, Any]

    @property
    def created(self) -> list[Any]:
        """When each was made: what is left alone keeps its time."""
        return [each["CreationTime"] for each in (self.endpoint, self.configuration, self.model)]


@dataclass(frozen=True)
class World:
    """The accounts, the pipeline, and the repository at the tip of its branch."""

    emulator: Emulator
    pipeline: DeliveryPipeline
    repository: Path
    workspace: Path
    trained: TrainedModel

    def register(self, status: str) -> str:
        """Register the trained model as a new version, and decide about it; gives the ARN."""
        sagemaker = self.emulator.client("sagemaker", ACCOUNTS["dev"], REGION)
        arn = str(sagemaker.create_model_package(**self.trained.package)["ModelPackageArn"])
        sagemaker.update_model_package(ModelPackageArn=arn, ModelApprovalStatus=status)
        return arn

    def run(self, name: str, **before: Any) -> Execution:
        """Execute the pipeline."""
        folder = self.workspace / name
        folder.mkdir()
        return self.pipeline.run(FolderTip(self.repository), folder, before.get("before"))

    def endpoints(self, environment: str) -> list[str]:
        """The endpoints of an account."""
        listed = self._sagemaker(environment).list_endpoints()["Endpoints"]
        return [each["EndpointName"] for each in listed]

    def serving(self, environment: str) -> Serving:
        """What serves in an environment; there is exactly one endpoint, one configuration and one model."""
        sagemaker = self._sagemaker(environment)
        (name,) = self.endpoints(environment)
        endpoint = sagemaker.describe_endpoint(EndpointName=name)
        configurations = sagemaker.list_endpoint_configs()["EndpointConfigs"]
        models = sagemaker.list_models()["Models"]
        assert [each["EndpointConfigName"] for each in configurations] == [endpoint["EndpointConfigName"]]
        configuration = sagemaker.describe_endpoint_config(EndpointConfigName=endpoint["EndpointConfigName"])
        (variant,) = configuration["ProductionVariants"]
        assert [each["ModelName"] for each in models] == [variant["ModelName"]]
        model = sagemaker.describe_model(ModelName=variant["ModelName"])
        # Of the answers, what is about the answer itself.
        for answer in (endpoint, configuration, model):
            del answer["ResponseMetadata"]
        return Serving(endpoint, configuration, model)

    def _sagemaker(self, environment: str) -> Any:
        return self.emulator.client("sagemaker", ACCOUNTS[environment], REGION)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, missing: Missing) -> TrainedModel:
    """A model of the xgboost seed's making."""
    python = seed_python()
    if python is None:
        missing("there is no environment of the seeds: set SEED_PYTHON to its Python")
    return train(python, tmp_path_factory.mktemp("training"))


@pytest.fixture(scope="module")
def world(  # noqa: PLR0917 - fixtures
    trained: TrainedModel,
    emulator_process: Emulator,
    terraform_engine: Engine,
    installations: ProviderInstallations,
    provider: ProviderSource,
    missing: Missing,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[World]:
    """Everything that Terraform makes before a model is deployed, and the project that trained the model."""
    emulator_process.reset()
    folder = tmp_path_factory.mktemp("site")
    with terraform_starter(terraform_engine, installations, missing) as starter:
        make = site_maker(emulator_process, starter, provider.environment(), folder)
        _apply(make(Path(__file__).parent / "environments_of_deployment"))
    trained.upload(emulator_process, ACCOUNTS["dev"], REGION)
    repository = folder / "repository"
    for path, content in assemble(seed_folder("model_deploy")).items():
        (repository / path).parent.mkdir(parents=True, exist_ok=True)
        (repository / path).write_bytes(content)
    (folder / "runs").mkdir()
    machine = {**provider.environment(), **FEWER_COLLECTIONS}
    pipeline = DeliveryPipeline(emulator_process, ACCOUNTS["dev"], REGION, PIPELINE, Path(sys.executable), machine)
    yield World(emulator_process, pipeline, repository, folder / "runs", trained)
    emulator_process.reset()


def _apply(site: Site) -> None:
    """The environment's foundation first; the others wait for AWS most of the time, so they do it side by side."""
    foundation, *others = site.plans
    site.terraform(foundation).apply()
    at_once(lambda plan: site.terraform(plan).apply(), others)


@dataclass(frozen=True)
class Story:
    """The executions in their order, with what served after each."""

    nothing_approved: Execution
    endpoints_without_a_model: list[str]
    first: Execution
    after_first: dict[str, Serving]
    rejected: Execution
    after_rejected: dict[str, Serving]
    stale: Execution
    after_stale: dict[str, Serving]
    versions: dict[str, str]
    hostile: Execution
    replaced: Execution
    after_hostile: Serving
    traces: list[str]


@pytest.fixture(scope="module")
def story(world: World) -> Story:
    """Pending, approved, rejected, approved again while somebody else applies."""
    world.register("PendingManualApproval")
    nothing = world.run("nothing")
    without = [name for environment in ACCOUNTS for name in world.endpoints(environment)]
    old = world.register("Approved")
    first = world.run("first")
    assert not first.failed, first.log
    after_first = {environment: world.serving(environment) for environment in ACCOUNTS}
    world.register("Rejected")
    rejected = world.run("rejected")
    after_rejected = {environment: world.serving(environment) for environment in ACCOUNTS}
    new = world.register("Approved")
    stale = world.run("stale", before={"Deploy_prod/Apply": lambda run: _overtake(run, world.workspace)})
    after_stale = {environment: world.serving(environment) for environment in ACCOUNTS}
    marks = world.workspace / "marks"
    marks.mkdir()
    hostile = _plan_what_is_hostile(world, marks)
    return Story(
        nothing,
        without,
        first,
        after_first,
        rejected,
        after_rejected,
        stale,
        after_stale,
        {"old": old, "new": new},
        hostile.execution,
        _replace_the_plan(world, hostile),
        world.serving("dev"),
        sorted(path.name for path in marks.iterdir()),
    )


def _overtake(run: Run, workspace: Path) -> None:
    """Another execution of the same release plans and applies prod while this one waits for its approval."""
    other = run.beside(workspace / "overtaking")
    for action in other.stage("Deploy_prod")["actions"]:
        other.act("Deploy_prod", action)
        assert not other.execution.failed, other.execution.log


HOSTILE_TERRAFORM = """
resource "aws_sagemaker_model" "hostile" {
  name               = "${var.endpoint_name}-hostile"
  execution_role_arn = var.execution_role_arn
  primary_container {
    model_package_name = var.model_package_arn
  }
  provisioner "local-exec" {
    command = "touch MARKS/provisioner"
  }
}

resource "aws_cloudwatch_metric_alarm" "hostile" {
  alarm_name          = "${var.endpoint_name}-hostile"
  alarm_description   = file("/proc/self/environ${substr(aws_sagemaker_model.hostile.arn, 0, 0)}")
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 1
  metric_name         = "Invocations"
  namespace           = "AWS/SageMaker"
  period              = 60
  statistic           = "Sum"
}

resource "terraform_data" "hostile" {
  provisioner "local-exec" {
    command = "touch MARKS/terraform-data"
  }
}
"""
HOSTILE_MODULES = (
    "approved/__init__",
    "approved/review",
    "approved/apply",
    "deploy/__init__",
    "boto3",
    "pip",
    "zipfile",
)


def _hostile_repository(world: World, marks: Path) -> Path:
    """It plans, and hands on programs under the names of those that review and apply, and its own buildspecs."""
    repository = world.workspace / "hostile-repository"
    shutil.copytree(world.repository, repository)
    (repository / "terraform/hostile.tf").write_text(HOSTILE_TERRAFORM.replace("MARKS", str(marks)))
    for module in (*HOSTILE_MODULES, "sitecustomize", "usercustomize"):
        file = repository / "handed-on" / f"{module}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"open({str(marks / module.replace('/', '-'))!r}, 'w').close()\n")
    buildspec = (repository / "buildspec/plan.yml").read_text()
    copying = (
        '"$CODEBUILD_SRC_DIR_Release"\n      - cp -r handed-on/. build/\n      - cp -r handed-on/. build/plan/\n'
    )
    buildspec = buildspec.replace('"$CODEBUILD_SRC_DIR_Release"\n', copying)
    (repository / "buildspec/plan.yml").write_text(buildspec.replace("    - plan/**/*\n", "    - '**/*'\n"))
    for name in ("buildspec.yml", "handed-on/buildspec.yml", "buildspec/apply.yml", "buildspec/review.yml"):
        (repository / name).write_text(f"phases: {{build: {{commands: ['touch {marks}/buildspec']}}}}\n")
    return repository


def _plan_what_is_hostile(world: World, marks: Path) -> Run:
    """Another execution, with a repository that tries to get hold of the deployer role, as far as it comes."""
    workspace = world.workspace / "hostile"
    workspace.mkdir()
    run = Run(world.pipeline, FolderTip(_hostile_repository(world, marks)), workspace, {})
    definition = {stage["name"]: stage["actions"] for stage in world.pipeline.definition()["stages"]}
    for stage in ("Source", "Resolve", "Deploy_dev"):
        for action in definition[stage]:
            if not run.execution.failed:
                run.act(stage, action)
    return run


def _replace_the_plan(world: World, hostile: Run) -> Execution:
    """A plan of the honest repository is reviewed; then the hostile one lies in its place."""
    workspace = world.workspace / "replaced"
    workspace.mkdir()
    run = Run(world.pipeline, FolderTip(world.repository), workspace, {}, Execution())
    run.execution.artifacts.update(hostile.execution.artifacts)
    digest = hashlib.sha256(b"what was approved").hexdigest()
    run.execution.variables.update(
        {("Review_dev", "PLAN_SHA256"): digest, ("Review_dev", "ENDPOINT_CONFIGURATION"): "x"}
    )
    (apply,) = (action for action in run.stage("Deploy_dev")["actions"] if action["name"] == "Apply")
    run.act("Deploy_dev", apply)
    return run.execution


def test_a_hostile_repository_comes_as_far_as_the_review_which_says_why(story: Story) -> None:
    assert story.hostile.failed == "Deploy_dev/Review"
    log = story.hostile.logs["Deploy_dev/Review"]
    assert "hostile.tf: provisioner runs programs where it is applied" in log
    assert "hostile.tf: file( reads files of the machine that applies" in log
    assert "Traceback" not in log


def test_another_plan_than_the_approved_one_is_not_applied_whoever_has_put_it_there(story: Story) -> None:
    assert story.replaced.failed == "Deploy_dev/Apply"
    assert "this is not the plan that was approved" in story.replaced.log
    assert story.after_hostile == story.after_stale["dev"]


def test_nothing_that_a_repository_hands_on_is_executed_where_plans_are_reviewed_and_applied(story: Story) -> None:
    """Modules under the names of the platform's, buildspecs, provisioners: each would leave a trace."""
    assert story.traces == []


def test_with_nothing_approved_the_pipeline_succeeds_and_touches_no_account(story: Story) -> None:
    assert story.nothing_approved.status == "Succeeded"
    assert story.nothing_approved.skipped == DEPLOYMENTS
    assert f"No model of the group {GROUP} is approved: nothing is deployed." in story.nothing_approved.log
    assert story.endpoints_without_a_model == []


def test_every_environment_is_planned_then_reviewed_then_approved_then_applied(story: Story) -> None:
    planned = {stage: ["Plan", "Review", "Approve", "Apply"] for stage in DEPLOYMENTS}
    planned["Deploy_dev"] = ["Plan", "Review", "Apply"]

    assert story.first.status == "Succeeded"
    assert story.first.actions == [
        "Source/Source",
        "Resolve/Resolve",
        *(f"{stage}/{action}" for stage in DEPLOYMENTS for action in planned[stage]),
    ]


def test_who_approves_sees_the_version_the_plan_in_short_and_where_all_of_it_is(story: Story) -> None:
    shown = story.first.approvals["Deploy_prod/Approve"]

    assert "version 2 to prod" in shown["CustomData"]
    assert "7 to add, 0 to change, 0 to destroy" in shown["CustomData"]
    plan = story.first.artifacts["Plan_prod"].folder / "plan/plan.tfplan"
    assert f"Its SHA-256: {hashlib.sha256(plan.read_bytes()).hexdigest()}." in shown["CustomData"]
    assert shown["ExternalEntityLink"] == "https://console.invalid/codebuild/serving-deploy-review"
    assert "# aws_sagemaker_endpoint.this will be created" in story.first.logs["Deploy_prod/Review"]


@pytest.mark.parametrize(
    ("environment", "instances", "captured", "routing"),
    [
        ("dev", ("ml.m5.large", 1), 100, "ALL_AT_ONCE"),
        ("pre-prod", ("ml.m5.large", 2), 20, "CANARY"),
        ("prod", ("ml.m5.xlarge", 2), 10, "CANARY"),
    ],
)
def test_each_account_serves_the_approved_model_with_its_environments_settings(
    story: Story, environment: str, instances: tuple[str, int], captured: int, routing: str
) -> None:
    serving, account = story.after_first[environment], ACCOUNTS[environment]
    (variant,) = serving.configuration["ProductionVariants"]
    capture = serving.configuration["DataCaptureConfig"]
    policy = serving.endpoint["LastDeploymentConfig"]["BlueGreenUpdatePolicy"]

    assert serving.endpoint["EndpointName"] == f"serving-{environment}"
    assert (variant["InstanceType"], variant["InitialInstanceCount"]) == instances
    assert capture["InitialSamplingPercentage"] == captured
    assert capture["DestinationS3Uri"].startswith(f"s3://serving-{environment}-capture-{account}/")
    assert policy["TrafficRoutingConfiguration"]["Type"] == routing
    assert serving.model["PrimaryContainer"]["ModelPackageName"] == story.versions["old"]
    assert serving.model["ExecutionRoleArn"].startswith(f"arn:aws:iam::{account}:role/model-deploy/")
    assert serving.model["EnableNetworkIsolation"] is True


@pytest.mark.parametrize("environment", ACCOUNTS)
def test_what_is_deployed_answers_the_check_after_the_apply_in_the_containers_own_server(
    world: World, story: Story, environment: str, missing: Missing, tmp_path: Path
) -> None:
    """Trained, approved, deployed, invoked as the apply's check does: without an Accept header."""
    assert not story.first.failed
    if not CONTAINER_PYTHON.exists():
        missing("the XGBoost container's server is not installed: make .venv-xgboost/.installed")
    runtime = ContainerRuntime(world.emulator, ACCOUNTS[environment], ACCOUNTS["dev"], REGION, tmp_path)
    sample = world.repository / "samples/abalone.csv"
    rows = sample.read_text(encoding="utf-8").splitlines()

    sent = Sample(name=sample.name, content_type="text/csv", body=base64.b64encode(sample.read_bytes()).decode())
    check_answer(runtime, f"serving-{environment}", sent)
    answer = runtime.invoke_endpoint(
        EndpointName=f"serving-{environment}", ContentType="text/csv", Body=sample.read_bytes()
    )

    assert answer["ContentType"].startswith("text/csv")
    predictions = [float(line) for line in answer["Body"].read().split()]
    assert len(predictions) == len(rows)
    assert all(1 < rings < 30 for rings in predictions)


def test_a_second_run_after_a_rejected_version_changes_nothing(story: Story) -> None:
    summaries = {name: value for (name, key), value in story.rejected.variables.items() if key == "PLAN_SUMMARY"}
    assert set(summaries) == {"Review_dev", "Review_pre_prod", "Review_prod"}

    assert story.rejected.status == "Succeeded"
    assert story.rejected.variables["Release", "MODEL_PACKAGE_ARN"] == story.versions["old"]
    assert len(summaries) == len(ACCOUNTS)
    assert set(summaries.values()) == {"0 to add, 0 to change, 0 to destroy"}
    assert story.after_rejected == story.after_first


def test_a_newly_approved_version_changes_exactly_model_configuration_and_endpoint(story: Story) -> None:
    assert story.stale.variables["Review_dev", "PLAN_SUMMARY"] == "2 to add, 1 to change, 2 to destroy"
    for environment in ACCOUNTS:
        before, after = story.after_rejected[environment], story.after_stale[environment]
        assert after.model["PrimaryContainer"]["ModelPackageName"] == story.versions["new"]
        assert after.endpoint["EndpointArn"] == before.endpoint["EndpointArn"]
        assert after.created[0] == before.created[0]
        assert after.configuration["EndpointConfigName"] != before.configuration["EndpointConfigName"]


def test_a_plan_that_another_apply_has_made_stale_is_refused_and_says_so(story: Story) -> None:
    assert story.stale.failed == "Deploy_prod/Apply"
    log = story.stale.logs["Deploy_prod/Apply"]
    assert "something else was applied since this plan was made: nothing was changed." in log
    assert "Traceback" not in log


def contents(file: Path) -> Iterator[bytes]:
    """The bytes of a file, and of everything in it: a saved plan is a zip."""
    yield file.read_bytes()
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as packed:
            yield from (packed.read(name) for name in packed.namelist())


def test_no_credentials_are_in_any_log_or_artifact(story: Story) -> None:
    """The access keys of assumed roles look like this in AWS and in the emulator."""
    key = re.compile(rb"ASIA[A-Z0-9]{16}")
    for execution in (story.first, story.rejected, story.stale):
        assert not key.search(execution.log.encode())
        artifacts = [each.folder for name, each in execution.artifacts.items() if name.startswith("Plan_")]
        files = [path for folder in artifacts for path in folder.rglob("*") if path.is_file()]
        assert [path.name for path in files].count("plan.tfplan") == len(ACCOUNTS)
        assert not any(key.search(content) for path in files for content in contents(path))
