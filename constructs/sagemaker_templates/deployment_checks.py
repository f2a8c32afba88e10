"""What cannot be deployed although every file is right: stages, states, regions, names that do not go together."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from sagemaker_templates.blocks.deployment_pipeline import LONGEST_VALUE, plan_variables
from sagemaker_templates.blocks.target_facts import LONGEST, Options, length_of_facts
from sagemaker_templates.naming import TargetNames, limit_problem
from sagemaker_templates.settings.model import Configuration, Environment, LocalState, Project, Target
from sagemaker_templates.settings.objections import Objection
from sagemaker_templates.settings.spelling import quoted

_TEMPLATE = "project_template_type"
_NAME = "sagemaker_project_name"


def objections(projects: Sequence[Project], configuration: Configuration) -> Iterator[Objection]:
    """Say what is wrong with projects that deploy; nothing where all can be applied, in any order, side by side."""
    environments = {environment.name: environment for environment in configuration.environments}
    for project in projects:
        for target in project.stages:
            yield from _stage(project, target, environments)
        yield from _external_id(project)
    yield from _names(projects)


def _stage(project: Project, target: Target, environments: Mapping[str, Environment]) -> Iterator[Objection]:
    environment = environments.get(target.name)
    if environment is None:
        yield from _no_environment(project, target)
        return
    elsewhere = list(_elsewhere(project, target, environment))
    yield from elsewhere
    if not elsewhere and target.region != project.environment.region:
        yield _other_region(project, target)
    if isinstance(environment.state, LocalState):
        message = (
            f"{quoted(project.template)} deploys to {target.name}, whose state is local, where no build reaches it; "
            f"allowed: a state of type s3 in {target.name}"
        )
        yield Objection(project, _TEMPLATE, message)
    else:
        yield from _tags(project, target, environment)


def _external_id(project: Project) -> Iterator[Objection]:
    """Of the stages, the one whose plan leaves the least room."""
    stages = [TargetNames(project, target) for target in project.stages]
    for names in sorted(stages, key=lambda names: -len(plan_variables(names)))[:1]:
        length, given = len(plan_variables(names)), len(names.external_id)
        if length > LONGEST_VALUE:
            message = (
                f"has {given} characters; allowed: {LONGEST_VALUE - length + given}, for CodePipeline takes "
                f"{LONGEST_VALUE} in all of what the plan of {names.target.name} is told, and the rest of it is "
                f"{length - given}"
            )
            yield Objection(project, "cross_account_external_id", message)


def _no_environment(project: Project, target: Target) -> Iterator[Objection]:
    """An environment that could not be read is missing too: then its own mistakes are what is shown."""
    message = (
        f"{quoted(target.account_id)} is the account of a stage without an environment of its own; "
        f"{quoted(project.template)} keeps each stage's state there: add {target.name}/environment.yaml"
    )
    yield Objection(project, "account_id", message, target=target.name)


def _elsewhere(project: Project, target: Target, environment: Environment) -> Iterator[Objection]:
    for field, given, right in (
        ("account_id", target.account_id, environment.account_id),
        ("region", target.region, environment.region),
    ):
        if given != right:
            message = (
                f"{quoted(given)} is not {quoted(right)}, where the environment {environment.name} is, whose state "
                "and provider the stage uses"
            )
            yield Objection(project, field, message, target=target.name)


def _other_region(project: Project, target: Target) -> Objection:
    own = project.environment
    message = (
        f"{quoted(project.template)} deploys to {target.name} in {target.region} and to {own.name} in {own.region}; "
        "a model package names an image of its own region, so all stages are in one"
    )
    return Objection(project, _TEMPLATE, message)


def _tags(project: Project, target: Target, environment: Environment) -> Iterator[Objection]:
    names = TargetNames(project, target)
    same = [key for key, count in Counter(key.lower() for key in names.tags).items() if count > 1]
    for key in same:
        message = f'with those of {target.name} holds the tag "{key}" in two spellings; IAM takes them for one'
        yield Objection(project, "tags", message)
    if isinstance(environment.state, LocalState):
        return
    length = length_of_facts(names, environment.state, Options(True, False))
    if length > LONGEST:
        message = f"with those of {target.name} makes an SSM parameter of {length} characters; allowed: {LONGEST}"
        yield Objection(project, "tags", message)


def _names(projects: Sequence[Project]) -> Iterator[Objection]:
    stages = [TargetNames(project, target) for project in projects for target in project.stages]
    endpoints = _Endpoints(stages)
    for names in stages:
        for limit, name in (*names.derived(), *names.derived_for_pipeline()):
            problem = limit_problem(limit, name)
            if problem:
                yield Objection(names.project, _NAME, f"{quoted(names.project.name)} {problem}")
        clash = endpoints.reaching(names)
        if clash:
            yield Objection(names.project, _NAME, f"{quoted(names.project.name)} {clash}")


class _Endpoints:
    """Who has which endpoints, among all stages."""

    def __init__(self, stages: Sequence[TargetNames]) -> None:
        self._endpoints: dict[tuple[str, str], list[TargetNames]] = {}
        for stage in stages:
            self._endpoints.setdefault((stage.target.account_id, stage.endpoint), []).append(stage)

    def reaching(self, names: TargetNames) -> str | None:
        """Whose rights reach a stage's endpoint, since its name begins as theirs do, in words; None for nobody's."""
        account = names.target.account_id
        for beginning in _beginnings(names.endpoint):
            for other in self._endpoints.get((account, beginning), ()):
                return (
                    f'makes the endpoint "{names.endpoint}", which begins with "{other.prefix}", as all that belongs '
                    f'to the endpoint "{other.endpoint}" of {_described(other.project)} does'
                )
        return None


def _described(project: Project) -> str:
    return f"the project {quoted(project.name)} of {project.environment.name}"


def _beginnings(name: str) -> Iterator[str]:
    """Every part of a name that ends before a hyphen: "a-b-c" begins with "a" and "a-b"."""
    parts = name.split("-")
    return ("-".join(parts[:count]) for count in range(1, len(parts)))
