"""Where a request was sent, and names that services have more than one way to write."""

import json
from collections.abc import Mapping
from urllib.parse import urlsplit

from sagemaker_templates.emulator.call import Place
from sagemaker_templates.emulator.rights.scope import Fact, Scope

_BY_PREFIX = {
    "eni": "network-interface",
    "i": "instance",
    "sg": "security-group",
    "sgr": "security-group-rule",
    "subnet": "subnet",
    "vpc": "vpc",
}
"""EC2's types by what ids of theirs begin with."""

_DEFAULT_BUS = "default"


def _resource(scope: Scope) -> list[str]:
    return [scope.resource] if scope.resource else []


def _id(scope: Scope) -> list[str]:
    """What an ARN ends in; nothing for a resource that is not there yet."""
    return [name for arn in _resource(scope) for name in [arn.rpartition("/")[2]] if name != "*"]


def _arns_of_ids(scope: Scope) -> list[str]:
    """An id of a type that is not known here stands for itself, and no policy speaks of it."""
    return [
        scope.arn(f"ec2:{kind}", one) if (kind := _BY_PREFIX.get(one.partition("-")[0])) else one
        for one in scope.texts("Resources[]")
    ]


def _interface_of_permission(scope: Scope) -> list[str]:
    """The interface is known only to EC2: the right to every one is needed."""
    return ["*"]


def _bus(scope: Scope) -> list[str]:
    return scope.texts("EventBusName") or scope.texts("Name") or [_DEFAULT_BUS]


def _default_rule(scope: Scope) -> list[str]:
    return [] if _custom_bus(scope) else _rule(scope)


def _custom_rule(scope: Scope) -> list[str]:
    return [f"{_custom_bus(scope)}/{rule}" for rule in _rule(scope)] if _custom_bus(scope) else []


def _rule(scope: Scope) -> list[str]:
    """PutTargets and its like call it ``Rule``, the others ``Name``."""
    return scope.texts("Rule") or scope.texts("Name")


def _custom_bus(scope: Scope) -> str | None:
    """The bus's name, where it is not the default; it may be given by its ARN."""
    name = (scope.text("EventBusName") or _DEFAULT_BUS).rpartition("/")[2]
    return None if name == _DEFAULT_BUS else name


def _from_pattern(member: str) -> Fact:
    def fact(scope: Scope) -> list[str]:
        try:
            wanted = json.loads(scope.text("EventPattern") or "{}").get(member, [])
        except (ValueError, AttributeError):
            return []
        return [one for one in wanted if isinstance(one, str)] if isinstance(wanted, list) else []

    return fact


def _group_of_logs(scope: Scope) -> list[str]:
    """A log group by its name, or by its ARN, which then says all but the stream."""
    by_arn = scope.texts("logGroupIdentifier") or scope.texts("resourceIdentifier")
    return scope.texts("logGroupName") or [one.removesuffix(":*") for one in by_arn]


def _function(scope: Scope) -> list[str]:
    """A function, with the version or alias that is asked for."""
    qualifier = scope.text("Qualifier")
    return [f"{name}:{qualifier}" if qualifier else name for name in scope.texts("FunctionName")]


def _project_of_build(scope: Scope) -> list[str]:
    """The project's name in ``NAME:ID``, or in a build's ARN."""
    ids = scope.texts("ids[]") or scope.texts("id")
    return [one.split(":build/")[-1].partition(":")[0] for one in ids]


def _schedule_group(scope: Scope) -> list[str]:
    return scope.texts("GroupName") or ["default"]


def _parameter(scope: Scope) -> list[str]:
    return [scope.arn("ssm:parameter", name) for name in scope.texts("Name")]


def _secret(scope: Scope) -> list[str]:
    return [scope.arn("secretsmanager:Secret", name) for name in scope.texts("SecretId")]


def _version_stage(scope: Scope) -> list[str]:
    """Of a secret: the current one is meant where nothing is said."""
    return scope.texts("VersionStage") or ([] if scope.texts("VersionId") else ["AWSCURRENT"])


def _repositories(scope: Scope) -> list[str]:
    """Repositories of the registry that is meant: an account's, by default the caller's."""
    place = Place(scope.text("registryId") or scope.place.account, scope.place.region)
    names = scope.texts("repositoryName") or scope.texts("repositoryNames[]")
    return [f"arn:{scope.partition}:ecr:{place.region}:{place.account}:repository/{name}" for name in names]


def _all_repositories(scope: Scope) -> list[str]:
    return [] if _repositories(scope) else ["*"]


def _topic(scope: Scope) -> list[str]:
    return [scope.arn("sns:topic", name) for name in scope.texts("TopicArn")]


def _feedback_roles(scope: Scope) -> list[str]:
    """The roles that a topic writes its deliveries' outcome with: attributes ``…FeedbackRoleArn``."""
    set_now = {name: value for name in scope.texts("AttributeName") for value in scope.texts("AttributeValue")}
    given = {**dict(scope.parameters.get("Attributes") or {}), **set_now}
    return list(dict.fromkeys(str(value) for name, value in given.items() if name.endswith("FeedbackRoleArn")))


def _topic_of_subscription(scope: Scope) -> list[str]:
    """A subscription's ARN is that of its topic, and an id behind it."""
    return [one.rpartition(":")[0] for one in scope.texts("SubscriptionArn")]


def _queue(scope: Scope) -> list[str]:
    """A queue's address ends in the account and the name."""
    found = []
    for address in scope.texts("QueueUrl"):
        *_, account, name = ("", *urlsplit(address).path.split("/"))
        found.append(f"arn:{scope.partition}:sqs:{scope.place.region}:{account or scope.place.account}:{name}")
    return found


FACTS: Mapping[str, Fact] = {
    "account": lambda scope: [scope.place.account],
    "region": lambda scope: [scope.place.region],
    "partition": lambda scope: [scope.partition],
    "resource": _resource,
    "resource-id": _id,
    "arns-of-ids": _arns_of_ids,
    "interface-of-permission": _interface_of_permission,
    "bus": _bus,
    "default-rule": _default_rule,
    "custom-rule": _custom_rule,
    "source-in-pattern": _from_pattern("source"),
    "detail-type-in-pattern": _from_pattern("detail-type"),
    "group-of-logs": _group_of_logs,
    "function": _function,
    "project-of-build": _project_of_build,
    "schedule-group": _schedule_group,
    "parameter": _parameter,
    "secret": _secret,
    "version-stage": _version_stage,
    "registry-repository": _repositories,
    "all-repositories": _all_repositories,
    "topic": _topic,
    "feedback-roles": _feedback_roles,
    "topic-of-subscription": _topic_of_subscription,
    "queue": _queue,
}
