"""After an interrupted apply the review says how to go on, with commands that can be copied as they are."""

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, NoCredentialsError
from sagemaker_templates.operations.state_lock import StateLock, lock_of
from sagemaker_templates.review.plan.changes import Action, PlannedChanges, ResourceChange
from sagemaker_templates.review.plan.existing import Existing, Search
from sagemaker_templates.review.plan.markdown import as_markdown
from sagemaker_templates.review.plan.summary import NotPlanned, Review
from sagemaker_templates.review.plan.text import as_text
from sagemaker_templates.review.plan.way_back import Commands, WayBack, protected_and_tainted

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "unit" / "golden"
PAGE = ROOT / "docs" / "applying.md"
COMMANDS = Commands("terraform", Path("cdktf.out/stacks/dev-abalone"))
LOCK = StateLock("0c9a", "me@laptop", "2026-11-27 10:00 UTC")
STATE = {"s3": {"bucket": "example-state", "key": "dev/terraform.tfstate", "region": "eu-west-1"}}
LOCKED = {"s3": {**STATE["s3"], "use_lockfile": True}}

Replies = Mapping[str, Any]


class _Aws:
    """Answers what it is given for an operation, and refuses every other."""

    def __init__(self, replies: Replies, refusal: Exception | None = None) -> None:
        self._replies = replies
        self._refusal = refusal or ClientError({"Error": {"Code": "NotFound"}}, "any")
        self.asked: list[dict[str, Any]] = []

    def __call__(self, service: str, region: str) -> "_Aws":
        return self

    def __getattr__(self, operation: str) -> Any:
        def answer(**request: Any) -> Any:
            self.asked.append(request)
            if operation not in self._replies:
                raise self._refusal
            reply = self._replies[operation]
            return reply(**request) if callable(reply) else reply

        return answer


def _new(address: str, after: dict[str, Any], **references: str) -> ResourceChange:
    expressions = {name: {"references": [f"{to}.id", to]} for name, to in references.items()}
    kind = address.partition(".")[0]
    return ResourceChange(address, kind, Action.CREATE, expressions=expressions, _after=after)


def _existing(replies: Replies, *created: ResourceChange) -> list[Existing]:
    return list(Search(_Aws(replies), "eu-west-1").existing(PlannedChanges(created)))


def _stack(folder: Path, backend: dict[str, Any]) -> Path:
    (folder / "cdk.tf.json").write_text(json.dumps({"terraform": {"backend": backend}}))
    return folder


def test_every_tainted_resource_that_is_protected_is_found_and_no_other() -> None:
    protected = {"lifecycle": {"prevent_destroy": True}}
    stack = {"resource": {"aws_kms_key": {"one": protected, "two": protected}, "aws_s3_bucket": {"open": {}}}}
    resources = [
        {"address": "aws_kms_key.one", "type": "aws_kms_key", "name": "one", "tainted": True},
        {"address": "aws_kms_key.two", "type": "aws_kms_key", "name": "two"},
        {"address": "aws_s3_bucket.open", "type": "aws_s3_bucket", "name": "open", "tainted": True},
        {"address": "aws_s3_bucket.gone", "type": "aws_s3_bucket", "name": "gone", "tainted": True},
    ]
    state = {"values": {"root_module": {"resources": resources}}}
    assert list(protected_and_tainted(state, stack)) == ["aws_kms_key.one"]
    assert list(protected_and_tainted({}, stack)) == []


def test_text_and_markdown_show_each_step_with_its_commands_each_on_a_line_of_its_own() -> None:
    steps = (
        COMMANDS.to_unlock(LOCK),
        COMMANDS.to_untaint(["aws_kms_key.a", 'aws_s3_bucket.b["c d"]']),
        COMMANDS.to_import([Existing("aws_s3_bucket.b", "example-data")], state_is_empty=True),
    )
    review = Review((), (NotPlanned("dev-abalone", "refused"),), (WayBack("dev-abalone", steps),))
    text, markdown = as_text(review).splitlines(), as_markdown(review).splitlines()
    prefix = "terraform -chdir=cdktf.out/stacks/dev-abalone"
    for command in (
        f"{prefix} force-unlock 0c9a",
        f"{prefix} untaint aws_kms_key.a",
        f"{prefix} untaint 'aws_s3_bucket.b[\"c d\"]'",
        f"{prefix} import aws_s3_bucket.b example-data",
    ):
        assert f"    {command}" in text
        assert command in markdown
    assert text.index("! dev-abalone could not be planned") < text.index("! dev-abalone: how to go on")
    assert any("me@laptop" in line and "wait for it" in line for line in text)
    assert any("An apply was interrupted" in line for line in text)


def test_a_state_that_holds_something_is_read_anew_before_anything_is_imported() -> None:
    existing = [Existing("aws_s3_bucket.b", "example-data")]
    prefix = "terraform -chdir=cdktf.out/stacks/dev-abalone"
    imported = f"{prefix} import aws_s3_bucket.b example-data"
    assert COMMANDS.to_import(existing, state_is_empty=True).commands == (imported,)
    assert COMMANDS.to_import(existing, state_is_empty=False).commands == (f"{prefix} apply -refresh-only", imported)


@pytest.mark.parametrize("action", Action)
def test_a_state_is_empty_when_nothing_of_the_plan_is_there_yet(action: Action) -> None:
    created = _new("aws_s3_bucket.b", {})
    known = ResourceChange("aws_kms_key.a", "aws_kms_key", action)
    read = ResourceChange("data.aws_region.here", "aws_region", Action.NOTHING, is_data=True)
    assert PlannedChanges((created, read)).state_is_empty
    assert PlannedChanges((created, known, read)).state_is_empty is (action in (Action.CREATE, Action.READ))


def test_a_review_of_stacks_that_nothing_happened_to_says_nothing_of_a_way_back() -> None:
    assert "how to go on" not in as_text(Review(())) + as_markdown(Review(()))


def test_a_lock_in_s3_is_read_with_who_holds_it(tmp_path: Path) -> None:
    lock = json.dumps({"ID": "0c9a", "Who": "me@laptop", "Created": "2026-11-27 10:00 UTC"}).encode()
    aws = _Aws({"get_object": lambda **_: {"Body": io.BytesIO(lock)}})
    assert lock_of(_stack(tmp_path, LOCKED), aws) == LOCK
    assert aws.asked == [{"Bucket": "example-state", "Key": "dev/terraform.tfstate.tflock"}]


@pytest.mark.parametrize("content", [b"", b"no JSON", b"[]", b"{}", b'{"ID": ""}', b'{"ID": "x; reboot"}', b"\xff"])
def test_what_is_no_lock_is_none(content: bytes, tmp_path: Path) -> None:
    aws = _Aws({"get_object": {"Body": io.BytesIO(content)}})
    assert lock_of(_stack(tmp_path, LOCKED), aws) is None


@pytest.mark.parametrize(
    "refusal", [ClientError({"Error": {"Code": "AccessDenied"}}, "GetObject"), NoCredentialsError()]
)
def test_where_the_lock_may_not_be_read_nothing_is_said_of_it(refusal: Exception, tmp_path: Path) -> None:
    assert lock_of(_stack(tmp_path, LOCKED), _Aws({}, refusal)) is None


@pytest.mark.parametrize("backend", [{"local": {"path": "x"}}, STATE])
def test_a_state_that_s3_does_not_lock_is_not_looked_at(backend: dict[str, Any], tmp_path: Path) -> None:
    aws = _Aws({})
    assert lock_of(_stack(tmp_path, backend), aws) is None
    assert aws.asked == []


NAMED = {
    "aws_cloudwatch_log_group": ("name", "describe_log_groups", {"logGroups": [{"logGroupName": "example"}]}),
    "aws_codebuild_project": ("name", "batch_get_projects", {"projects": [{"name": "example"}]}),
    "aws_codecommit_repository": ("repository_name", "get_repository", {}),
    "aws_codepipeline": ("name", "get_pipeline", {}),
    "aws_iam_role": ("name", "get_role", {}),
    "aws_lambda_function": ("function_name", "get_function_configuration", {}),
    "aws_s3_bucket": ("bucket", "head_bucket", {}),
    "aws_sagemaker_model_package_group": ("model_package_group_name", "describe_model_package_group", {}),
    "aws_ssm_parameter": ("name", "describe_parameters", {"Parameters": [{"Name": "example"}]}),
}


@pytest.mark.parametrize(("kind", "question"), NAMED.items(), ids=NAMED)
def test_what_has_a_name_is_found_by_it(kind: str, question: tuple[str, str, dict[str, Any]]) -> None:
    attribute, operation, reply = question
    created = _new(f"{kind}.it", {attribute: "example"})
    assert _existing({operation: reply}, created) == [Existing(f"{kind}.it", "example")]
    assert _existing({}, created) == []


OVERWRITTEN = {
    "aws_cloudwatch_event_rule",
    "aws_cloudwatch_event_target",
    "aws_iam_role_policy",
    "aws_lambda_invocation",
    "aws_s3_bucket_lifecycle_configuration",
    "aws_s3_bucket_logging",
    "aws_s3_bucket_ownership_controls",
    "aws_s3_bucket_policy",
    "aws_s3_bucket_public_access_block",
    "aws_s3_bucket_server_side_encryption_configuration",
    "aws_s3_bucket_versioning",
    "aws_s3_object",
    "aws_sagemaker_model_package_group_policy",
    "github_repository_file",
}
"""Made by a call that replaces what is there (the Put… calls of their services); an invocation is simply repeated,
and a template's files are written with ``overwrite_on_create``."""


def test_whatever_a_stack_holds_is_overwritten_or_the_page_says_how_to_import_it() -> None:
    documents = [json.loads(file.read_text()) for file in GOLDEN.glob("*/stacks/*/cdk.tf.json")]
    held = {kind for document in documents for kind in document.get("resource", {})}
    assert held >= {*NAMED, "aws_kms_key", "github_repository"}
    page = PAGE.read_text()
    for kind in sorted(held - OVERWRITTEN):
        assert f"`{kind}`" in page, f"{kind}: what does `terraform import` ask for?"


def test_a_log_group_whose_name_only_begins_alike_is_another() -> None:
    reply = {"logGroups": [{"logGroupName": "example-2"}]}
    assert _existing({"describe_log_groups": reply}, _new("aws_cloudwatch_log_group.it", {"name": "example"})) == []


def test_a_key_is_found_by_its_alias() -> None:
    key = _new("aws_kms_key.data", {"description": "Data"})
    alias = _new("aws_kms_alias.data", {"name": "alias/data"}, target_key_id="aws_kms_key.data")
    other = _new("aws_kms_key.other", {"description": "Other"})
    found = _existing(
        {"describe_key": {"KeyMetadata": {"KeyId": "1234", "KeyState": "Enabled"}}, "list_keys": {"Keys": []}},
        key,
        alias,
        other,
    )
    assert found == [Existing("aws_kms_key.data", "1234"), Existing("aws_kms_alias.data", "alias/data")]


def test_a_second_key_that_an_apply_made_beside_the_one_with_the_alias_gives_way_to_that() -> None:
    second = ResourceChange("aws_kms_key.data", "aws_kms_key", Action.NOTHING, _after={"description": "Data"})
    alias = _new(
        "aws_kms_alias.data", {"name": "alias/data", "target_key_id": "second"}, target_key_id="aws_kms_key.data"
    )
    found = _existing(
        {"describe_key": {"KeyMetadata": {"KeyId": "first", "KeyState": "Enabled"}}, "list_keys": {"Keys": []}},
        second,
        alias,
    )
    assert found == [
        Existing("aws_kms_key.data", "first", instead_of="second"),
        Existing("aws_kms_alias.data", "alias/data"),
    ]
    step = COMMANDS.to_import(found, state_is_empty=True)
    assert "At aws_kms_key.data it has a second one, second, which an apply made meanwhile" in step.why
    prefix = "terraform -chdir=cdktf.out/stacks/dev-abalone"
    assert step.commands == (
        f"{prefix} state rm aws_kms_key.data",
        f"{prefix} import aws_kms_key.data first",
        f"{prefix} import aws_kms_alias.data alias/data",
    )


def test_an_alias_that_leads_to_the_key_in_the_state_is_imported_alone() -> None:
    key = ResourceChange("aws_kms_key.data", "aws_kms_key", Action.NOTHING, _after={"description": "Data"})
    alias = _new(
        "aws_kms_alias.data", {"name": "alias/data", "target_key_id": "first"}, target_key_id="aws_kms_key.data"
    )
    replies = {"describe_key": {"KeyMetadata": {"KeyId": "first", "KeyState": "Enabled"}}}
    assert _existing(replies, key, alias) == [Existing("aws_kms_alias.data", "alias/data")]


TAGS = {"sagemaker:project-id": "p-1"}
NAMELESS = {
    "head_bucket": {},
    "list_keys": {"Keys": [{"KeyId": "1234"}]},
    "describe_key": {"KeyMetadata": {"KeyId": "1234", "KeyState": "Enabled", "Description": "Data"}},
    "list_aliases": {"Aliases": []},
    "list_resource_tags": {"Tags": [{"TagKey": name, "TagValue": value} for name, value in TAGS.items()]},
}
KEY = _new("aws_kms_key.data", {"description": "Data", "tags_all": TAGS})
BUCKET = _new("aws_s3_bucket.data", {"bucket": "example"})


def test_a_key_without_an_alias_is_found_by_description_and_tags() -> None:
    assert Existing("aws_kms_key.data", "1234") in _existing(NAMELESS, KEY, BUCKET)


def _tagged(*pages: list[str]) -> dict[str, Any]:
    """Answers of the tagging service, page by page, to a question for the tags of the key to come."""

    def get_resources(**request: Any) -> dict[str, Any]:
        assert request["ResourceTypeFilters"] == ["kms:key"]
        assert request["TagFilters"] == [{"Key": name, "Values": [value]} for name, value in TAGS.items()]
        page = int(request.get("PaginationToken", "0"))
        arns = [{"ResourceARN": f"arn:aws:kms:eu-west-1:111111111111:key/{key}"} for key in pages[page]]
        last = page + 1 == len(pages)
        return {"ResourceTagMappingList": arns, "PaginationToken": "" if last else str(page + 1)}

    return {"get_resources": get_resources}


def test_a_key_that_a_killed_apply_left_alone_is_found_by_its_tags_without_a_look_at_every_key() -> None:
    replies = {name: reply for name, reply in NAMELESS.items() if name not in ("head_bucket", "list_keys")}
    found = [Existing("aws_kms_key.data", "1234")]
    assert _existing({**replies, **_tagged(["1234"])}, KEY) == found
    assert _existing({**replies, **_tagged([], ["1234"])}, KEY) == found
    assert _existing({**replies, **_tagged([])}, KEY) == []
    assert _existing(replies, KEY) == [], "these credentials may not ask for tags"


def test_a_key_whose_tags_are_not_known_yet_is_not_asked_for_by_tags() -> None:
    aws = _Aws(_tagged(["1234"]))
    unknown = _new("aws_kms_key.data", {"description": "Data"})
    assert Search(aws, "eu-west-1").existing(PlannedChanges((unknown,))) == ()
    assert aws.asked == []


@pytest.mark.parametrize(
    "differently",
    [
        {"list_resource_tags": {"Tags": [{"TagKey": "sagemaker:project-id", "TagValue": "p-2"}]}},
        {"list_aliases": {"Aliases": [{"AliasName": "alias/another"}]}},
        {"describe_key": {"KeyMetadata": {"KeyId": "1", "KeyState": "PendingDeletion", "Description": "Data"}}},
        {"describe_key": {"KeyMetadata": {"KeyId": "1", "KeyState": "Enabled", "Description": "Something else"}}},
    ],
    ids=["tags of another project", "has an alias", "waits for its deletion", "another description"],
)
def test_a_key_that_may_be_anothers_is_never_offered(differently: Replies) -> None:
    assert _existing({**NAMELESS, **differently}, KEY, BUCKET) == [Existing("aws_s3_bucket.data", "example")]
    assert _existing({**NAMELESS, **_tagged(["1234"]), **differently}, KEY) == []


def test_a_security_group_is_found_in_its_network_and_its_rules_by_direction_and_description() -> None:
    group = _new("aws_security_group.jobs", {"name": "jobs", "vpc_id": "vpc-1"})
    rules = [
        _new(f"aws_vpc_security_group_{way}_rule.it", {"description": "Members"}, security_group_id=group.address)
        for way in ("egress", "ingress")
    ]
    replies = {
        "describe_security_groups": {"SecurityGroups": [{"GroupId": "sg-1"}]},
        "describe_security_group_rules": {
            "SecurityGroupRules": [
                {"SecurityGroupRuleId": "sgr-1", "IsEgress": True, "Description": "Members"},
                {"SecurityGroupRuleId": "sgr-2", "IsEgress": True},
            ]
        },
    }
    assert _existing(replies, group, *rules) == [
        Existing("aws_security_group.jobs", "sg-1"),
        Existing("aws_vpc_security_group_egress_rule.it", "sgr-1"),
    ]


def test_what_is_not_created_is_not_asked_for() -> None:
    aws = _Aws({"head_bucket": {}})
    kept = ResourceChange("aws_s3_bucket.data", "aws_s3_bucket", Action.NOTHING, _after={"bucket": "example"})
    assert Search(aws, "eu-west-1").existing(PlannedChanges((kept,))) == ()
    assert aws.asked == []


def test_what_an_edit_left_behind_is_offered_as_what_a_killed_apply_made() -> None:
    step = COMMANDS.to_import([Existing("aws_kms_alias.data", "alias/data")], state_is_empty=True)
    assert "or an edit left them behind, they are its own" in step.why
