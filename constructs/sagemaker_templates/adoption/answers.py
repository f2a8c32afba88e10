"""What is known of a repository to come, and what is still to be asked; all that is wrong is said at once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pydantic.fields import FieldInfo

from sagemaker_templates.adoption.continuous_integration import SYSTEMS
from sagemaker_templates.adoption.package_requirement import unpinned
from sagemaker_templates.authoring.draft import objection
from sagemaker_templates.settings.described import Place, example
from sagemaker_templates.settings.files import EnvironmentKeys, S3StateKeys
from sagemaker_templates.settings.spelling import quoted

PROMOTED_TO = "promotes_to"
NAMES = "dev, pre-prod, prod"
KEYS: Mapping[str, FieldInfo] = {
    "account-id": EnvironmentKeys.model_fields["account_id"],
    "region": EnvironmentKeys.model_fields["region"],
    "state-bucket": S3StateKeys.model_fields["bucket"],
}
"""What each environment needs: the options' names, and the settings that the values become."""


@dataclass(frozen=True)
class Answers:
    """What is known of a repository.

    Attributes:
        names: its environments, in the order in which models go from one to the next.
        values: by environment and key, a key of ``KEYS``.
        ci: a system of ``SYSTEMS``, or None as long as nobody has said.
        package: the requirement that this package is installed by, or None as long as nobody has said.
    """

    names: tuple[str, ...] = ()
    values: Mapping[tuple[str, str], str] = field(default_factory=dict)
    ci: str | None = None
    package: str | None = None


@dataclass(frozen=True)
class Question:
    """Something that a repository needs; its attributes are those of a question about a project."""

    what: str
    option: str
    help: str
    objection: Callable[[str], str | None]
    answer: Callable[[str], Answers]
    choices: Mapping[str, str] = field(default_factory=dict)
    usual: str | None = None
    follows: bool = False


def given(
    names: Sequence[str], values: Mapping[str, Sequence[str]], ci: str | None, package: str | None
) -> tuple[Answers, list[str]]:
    """Return what was typed as answers, and a line for each mistake.

    Args:
        values: by key of ``KEYS``, each ``[ENV=]VALUE``: of one environment, or of all others.
    """
    complaints: list[str] = []
    if names and (wrong := _wrong_names(names)):
        complaints.append(f"--environment: {wrong}")
    if ci is not None and ci not in SYSTEMS:
        complaints.append(f"--ci: {quoted(ci)} is not known; allowed: {', '.join(SYSTEMS)}")
    if package is not None and (wrong := unpinned(package)):
        complaints.append(f"--package: {wrong}")
    known: dict[tuple[str, str], str] = {}
    for key, texts in values.items():
        known |= _of_environments(key, texts, names, complaints)
    return Answers(tuple(names), known, ci, package), complaints


def open_questions(answers: Answers, package: str) -> Iterator[Question]:
    """What nobody has said, in the order in which to ask.

    Args:
        package: the requirement that is offered first.
    """
    if not answers.names:
        yield _names(answers)
    # Whoever cannot be asked is told of all at once, also before the environments have names.
    for name in answers.names or ("ENV",):
        yield from (_value(answers, name, key) for key in KEYS if (name, key) not in answers.values)
    if answers.ci is None:
        yield Question(
            "ci",
            "--ci NAME",
            "What checks each change: a file for it is written.",
            lambda text: None if text in SYSTEMS else f"{quoted(text)} is not known; allowed: {', '.join(SYSTEMS)}",
            lambda text: replace(answers, ci=text),
            {name: system.title for name, system in SYSTEMS.items()},
            "none",
            follows=True,
        )
    if answers.package is None:
        yield Question(
            "package",
            "--package REQUIREMENT",
            "What pip installs this package from, in one fixed version.",
            unpinned,
            lambda text: replace(answers, package=text),
            usual=package,
            follows=True,
        )


def _names(answers: Answers) -> Question:
    return Question(
        "environments",
        "--environment NAME, once for each",
        "The environments, each an account and region, in the order in which models go from one to the next.",
        lambda text: _wrong_names(_split(text)),
        lambda text: replace(answers, names=tuple(_split(text))),
        usual=NAMES,
    )


def _value(answers: Answers, name: str, key: str) -> Question:
    info = KEYS[key]
    usual = next((answers.values[one, key] for one in answers.names if (one, key) in answers.values), None)
    return Question(
        f"{key} of {name}",
        f"--{key} {name}=VALUE, such as {example(info, Place())}",
        # The settings speak of YAML here; what is typed has no quotes.
        (info.description or "").replace(", in quotes", ""),
        lambda text: _wrong(key, text),
        lambda text: replace(answers, values={**answers.values, (name, key): text}),
        usual=usual if key == "region" else None,
    )


def _split(text: str) -> list[str]:
    return text.replace(",", " ").split()


def _wrong_names(names: Sequence[str]) -> str | None:
    if not names:
        return "at least one is needed"
    if len(set(names)) < len(names):
        return "each environment is named once"
    info = EnvironmentKeys.model_fields[PROMOTED_TO]
    return objection(PROMOTED_TO, list(names), info)


def _wrong(key: str, value: str) -> str | None:
    field_name = "bucket" if key == "state-bucket" else key.replace("-", "_")
    return objection(field_name, value, KEYS[key])


def _of_environments(
    key: str, texts: Sequence[str], names: Sequence[str], complaints: list[str]
) -> dict[tuple[str, str], str]:
    """The values of a key by environment; one without an environment is of all the others."""
    own: dict[str, str] = {}
    for text in texts:
        environment, equals, value = text.partition("=")
        if not equals:
            environment, value = "", text
        if environment and environment not in names:
            complaints.append(f"--{key}: {quoted(environment)} is given by no --environment")
        elif environment in own:
            complaints.append(f"--{key}: is given twice for {environment or 'all environments'}")
        elif wrong := _wrong(key, value):
            complaints.append(f"--{key}: {wrong}")
        own[environment] = value
    return {(name, key): own[at] for name in names if (at := name if name in own else "") in own}
