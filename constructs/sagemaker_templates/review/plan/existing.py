"""Which of the things that a plan would create exist already: an apply that was killed made them and did not note it.

Only what AWS refuses to create a second time is looked for; the rest is overwritten by the next apply.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sagemaker_templates.operations.aws_clients import Clients, refusals
from sagemaker_templates.review.plan.changes import Action, PlannedChanges, ResourceChange

Reply = Mapping[str, Any]


@dataclass(frozen=True)
class Existing:
    """Something that exists and that the state does not know.

    Attributes:
        id: what ``terraform import`` asks for.
        instead_of: the id of what the state has at the address, made by an apply that did not know of the other.
    """

    address: str
    id: str
    instead_of: str | None = None


@dataclass(frozen=True)
class _Question:
    """How AWS is asked for a thing by its name.

    Attributes:
        attribute: the name's, in Terraform.
        request: what is asked, given the name.
        is_in: whether a reply holds it; AWS answers some questions with an error where there is nothing.
    """

    service: str
    operation: str
    attribute: str
    request: Callable[[str], dict[str, Any]]
    is_in: Callable[[Reply, str], bool] = lambda reply, name: True


_QUESTIONS: Mapping[str, _Question] = {
    "aws_cloudwatch_log_group": _Question(
        "logs",
        "describe_log_groups",
        "name",
        lambda name: {"logGroupNamePrefix": name},
        lambda reply, name: name in [group["logGroupName"] for group in reply["logGroups"]],
    ),
    "aws_codebuild_project": _Question(
        "codebuild",
        "batch_get_projects",
        "name",
        lambda name: {"names": [name]},
        lambda reply, name: bool(reply.get("projects")),
    ),
    "aws_codecommit_repository": _Question(
        "codecommit", "get_repository", "repository_name", lambda name: {"repositoryName": name}
    ),
    "aws_codepipeline": _Question("codepipeline", "get_pipeline", "name", lambda name: {"name": name}),
    "aws_iam_role": _Question("iam", "get_role", "name", lambda name: {"RoleName": name}),
    "aws_lambda_function": _Question(
        "lambda", "get_function_configuration", "function_name", lambda name: {"FunctionName": name}
    ),
    "aws_s3_bucket": _Question("s3", "head_bucket", "bucket", lambda name: {"Bucket": name}),
    "aws_sagemaker_model_package_group": _Question(
        "sagemaker",
        "describe_model_package_group",
        "model_package_group_name",
        lambda name: {"ModelPackageGroupName": name},
    ),
    "aws_ssm_parameter": _Question(
        "ssm",
        "describe_parameters",
        "name",
        lambda name: {"ParameterFilters": [{"Key": "Name", "Option": "Equals", "Values": [name]}]},
        lambda reply, name: bool(reply["Parameters"]),
    ),
}
"""Resource type → how to ask for it; the name is also what ``terraform import`` asks for."""

_KEY = "aws_kms_key"
_RULES = {"aws_vpc_security_group_egress_rule": True, "aws_vpc_security_group_ingress_rule": False}
"""Resource type → whether it is for what goes out."""


class Search:
    """Looks in a stack's account and region."""

    def __init__(self, clients: Clients, region: str) -> None:
        self._clients = clients
        self._region = region

    def existing(self, changes: PlannedChanges) -> tuple[Existing, ...]:
        """Return what a plan would create and what exists, as far as these credentials may look."""
        created = changes.of(Action.CREATE)
        groups = dict(self._groups(created))
        found = [
            *self._named(created),
            *self._aliases(changes),
            *(Existing(address, group) for address, group in groups.items()),
            *self._rules(created, groups),
        ]
        known = {existing.address for existing in found}
        keys = [change for change in created if change.type == _KEY and change.address not in known]
        # Where an apply was killed for sure, it is worth looking at every key of the account.
        found += self._nameless_keys(keys, self._all_keys() if found else self._tagged_keys(keys))
        order = [change.address for change in changes.resources]
        return tuple(sorted(found, key=lambda existing: order.index(existing.address)))

    def _named(self, created: tuple[ResourceChange, ...]) -> Iterator[Existing]:
        for change in created:
            question = _QUESTIONS.get(change.type)
            name = change.new(question.attribute) if question else None
            if question and isinstance(name, str):
                reply = self._ask(question.service, question.operation, **question.request(name))
                if reply is not None and question.is_in(reply, name):
                    yield Existing(change.address, name)

    def _aliases(self, changes: PlannedChanges) -> Iterator[Existing]:
        """Aliases, each with the key that it leads to."""
        for change in changes.of(Action.CREATE):
            name = change.new("name") if change.type == "aws_kms_alias" else None
            reply = self._ask("kms", "describe_key", KeyId=name) if isinstance(name, str) else None
            if reply is None:
                continue
            yield Existing(change.address, str(name))
            if _is_usable(reply["KeyMetadata"]):
                yield from _key_of(change, reply["KeyMetadata"]["KeyId"], changes)

    def _nameless_keys(self, wanted: list[ResourceChange], candidates: Iterable[str]) -> Iterator[Existing]:
        """Keys that were created and got no alias: such a one has the description and the tags of the one to come."""
        descriptions = {change.new("description"): change for change in wanted}
        for key in candidates if wanted else ():
            about = (self._ask("kms", "describe_key", KeyId=key) or {}).get("KeyMetadata", {})
            change = descriptions.get(about.get("Description"))
            if change and _is_usable(about) and self._is_nameless(key) and self._has_tags_of(change, key):
                del descriptions[about["Description"]]
                yield Existing(change.address, key)

    def _tagged_keys(self, wanted: list[ResourceChange]) -> Iterator[str]:
        """Keys with the tags of those to come: one question, however many keys the account has.

        Source: https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
        """
        asked: list[Any] = []
        for change in wanted:
            tags = change.new("tags_all")
            if isinstance(tags, dict) and tags and tags not in asked:
                asked.append(tags)
                filters = [{"Key": name, "Values": [value]} for name, value in sorted(tags.items())]
                yield from self._keys_filtered(filters)

    def _keys_filtered(self, filters: list[dict[str, Any]]) -> Iterator[str]:
        request: dict[str, Any] = {"ResourceTypeFilters": ["kms:key"], "TagFilters": filters}
        while reply := self._ask("resourcegroupstaggingapi", "get_resources", **request):
            yield from (found["ResourceARN"].rpartition("/")[2] for found in reply["ResourceTagMappingList"])
            if not reply.get("PaginationToken"):
                return
            request["PaginationToken"] = reply["PaginationToken"]

    def _all_keys(self) -> Iterator[str]:
        request: dict[str, Any] = {}
        while reply := self._ask("kms", "list_keys", **request):
            yield from (key["KeyId"] for key in reply["Keys"])
            if not reply.get("Truncated"):
                return
            request = {"Marker": reply["NextMarker"]}

    def _is_nameless(self, key: str) -> bool:
        reply = self._ask("kms", "list_aliases", KeyId=key)
        return reply is not None and not reply["Aliases"]

    def _has_tags_of(self, change: ResourceChange, key: str) -> bool:
        reply = self._ask("kms", "list_resource_tags", KeyId=key) or {"Tags": []}
        return bool({tag["TagKey"]: tag["TagValue"] for tag in reply["Tags"]} == change.new("tags_all"))

    def _groups(self, created: tuple[ResourceChange, ...]) -> Iterator[tuple[str, str]]:
        for change in created:
            name, vpc = change.new("name"), change.new("vpc_id")
            if change.type == "aws_security_group" and isinstance(name, str) and isinstance(vpc, str):
                for group in self._filtered("describe_security_groups", **{"group-name": name, "vpc-id": vpc}):
                    yield change.address, group["GroupId"]

    def _rules(self, created: tuple[ResourceChange, ...], groups: Mapping[str, str]) -> Iterator[Existing]:
        for change in created:
            if change.type in _RULES and (group := _group_of(change, groups)):
                for rule in self._filtered("describe_security_group_rules", **{"group-id": group}):
                    same = rule.get("Description") == change.new("description")
                    if same and rule["IsEgress"] is _RULES[change.type]:
                        yield Existing(change.address, rule["SecurityGroupRuleId"])

    def _filtered(self, operation: str, **values: str) -> list[Any]:
        filters = [{"Name": name, "Values": [value]} for name, value in values.items()]
        reply = self._ask("ec2", operation, Filters=filters) or {}
        return list(reply.get("SecurityGroups") or reply.get("SecurityGroupRules") or [])

    def _ask(self, service: str, operation: str, **request: Any) -> Reply | None:
        try:
            reply: Reply = getattr(self._clients(service, self._region), operation)(**request)
        except refusals():
            return None
        return reply


def _group_of(rule: ResourceChange, groups: Mapping[str, str]) -> str | None:
    known = rule.new("security_group_id")
    if isinstance(known, str):
        return known
    return next((id_ for address, id_ in groups.items() if _refers(rule, "security_group_id", address)), None)


def _refers(change: ResourceChange, attribute: str, address: str) -> bool:
    expression = change.expressions.get(attribute, {})
    return isinstance(expression, dict) and address in expression.get("references", [])


def _key_of(alias: ResourceChange, existing: str, changes: PlannedChanges) -> Iterator[Existing]:
    """The key that an alias is to lead to, where it is not the one that the existing alias leads to."""
    for key in changes.resources:
        if key.type == _KEY and not key.is_data and _refers(alias, "target_key_id", key.address):
            known = alias.new("target_key_id")
            if key.action is Action.CREATE:
                yield Existing(key.address, existing)
            elif isinstance(known, str) and known != existing:
                yield Existing(key.address, existing, instead_of=known)


def _is_usable(key: Mapping[str, Any]) -> bool:
    """Not one that is waiting for its deletion."""
    return key.get("KeyState") == "Enabled"
