"""model_deploy: what its pipeline does, who may do what in which account, which options reach which stage."""

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from sagemaker_templates.configuration import load_configuration
from sagemaker_templates.stacks.synthesis import planned_stacks
from sagemaker_templates.templates.registry import all_templates
from synthesized import documents, files, input_of

FULL, MINIMAL = "model-deploy", "model-deploy-minimal"
STACK = "dev-serving"
GROUP = "abalone-p-abalone01"
ACCOUNTS = {"dev": "111111111111", "pre-prod": "222222222222", "prod": "333333333333"}
each_stage = pytest.mark.parametrize("stage", ACCOUNTS)


def _all(kind: str, stack: str = STACK, case: str = FULL) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = documents(case)[stack]["resource"].get(kind, {})
    return found


def _statements(document: str, stack: str = STACK) -> dict[str, dict[str, Any]]:
    found = documents(FULL)[stack]["data"]["aws_iam_policy_document"][document]["statement"]
    return {statement["sid"]: statement for statement in found}


def _target(stage: str) -> str:
    return f"{stage}-serving-target"


def _stages(case: str = FULL) -> list[dict[str, Any]]:
    stages: list[dict[str, Any]] = _all("aws_codepipeline", case=case)["delivery_pipeline"]["stage"]
    return stages


def _actions(case: str = FULL) -> Iterator[tuple[str, dict[str, Any]]]:
    for stage in _stages(case):
        for action in sorted(stage["action"], key=lambda action: action.get("run_order", 1)):
            yield stage["name"], action


def _variables(project: str) -> dict[str, str]:
    entries = _all("aws_codebuild_project")[project]["environment"]["environment_variable"]
    return {entry["name"]: entry["value"] for entry in entries}


def _given(action: dict[str, Any]) -> dict[str, str]:
    entries = json.loads(action["configuration"]["EnvironmentVariables"])
    return {entry["name"]: entry["value"] for entry in entries}


def _facts(stage: str) -> dict[str, Any]:
    assert _all("aws_ssm_parameter", _target(stage))["facts"]["value"] == "${jsonencode(local.target)}"
    facts: dict[str, Any] = documents(FULL)[_target(stage)]["locals"]["target"]
    return facts


def test_an_approval_starts_the_delivery_pipeline_with_a_role_that_can_do_nothing_else() -> None:
    pipeline = "${aws_codepipeline.delivery_pipeline.arn}"
    (right,) = _statements("start_role_rights").values()
    (trust,) = _statements("start_role_trust").values()
    assert _all("aws_cloudwatch_event_target")["approval_target"]["arn"] == pipeline
    assert (right["actions"], right["resources"]) == (["codepipeline:StartPipelineExecution"], [pipeline])
    assert trust["condition"][0]["values"] == ["arn:aws:events:us-east-1:111111111111:rule/serving-deploy-approval"]


def test_without_the_trigger_only_a_push_starts_it() -> None:
    assert set(_all("aws_cloudwatch_event_rule")) == {"push", "approval"}
    assert set(_all("aws_cloudwatch_event_rule", case=MINIMAL)) == {"push"}
    assert "start_role" not in _all("aws_iam_role", case=MINIMAL)


def test_the_model_is_resolved_once_and_each_stage_plans_reviews_asks_and_applies_in_this_order() -> None:
    assert [(stage, action["name"]) for stage, action in _actions()] == [
        ("Source", "Source"),
        ("Resolve", "Resolve"),
        ("Deploy_dev", "Plan"),
        ("Deploy_dev", "Review"),
        ("Deploy_dev", "Apply"),
        ("Deploy_pre-prod", "Plan"),
        ("Deploy_pre-prod", "Review"),
        ("Deploy_pre-prod", "Approve"),
        ("Deploy_pre-prod", "Apply"),
        ("Deploy_prod", "Plan"),
        ("Deploy_prod", "Review"),
        ("Deploy_prod", "Approve"),
        ("Deploy_prod", "Apply"),
    ]
    for stage in _stages():
        orders = [action.get("run_order", 1) for action in stage["action"]]
        assert orders == sorted(set(orders)), "no two actions of a stage run side by side"


def test_without_manual_approval_nobody_is_asked() -> None:
    actions = [(stage, action["name"]) for stage, action in _actions(MINIMAL)]
    assert actions[2:] == [("Deploy_dev", "Plan"), ("Deploy_dev", "Review"), ("Deploy_dev", "Apply")]


@pytest.mark.parametrize("case", [FULL, MINIMAL])
def test_what_is_reviewed_and_applied_is_the_plan_of_the_same_stage_and_nothing_of_the_repository(case: str) -> None:
    for stage, action in _actions(case):
        if action["name"] == "Plan":
            (planned,) = action["output_artifacts"]
            assert action["input_artifacts"] == ["source", "Release"]
            assert action["configuration"]["PrimarySource"] == "source"
        if action["name"] == "Review":
            assert action["input_artifacts"] == [planned], stage
            reviewed = action["namespace"]
        if action["name"] == "Apply":
            assert action["input_artifacts"] == [planned], stage
            assert _given(action) == {
                "PLAN_SHA256": f"#{{{reviewed}.PLAN_SHA256}}",
                "ENDPOINT_CONFIGURATION": f"#{{{reviewed}.ENDPOINT_CONFIGURATION}}",
            }


@pytest.mark.parametrize("case", [FULL, MINIMAL])
def test_no_build_of_the_repository_writes_anothers_artifact_or_log(case: str) -> None:
    """What it may write: its own plans and the release. What reviews and applies writes no artifact at all."""
    written: dict[str, set[str]] = {}
    logged: dict[str, set[str]] = {}
    for name, document in documents(case)[STACK]["data"]["aws_iam_policy_document"].items():
        statements = {statement.get("sid"): statement for statement in document["statement"]}
        if "WriteBuildLogs" in statements:
            role = name.removesuffix("_rights")
            logged[role] = {arn.partition("log-stream:")[2] for arn in statements["WriteBuildLogs"]["resources"]}
            written[role] = {
                resource.partition("111111111111/")[2]
                for statement in statements.values()
                if "s3:PutObject" in statement["actions"]
                for resource in statement["resources"]
            }
    stages = ACCOUNTS if case == FULL else {"dev": ""}
    own = {"serving-de*/Release*", *(f"serving-de*/Plan_{stage.replace('-', '_')[:5]}*" for stage in stages)}
    appliers = {f"apply_{stage.replace('-', '_')}_role": f"apply-{stage}/*" for stage in stages}
    assert written == {"build_role": own, "review_role": set(), **{role: set() for role in appliers}}
    assert logged == {
        "build_role": {"resolve/*", "plan/*"},
        "review_role": {"review/*"},
        **{role: {stream} for role, stream in appliers.items()},
    }
    streams = {
        project["name"]: project["logs_config"]["cloudwatch_logs"]["stream_name"]
        for project in _all("aws_codebuild_project", case=case).values()
    }
    assert streams["serving-deploy-review"] == "review"
    assert streams["serving-deploy-apply-dev"] == "apply-dev"


def test_what_reviews_and_applies_is_the_archive_whose_digest_stands_in_the_build() -> None:
    stack = documents(FULL)[STACK]["resource"]
    archive = files(FULL)[f"{STACK}/assets/approved-plan.zip"]
    digest = hashlib.sha256(archive).hexdigest()
    kept = stack["aws_s3_object"]["approved_plan_program"]
    assert kept["key"] == f"approved/{digest}.zip"
    assert kept["source"] == "${path.module}/assets/approved-plan.zip"
    for name in ("review_project", "apply_dev_project", "apply_pre_prod_project", "apply_prod_project"):
        buildspec = yaml.safe_load(stack["aws_codebuild_project"][name]["source"]["buildspec"])
        commands = [command for phase in buildspec["phases"].values() for command in phase["commands"]]
        fetched = [index for index, command in enumerate(commands) if kept["key"] in command]
        checked = [index for index, command in enumerate(commands) if f"'{digest}  program.zip'" in command]
        assert (fetched, checked) == ([1], [2])
        assert commands[0] == "export WORK=$(mktemp -d)"
        assert all(command.startswith("cd $WORK") for command in commands[1:]), "not where the repository has written"


def test_what_the_pipeline_passes_on_expires_and_the_archive_stays() -> None:
    (lifecycle,) = _all("aws_s3_bucket_lifecycle_configuration").values()
    expiring = [rule["filter"][0]["prefix"] for rule in lifecycle["rule"] if "expiration" in rule]
    assert expiring == ["serving-de"]
    assert not _all("aws_s3_object")["approved_plan_program"]["key"].startswith(expiring[0])


def test_artifacts_and_variables_are_made_before_they_are_used_and_once() -> None:
    made: set[str] = set()
    for _, action in _actions():
        used = set(re.findall(r"#\{(\w+)\.", json.dumps(action["configuration"])))
        assert used | set(action.get("input_artifacts", [])) <= made
        new = {*action.get("output_artifacts", []), action.get("namespace")} - {None}
        assert made.isdisjoint(new)
        made |= new
    stages = {"dev", "pre_prod", "prod"}
    assert made == {
        "source",
        "Release",
        *(f"{made_of}_{stage}" for made_of in ("Plan", "Review") for stage in stages),
    }


def test_no_value_of_an_action_is_longer_than_codepipeline_takes() -> None:
    """1,000 characters: https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ActionDeclaration.html."""
    values = [value for _, action in _actions() for value in action["configuration"].values()]
    assert max(map(len, values)) <= 1000


def test_without_an_approved_model_every_stage_is_skipped() -> None:
    source, resolve, *stages = _stages()
    assert "before_entry" not in source
    assert "before_entry" not in resolve
    for stage in stages:
        condition = stage["before_entry"]["condition"]
        (rule,) = condition["rule"]
        assert condition["result"] == "SKIP"
        assert rule["rule_type_id"]["provider"] == "VariableCheck"
        assert rule["configuration"] == {"Variable": "#{Release.RELEASE}", "Operator": "EQ", "Value": "ready"}


def test_the_question_names_stage_version_and_change_and_links_to_the_plan() -> None:
    questions = {stage: action["configuration"] for stage, action in _actions() if action["name"] == "Approve"}
    assert questions["Deploy_pre-prod"] == {
        "CustomData": "Deploy version #{Review_pre_prod.MODEL_PACKAGE_VERSION} to pre-prod? "
        "The plan: #{Review_pre_prod.PLAN_SUMMARY}. Its SHA-256: #{Review_pre_prod.PLAN_SHA256}.",
        "ExternalEntityLink": "#{Review_pre_prod.PLAN_URL}",
    }


def test_each_step_has_its_buildspec_and_knows_its_target() -> None:
    projects = _all("aws_codebuild_project")
    own = "the platform's"
    assert {
        id_: (
            project["name"],
            own if project["source"]["buildspec"].startswith('{"version": 0.2') else project["source"]["buildspec"],
        )
        for id_, project in projects.items()
    } == {
        "resolve_project": ("serving-deploy", "buildspec/resolve.yml"),
        "plan_project": ("serving-deploy-plan", "buildspec/plan.yml"),
        "review_project": ("serving-deploy-review", own),
        "apply_dev_project": ("serving-deploy-apply-dev", own),
        "apply_pre_prod_project": ("serving-deploy-apply-pre-prod", own),
        "apply_prod_project": ("serving-deploy-apply-prod", own),
    }
    common = {
        "SAGEMAKER_PROJECT_NAME": "serving",
        "SAGEMAKER_PROJECT_ID": "p-serving001",
        "MODEL_PACKAGE_GROUP_NAME": GROUP,
    }
    assert _variables("resolve_project") == _variables("plan_project") == common
    assert _variables("apply_pre_prod_project") == {
        **common,
        "TARGET": "pre-prod",
        "TARGET_ROLE_ARN": "arn:aws:iam::222222222222:role/model-deploy/serving-pre-prod-deployer",
        "TARGET_EXTERNAL_ID": "serving/of-risk",
        "TARGET_PARAMETER": "/sagemaker-templates/serving/pre-prod/target",
    }


@each_stage
def test_a_plan_knows_its_target_and_takes_the_planner(stage: str) -> None:
    (plan,) = [action for name, action in _actions() if name == f"Deploy_{stage}" and action["name"] == "Plan"]
    assert _given(plan) == {
        "TARGET": stage,
        "TARGET_ROLE_ARN": f"arn:aws:iam::{ACCOUNTS[stage]}:role/model-deploy/serving-{stage}-planner",
        "TARGET_EXTERNAL_ID": "serving/of-risk",
        "TARGET_PARAMETER": f"/sagemaker-templates/serving/{stage}/target",
    }


def _assumed(role: str) -> set[str]:
    return {
        resource
        for statement in _statements(role).values()
        if "sts:AssumeRole" in statement["actions"]
        for resource in statement["resources"]
    }


def test_what_runs_before_an_approval_cannot_apply() -> None:
    assert _assumed("build_role_rights") == {
        f"arn:aws:iam::{account}:role/model-deploy/serving-{stage}-planner" for stage, account in ACCOUNTS.items()
    }


@each_stage
def test_an_apply_build_reaches_its_own_target_alone(stage: str) -> None:
    role = f"apply_{stage.replace('-', '_')}_role"
    (trust,) = _statements(f"{role}_trust").values()
    assert _assumed(f"{role}_rights") == {
        f"arn:aws:iam::{ACCOUNTS[stage]}:role/model-deploy/serving-{stage}-deployer"
    }
    assert trust["condition"][0]["values"] == [
        f"arn:aws:codebuild:us-east-1:111111111111:project/serving-deploy-apply-{stage}"
    ]


@each_stage
def test_each_target_trusts_the_roles_that_the_pipeline_has(stage: str) -> None:
    roles = {
        f"arn:aws:iam::111111111111:role{role['path']}{role['name']}"
        for role in _all("aws_iam_role").values()
        if "path" in role
    }
    for name in ("planner_role_trust", "deployer_role_trust"):
        (trust,) = _statements(name, _target(stage)).values()
        (trusted,) = [c["values"][0] for c in trust["condition"] if c["variable"] == "aws:PrincipalArn"]
        assert trusted in roles


@each_stage
def test_the_planner_changes_nothing_but_the_lock(stage: str) -> None:
    rights = _statements("planner_role_rights", _target(stage))
    writing = {
        (action, resource.rpartition("/")[2])
        for statement in rights.values()
        for action in statement["actions"]
        for resource in statement["resources"]
        if not re.match(r"[a-z0-9-]+:(?:Get|Describe|List|Decrypt|GenerateDataKey)", action)
    }
    assert writing == {("s3:PutObject", "terraform.tfstate.tflock"), ("s3:DeleteObject", "terraform.tfstate.tflock")}


@each_stage
def test_the_deployer_keeps_to_its_own_endpoint_state_and_role(stage: str) -> None:
    account, rights = ACCOUNTS[stage], _statements("deployer_role_rights", _target(stage))
    sagemaker = {
        resource.rpartition(":")[2]
        for statement in rights.values()
        if statement["sid"] in ("ChangeModels", "ChangeEndpoint", "SeeEndpoint")
        for resource in statement["resources"]
    }
    state = f"arn:aws:s3:::example-tfstate-{account}/ml/{stage}/{stage}-serving-endpoint/terraform.tfstate"
    assert sagemaker == {
        f"model/serving-{stage}-*",
        f"endpoint-config/serving-{stage}-*",
        f"endpoint/serving-{stage}",
    }
    assert rights["WriteState"]["resources"] == [state]
    assert rights["LockState"]["resources"] == [f"{state}.tflock"]
    assert rights["RunAsEndpointRole"]["resources"] == ["${aws_iam_role.endpoint_role.arn}"]
    assert rights["UseModels"]["resources"] == [f"arn:aws:sagemaker:us-east-1:111111111111:model-package/{GROUP}/*"]


def test_the_states_key_is_used_however_it_is_named() -> None:
    assert "UseStateKey" not in _statements("planner_role_rights", _target("dev"))
    by_alias = _statements("planner_role_rights", _target("pre-prod"))["UseStateKey"]
    assert by_alias["resources"] == ["arn:aws:kms:us-east-1:222222222222:key/*"]
    assert by_alias["condition"] == [
        {"test": "ForAnyValue:StringEquals", "variable": "kms:ResourceAliases", "values": ["alias/tfstate"]}
    ]
    by_arn = _statements("planner_role_rights", _target("prod"))["UseStateKey"]
    assert by_arn["resources"] == ["arn:aws:kms:us-west-2:333333333333:key/33333333-2222-4333-8444-555555555555"]
    assert "condition" not in by_arn


@each_stage
def test_an_endpoint_reads_models_and_writes_what_it_captures_and_no_other_object(stage: str) -> None:
    objects = {
        (action, resource)
        for statement in _statements("endpoint_role_rights", _target(stage)).values()
        for action in statement["actions"]
        if re.match("s3:.*Object", action)
        for resource in statement["resources"]
    }
    assert objects == {
        ("s3:GetObject", "arn:aws:s3:::mlops-abalone-111111111111/*"),
        ("s3:PutObject", f"arn:aws:s3:::serving-{stage}-capture-{ACCOUNTS[stage]}/captured/*"),
    }


@each_stage
def test_the_facts_say_what_the_repository_must_know(stage: str) -> None:
    facts = _facts(stage)
    assert set(facts) == {
        "environment",
        "account_id",
        "region",
        "endpoint_name",
        "execution_role_arn",
        "kms_key_arn",
        "data_capture_uri",
        "enable_network_isolation",
        "subnet_ids",
        "security_group_ids",
        "state",
        "tags",
    }
    assert (facts["environment"], facts["account_id"], facts["region"]) == (stage, ACCOUNTS[stage], "us-east-1")
    assert facts["endpoint_name"] == f"serving-{stage}"
    assert facts["enable_network_isolation"] is True
    assert facts["data_capture_uri"] == f"s3://serving-{stage}-capture-{ACCOUNTS[stage]}/captured"
    assert facts["state"]["key"] == f"ml/{stage}/{stage}-serving-endpoint/terraform.tfstate"
    assert facts["tags"]["stage"] == stage
    assert facts["tags"]["sagemaker:project-name"] == "serving"


def test_the_network_of_each_stage_reaches_its_endpoint() -> None:
    own = "${aws_security_group.endpoint_security_group.id}"
    networks = {stage: (_facts(stage)["subnet_ids"], _facts(stage)["security_group_ids"]) for stage in ACCOUNTS}
    assert networks == {
        "dev": (["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"], [own, "sg-0123456789abcdef0"]),
        "pre-prod": (["subnet-0223456789abcdef0"], [own]),
        # What the project says for prod, which has no network of its own.
        "prod": (["subnet-0323456789abcdef0"], [own]),
    }
    assert "aws_security_group" not in documents(MINIMAL)[_target("dev")]["resource"]


def test_each_target_has_its_own_environments_settings() -> None:
    boundaries, logs, retention, versions = {}, {}, {}, {}
    for stage in ACCOUNTS:
        stack = documents(FULL)[_target(stage)]
        boundaries[stage] = {role.get("permissions_boundary") for role in stack["resource"]["aws_iam_role"].values()}
        logs[stage] = [log["target_bucket"] for log in stack["resource"].get("aws_s3_bucket_logging", {}).values()]
        groups = stack["resource"]["aws_cloudwatch_log_group"].values()
        retention[stage] = {group["retention_in_days"] for group in groups}
        versions[stage] = stack["terraform"]["required_providers"]["aws"]["version"]
    assert boundaries == {
        "dev": {"arn:aws:iam::111111111111:policy/ml-boundary"},
        "pre-prod": {"arn:aws:iam::222222222222:policy/pre-prod-boundary"},
        "prod": {None},
    }
    assert logs == {"dev": ["example-access-logs"], "pre-prod": ["example-access-logs-pre-prod"], "prod": []}
    assert retention == {"dev": {30}, "pre-prod": {365}, "prod": {3653}}
    assert versions == {"dev": ">= 5.100, < 7", "pre-prod": ">= 5.100, < 6", "prod": ">= 5.100, < 7"}


@each_stage
def test_a_targets_state_is_its_environments(stage: str) -> None:
    backend = documents(FULL)[_target(stage)]["terraform"]["backend"]["s3"]
    assert backend["bucket"] == f"example-tfstate-{ACCOUNTS[stage]}"
    assert backend["key"] == f"ml/{stage}/{stage}-serving-target/terraform.tfstate"


@each_stage
def test_a_plan_to_destroy_names_the_endpoint_that_goes(stage: str) -> None:
    invocation = _all("aws_lambda_invocation", _target(stage))["endpoint_retirement"]
    assert invocation["lifecycle_scope"] == "CRUD"
    assert json.loads(invocation["input"]) == {
        "endpoint": f"serving-{stage}",
        "names_begin_with": f"serving-{stage}-",
    }


@each_stage
def test_the_endpoint_goes_before_anything_that_it_needs(stage: str) -> None:
    """Terraform destroys what depends on a resource before that resource."""
    stack = documents(FULL)[_target(stage)]["resource"]
    invocation = stack["aws_lambda_invocation"]["endpoint_retirement"]
    before = {dependency.removeprefix("${").removesuffix("}") for dependency in invocation["depends_on"]}
    assert {
        "aws_iam_role_policy.endpoint_retirement_role_policy",
        "aws_iam_role_policy.endpoint_role_policy",
        "aws_ssm_parameter.facts",
        "aws_cloudwatch_log_group.endpoint_logs",
        "aws_s3_bucket_policy.capture_bucket_policy",
    } <= before
    assert "aws_lambda_function.endpoint_retirement_function" in invocation["function_name"]
    # The key and the security group are needed by the facts.
    assert _facts(stage)["kms_key_arn"] == "${aws_kms_key.endpoint_key.arn}"


@each_stage
def test_the_retirement_removes_the_endpoints_own_things_alone(stage: str) -> None:
    removed = {
        (action, resource.partition(f"{ACCOUNTS[stage]}:")[2])
        for statement in _statements("endpoint_retirement_role_rights", _target(stage)).values()
        for action in statement["actions"]
        if ":De" in action and ":Describe" not in action
        for resource in statement["resources"]
    }
    assert removed == {
        ("application-autoscaling:DeregisterScalableTarget", "scalable-target/*"),
        ("sagemaker:DeleteEndpoint", f"endpoint/serving-{stage}"),
        ("sagemaker:DeleteEndpointConfig", f"endpoint-config/serving-{stage}-*"),
        ("sagemaker:DeleteEndpointConfig", f"model/serving-{stage}-*"),
        ("sagemaker:DeleteModel", f"endpoint-config/serving-{stage}-*"),
        ("sagemaker:DeleteModel", f"model/serving-{stage}-*"),
        ("cloudwatch:DeleteAlarms", f"alarm:serving-{stage}-*"),
        ("cloudwatch:DeleteAlarms", f"alarm:TargetTracking-endpoint/serving-{stage}/variant/*"),
    }


def test_targets_come_before_the_project_whose_pipeline_deploys_to_them() -> None:
    plans = planned_stacks(load_configuration(input_of(FULL)), all_templates())
    assert [plan.name for plan in plans] == [
        "dev-foundation",
        "dev-serving-target",
        "pre-prod-serving-target",
        "prod-serving-target",
        "dev-serving",
    ]


def test_without_data_capture_there_is_no_bucket_and_no_right_to_write_one() -> None:
    stack = documents(MINIMAL)[_target("dev")]
    assert "aws_s3_bucket" not in stack["resource"]
    assert "data_capture_uri" not in stack["locals"]["target"]
    assert "s3:PutObject" not in json.dumps(stack["data"]["aws_iam_policy_document"]["endpoint_role_rights"])
