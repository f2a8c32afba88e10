"""The tables of rights: what each role of the golden stacks may do, where, under which conditions and for what."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby

from decided_deeds import decided
from golden_roles import Json, Stack, golden_stacks
from sagemaker_templates.emulator.rights.access import Access
from sagemaker_templates.emulator.rights.matching import matches
from sagemaker_templates.rehearsal.services.acts import acts
from sagemaker_templates.review.plan.conditions_in_words import in_words
from unused_rights import UNUSED, UNUSED_RESOURCES, each_role, kind

BEGIN, END = "<!-- generated: rights -->", "<!-- end of generated -->"

_SERVICES = {
    "codebuild.amazonaws.com": "CodeBuild",
    "codepipeline.amazonaws.com": "CodePipeline",
    "events.amazonaws.com": "EventBridge",
    "lambda.amazonaws.com": "Lambda",
    "sagemaker.amazonaws.com": "SageMaker",
}
_OWNERS = {
    "*": "AWS's accounts",
    "111111111111": "the project's account",
    "222222222222": "the target's account",
    "333333333333": "the target's account",
    "444444444444": "the VPC's owner",
}
_NAME_OF_ARN = 5
"""The field of an ARN that the resource's own name begins in."""


def _own(project: str, id_: str) -> dict[str, str]:
    """What a project's own names are shown as; CodePipeline's keys begin as the pipeline's name does."""
    pipelines = "|".join(f"{project}-{what}"[:10] for what in ("build", "deploy"))
    return {
        rf"mlops-{project}-\d{{12}}": "ARTIFACT_BUCKET",
        rf"pipeline-{project}-\d{{12}}": "PIPELINE_BUCKET",
        rf"/({pipelines})\*": "/PIPELINE*",
        rf"\b{project}-{id_}\b": "PROJECT-ID",
        rf"\b{project}-": "PROJECT-",
    }


_EVERYWHERE = {
    r"\bartifact_key\b": "ARTIFACT_KEY",
    r"\bpipeline_key\b": "PIPELINE_KEY",
    r"\bendpoint_key\b": "ENDPOINT_KEY",
    r"\bkey/1{8}-[\w-]+": "key/SECRET_KEY",
    r"\bkey/3{8}-[\w-]+": "key/STATE_KEY",
    r"\bml/hugging-face\b": "SECRET",
    r"\bconnection/[\w-]+": "connection/CONNECTION",
    r"\bsubnet-\w+": "SUBNET",
    r"\bsg-\w+": "SECURITY_GROUP",
    r"\bus-east-1\b": "REGION",
}
_MODELS = {r"mlops-abalone-\d{12}": "MODEL_BUCKET", r"abalone-p-abalone01": "GROUP"}
_STAGE = {
    r"serving-prod-capture-\d{12}": "CAPTURE_BUCKET",
    r"example-tfstate-\d{12}": "STATE_BUCKET",
    r"ml/prod/prod-serving-endpoint/terraform\.tfstate": "STATE",
    r"\bserving/prod/": "PROJECT/STAGE/",
    r"\bserving-prod\b": "PROJECT-STAGE",
    r"^serving$": "PROJECT",
}
_STAGES = {
    r"\bapply-(dev|pre-prod|prod)\b": "apply-STAGE",
    r"(?<=PROJECT-)(dev|pre-prod|prod)-(?=planner|deployer)": "STAGE-",
    r"Plan_(dev|pre_p|prod)\*": "Plan_STAGE*",
}


@dataclass(frozen=True)
class Section:
    """The roles of one golden stack.

    Attributes:
        names: what is shown in the place of which pattern, in this order.
        roles: those that are shown; by default all.
    """

    title: str
    case: str
    stack: str
    names: dict[str, str]
    roles: Sequence[str] = field(default=())

    def tables(self) -> Iterator[str]:
        """A table for each role."""
        yield f"\n## {self.title}"
        for role, named in sorted(self._stack.all("aws_iam_role").items(), key=lambda one: str(one[1]["name"])):
            if not self.roles or role in self.roles:
                yield f"\n### {self.title}: `{self._readable(named['name'])}`\n"
                yield "| Action | Resource | Only if | For |\n|---|---|---|---|"
                yield from self._rows(role)

    def reasons(self) -> Iterator[tuple[str, str, str]]:
        """The reason, action and role of each resource that could be anything."""
        documents = self._stack.document["data"]["aws_iam_policy_document"]
        for role, named in self._stack.all("aws_iam_role").items():
            reasons = documents[f"{role}_rights"]["//"].get("reasons", {})
            for statement in self._stack.statements(f"{role}_rights"):
                for action in statement["actions"] if statement["sid"] in reasons else ():
                    yield reasons[statement["sid"]], action, self._readable(named["name"])

    @cached_property
    def _stack(self) -> Stack:
        (found,) = (one for one in golden_stacks() if (one.case, one.name) == (self.case, self.stack))
        return found

    def _readable(self, text: str) -> str:
        for pattern, name in (self.names | _EVERYWHERE).items():
            text = re.sub(pattern, name, text)
        return text

    def _rows(self, role: str) -> Iterator[str]:
        """One for each statement, and one for each of its actions that nothing was seen to use."""
        reasons = self._stack.document["data"]["aws_iam_policy_document"][f"{role}_rights"]["//"].get("reasons", {})
        for statement in self._stack.statements(f"{role}_rights"):
            named = dict(self._named(role, statement, one) for one in statement["resources"])
            reason = reasons.get(statement["sid"])
            where = "; ".join(f"`{name}`{said}" for name, said in named.items()) + (f": {reason}" if reason else "")
            cells = f"{where} | {'; '.join(self._conditions(statement))}"
            for actions, use in self._uses(role, statement):
                yield f"| {_shown(actions)} | {cells} | {use} |"

    def _uses(self, role: str, statement: Json) -> Iterator[tuple[list[str], str]]:
        """Actions, and what they are for."""
        used = self._used(role, statement)
        seen = {access.action for access, _ in used}
        if seen:
            yield [one for one in statement["actions"] if one in seen], _who_does([act for _, act in used])
        for action in statement["actions"]:
            if action not in seen:
                yield [action], f"not seen in use: {UNUSED[each_role(role), statement['sid'], action]}"

    def _used(self, role: str, statement: Json) -> list[tuple[Access, str]]:
        """What a statement allows, and who asks for it."""
        by = (f"{role}_rights", statement["sid"])
        return [
            (one.access, one.deed.act)
            for one in decided(self._stack)
            if one.deed.role == role and by in one.decision.by
        ]

    def _named(self, role: str, statement: Json, resource: str) -> tuple[str, str]:
        """A resource's own name, and what is said of it: another account that it is in, why nothing needs it."""
        arn = self._stack.resolved(resource)
        idle = UNUSED_RESOURCES.get((each_role(role), statement["sid"], kind(arn)))
        used = any(matches(arn, access.resource, {}) for access, _ in self._used(role, statement))
        name, owner = self._short(arn)
        return name, f"{owner} ({idle})" if idle and not used else owner

    def _short(self, arn: str) -> tuple[str, str]:
        """An ARN's own name, and the account where that is another."""
        fields = arn.split(":", _NAME_OF_ARN) if arn.startswith("arn:") else [arn]
        abroad = len(fields) > _NAME_OF_ARN and fields[4] not in ("", self._stack.place.account)
        return self._readable(fields[-1]), f" of {_OWNERS[fields[4]]}" if abroad else ""

    def _conditions(self, statement: Json) -> Iterator[str]:
        for one in statement.get("condition") or ():
            found = [self._short(self._stack.resolved(value)) for value in one["values"]]
            values = dict.fromkeys(f"`{name}`{owner}" for name, owner in found)
            yield in_words(one["test"].lower(), f"`{one['variable']}`", values)


SECTIONS = [
    Section("xgboost_abalone", "every-option", "dev-abalone", _own("abalone", "p-abalone01")),
    Section("batch_inference", "batch-inference", "dev-scoring", {**_MODELS, **_own("scoring", "p-scoring01")}),
    Section(
        "finetune_llm_evaluation",
        "finetune-llm-evaluation",
        "dev-text-to-sql",
        _own("text-to-sql", "p-texttosql1"),
    ),
    Section("hf_import_models", "hf-import-models", "dev-llama", _own("llama", "p-llama00001")),
    Section(
        "model_deploy",
        "model-deploy",
        "dev-serving",
        {**_MODELS, **_own("serving", "p-serving001"), **_STAGES},
        ["apply_prod_role", "build_role", "delivery_pipeline_role", "push_role", "review_role", "start_role"],
    ),
    Section(
        "model_deploy, in each target",
        "model-deploy",
        "prod-serving-target",
        {**_MODELS, **_STAGE, **_own("serving", "p-serving001")},
    ),
    Section(
        "Repositories on GitHub",
        "github-personal",
        "dev-abalone",
        _own("abalone", "p-abalone01"),
        ["delivery_pipeline_role"],
    ),
    Section(
        "Foundation of an environment",
        "shipped",
        "dev-foundation",
        {r"-dev-": "-ENVIRONMENT-", r"^[\w-]+-(build|deploy)$": r"PROJECT-\1"},
    ),
]
"""What the page shows: cases with every option on."""


def tables() -> str:
    """All tables of the page."""
    wildcards = ["\n## Wildcards that no name limits, and why\n", "| Why | Actions | Roles |\n|---|---|---|"]
    wildcards += [f"| {reason} | {actions} | {roles} |" for reason, actions, roles in _wildcards()]
    return "\n".join([*wildcards, *(line for section in SECTIONS for line in section.tables())])


def page(text: str) -> str:
    """The page with its tables brought up to date.

    Raises:
        ValueError: it does not say where they begin and end.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page needs the lines {BEGIN} and {END}")
    return f"{before}{begin}\n{tables()}\n\n{end}{after}"


def _wildcards() -> Iterator[tuple[str, str, str]]:
    found = sorted({one for section in SECTIONS for one in section.reasons()})
    for reason, rest in groupby(found, key=lambda one: one[0]):
        of_reason = list(rest)
        roles = sorted({role for _, _, role in of_reason})
        yield reason, _shown(sorted({action for _, action, _ in of_reason})), ", ".join(f"`{one}`" for one in roles)


def _shown(actions: Sequence[str]) -> str:
    """Actions, of each service the first with its prefix."""
    shown = []
    for service, of_service in groupby(actions, key=lambda one: one.partition(":")[0]):
        first, *rest = (one.partition(":")[2] for one in of_service)
        shown += [f"`{service}:{first}`", *(f"`{one}`" for one in rest)]
    return ", ".join(shown)


def _who_does(names: Sequence[str]) -> str:
    """Services with what they do, then programs."""
    known = [name for name in dict.fromkeys(names) if name in acts()]
    services = [
        f"{service}: {', '.join(name.replace('-', ' ') for name in of_service)}"
        for service, of_service in groupby(known, key=lambda name: _SERVICES[acts()[name].principal])
    ]
    return "; ".join([*services, *(name for name in dict.fromkeys(names) if name not in acts())])
