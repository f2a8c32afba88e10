"""What a draft still needs: each question with its help, what there is to choose from, and what follows by itself."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from pydantic.fields import FieldInfo

from sagemaker_templates.authoring.draft import NAME, Draft, objection, value_of
from sagemaker_templates.authoring.given import no_such
from sagemaker_templates.inventory.model_paths import LIES_IN, MAKER, REGISTERED_IN, ModelPath, model_paths
from sagemaker_templates.naming import ProjectNames
from sagemaker_templates.settings.described import Place, allowed, example
from sagemaker_templates.settings.files import ProjectKeys
from sagemaker_templates.settings.model import Project
from sagemaker_templates.settings.spelling import quoted


@dataclass(frozen=True)
class Question:
    """Something that a draft needs.

    Attributes:
        what: the key, or what else it is called.
        option: how it is given on the command line.
        help: what it is for.
        choices: what there is, each with a word on it; others may be allowed.
        usual: what is offered first; None where nothing is.
        follows: whether ``usual`` follows from what is known, so that nobody has to be asked.
        objection: says what is wrong with an answer.
        answer: the draft with an answer.
    """

    what: str
    option: str
    help: str
    objection: Callable[[str], str | None]
    answer: Callable[[str], Draft]
    choices: Mapping[str, str]
    usual: str | None = None
    follows: bool = False

    @property
    def is_first(self) -> bool:
        """Whether it comes before those of the template's own parameters."""
        return not self.option.startswith("--set")


def open_questions(draft: Draft) -> Iterator[Question]:
    """What the draft needs and nobody has said, in the order in which to ask."""
    if draft.template is None:
        yield _template(draft)
    if draft.environment is None:
        yield _environment(draft)
    if draft.name is None:
        yield _name(draft)
    for name, info in draft.lacking():
        yield _parameter(draft, name, info)


def with_what_follows(draft: Draft) -> Draft:
    """The draft with the answers that follow from what is known."""
    following = (each for each in open_questions(draft) if each.follows)
    question = next(following, None)
    return with_what_follows(question.answer(str(question.usual))) if question else draft


def _template(draft: Draft) -> Question:
    names = {name: template.summary for name, template in draft.templates.items()}
    return Question(
        "template",
        "--template NAME",
        "What the project is made from.",
        lambda text: None if text in names else no_such("template", text, names),
        lambda text: replace(draft, template=text),
        names,
    )


def _environment(draft: Draft) -> Question:
    there = {each.name: each for each in draft.configuration.environments}
    return Question(
        "environment",
        "ENV/NAME (the environment)",
        "The account and region that the project is made in.",
        lambda text: None if text in there else no_such("environment", text, there),
        lambda text: replace(draft, environment=there[text]),
        {name: f"account {each.account_id}, {each.region}" for name, each in there.items()},
        next(iter(there), None),
    )


def _name(draft: Draft) -> Question:
    info = ProjectKeys.model_fields[NAME]

    def wrong(text: str) -> str | None:
        taken = next((each for each in draft.configuration.projects if _has_name(each, text, draft)), None)
        if taken:
            return f"{quoted(text)} is the name of {taken.environment.name}/{taken.name}, in the same account"
        return objection(NAME, text, info)

    return Question(
        "name",
        "ENV/NAME (the name)",
        info.description or "",
        wrong,
        lambda text: replace(draft, name=text),
        {},
    )


def _has_name(project: Project, name: str, draft: Draft) -> bool:
    """Whether a project has the name in the account that the draft is for."""
    here = draft.environment
    return here is not None and (project.name, project.environment.account_id) == (name, here.account_id)


def _parameter(draft: Draft, name: str, info: FieldInfo) -> Question:
    key = name.replace("_", "-")
    choices, follows = _offered(draft, name), _following(draft, name)
    return Question(
        key,
        f"--set {key}={_placeholder(info)}",
        info.description or "",
        lambda text: objection(name, value_of(text, info), info),
        lambda text: draft.with_key(name, value_of(text, info)),
        choices,
        follows or next(iter(choices), None),
        follows is not None,
    )


def _placeholder(info: FieldInfo) -> str:
    """What stands for the value, with one of the right form, or with what is allowed."""
    value = example(info, Place())
    return f"VALUE, such as {value}" if isinstance(value, str) else f"VALUE: {allowed(info)}"


def _offered(draft: Draft, name: str) -> dict[str, str]:
    """What other projects of the configuration are, or make, that the parameter may name."""
    if name == MAKER:
        return {maker.name: maker.template for maker in draft.makers}
    if name == REGISTERED_IN:
        return {path.group: f"filled by {_maker(path)}" for path in _filled(draft)}
    if name == LIES_IN:
        return {path.bucket: f"models of {path.group}" for path in _filled(draft)}
    return {}


def _following(draft: Draft, name: str) -> str | None:
    template = draft.templates[draft.template] if draft.template else None
    if name == LIES_IN:
        group = draft.keys.get(REGISTERED_IN)
        return next((path.bucket for path in _filled(draft) if path.group == group), None)
    if template and name == template.job_prefix_field and draft.name:
        return draft.name[:_LONGEST_PREFIX].rstrip("-")
    return None


_LONGEST_PREFIX = 24
"""Of ``fields.JobPrefix``."""


def _filled(draft: Draft) -> Iterator[ModelPath]:
    """The groups that projects of the configuration fill in the draft's account and region."""
    here = draft.environment
    for path in model_paths(draft.configuration.projects, draft.templates):
        if path.maker and here and (path.account_id, path.region) == (here.account_id, here.region):
            yield path


def _maker(path: ModelPath) -> str:
    return ProjectNames(path.maker).stack if path.maker else ""
