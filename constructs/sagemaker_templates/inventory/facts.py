"""What is known of stacks and projects before any of them is made: states, repositories, stages."""

from collections.abc import Iterator, Mapping, Sequence

from sagemaker_templates.naming import FoundationNames, ProjectNames, TargetNames, dns_name, state_key
from sagemaker_templates.output_folder.whereabouts import owner_address, s3_state
from sagemaker_templates.settings.model import Environment, LocalState, Project, S3State
from sagemaker_templates.templates.registry import Template


def state_address(environment: Environment, name: str) -> str:
    """Where the state of a stack, or of an endpoint, is kept.

    Returns:
        ``s3://BUCKET/KEY``, or the path of a file, relative to the folder that holds the environments.
    """
    match environment.state:
        case S3State() as state:
            return s3_state(state.bucket, state_key(state, name))
        case LocalState() as state:
            return f"{state.path}/{name}.tfstate"


def names_of(project: Project, templates: Mapping[str, Template]) -> ProjectNames:
    """The names of a project, those of its repository among them."""
    return ProjectNames(project, templates[project.template].repository_suffix)


def repository_address(names: ProjectNames) -> str:
    """Where a project's repository can be cloned from over HTTPS, or seen in a browser."""
    wanted = names.project.repository
    if wanted.type == "CodeCommit":
        return f"https://{dns_name('git-codecommit', names.region)}/v1/repos/{names.repository}"
    return f"{owner_address(str(wanted.owner), wanted.base_url)}/{names.repository}"


def template_repositories(environment: Environment, projects: Sequence[Project]) -> Iterator[str]:
    """The repositories that an environment's foundation keeps for its projects on GitHub to be generated from."""
    addresses = (
        f"{owner_address(str(project.repository.owner), project.repository.base_url)}/"
        f"{FoundationNames(environment).template_repository(project.template)}"
        for project in projects
        if project.environment.name == environment.name and project.repository.type != "CodeCommit"
    )
    yield from dict.fromkeys(addresses)


def readers_of(project: Project) -> list[str]:
    """The environments, in other accounts than the project's own, whose accounts may read its models."""
    own = project.environment.account_id
    return [target.name for target in project.targets if target.account_id != own]


def stages_of(project: Project, templates: Mapping[str, Template]) -> list[TargetNames]:
    """The stages that a project deploys to, in order; none of a project that deploys nowhere."""
    deploys = templates[project.template].build_target is not None
    return [TargetNames(project, target) for target in project.stages] if deploys else []
