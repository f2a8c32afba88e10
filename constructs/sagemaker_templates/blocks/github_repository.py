"""A project's repository on GitHub or GitHub Enterprise: generated once from the template repository."""

from typing import Any

from sagemaker_templates.blocks.code_repository import BRANCH, CONNECTION, Source
from sagemaker_templates.blocks.iam import Statement
from sagemaker_templates.blocks.protection import lifecycle
from sagemaker_templates.naming import FoundationNames, ProjectNames
from sagemaker_templates.providers import github

_TOPIC = "sagemaker-project"


def github_repository(scope: Any, id_: str, *, names: ProjectNames, protect: bool) -> Source:
    """Add a private repository that GitHub generates from the template repository, and protect its main branch.

    It is filled once, by GitHub, at creation: what people commit later is neither drift nor overwritten, and neither
    is a later change of the template repository. A repository of that name that is there already is not touched:
    GitHub refuses to create it, and Terraform stops.

    The stack's GitHub provider decides on whose behalf; see ``stacks.github_access``.
    """
    wanted = names.project.repository
    bindings = github.repository
    repository = bindings.Repository(
        scope,
        id_,
        name=names.repository,
        description=f"Code of the SageMaker project {names.project.name}",
        visibility="private",
        template=bindings.RepositoryTemplate(
            owner=wanted.owner,
            repository=FoundationNames(names.project.environment).template_repository(names.project.template),
        ),
        # Left out, the provider switches issues off and deletes the alerts.
        has_issues=True,
        vulnerability_alerts=wanted.vulnerability_alerts,
        delete_branch_on_merge=True,
        topics=sorted({_TOPIC, names.project.template.replace("_", "-"), *wanted.topics}),
        archive_on_destroy=wanted.deletion == "archive",
        # An adopted repository was generated from nothing; that is no difference to mend.
        lifecycle=lifecycle(scope, "github_repository", id_, protect=protect, ignore_changes=["template"]),
    )
    if wanted.branch_protection:
        _protect_main(scope, f"{id_}_{BRANCH}", repository, wanted.required_reviews)
    return Source(
        provider=CONNECTION,
        configuration={
            "ConnectionArn": str(wanted.codeconnection_arn),
            "FullRepositoryId": f"{wanted.owner}/{names.repository}",
            "BranchName": BRANCH,
            "OutputArtifactFormat": "CODE_ZIP",
            "DetectChanges": "true",
        },
        statements=[_use_connection(str(wanted.codeconnection_arn))],
        repository=repository,
        seeded=repository,
        clone_url=f"{wanted.base_url or 'https://github.com'}/{wanted.owner}/{names.repository}.git",
    )


def _protect_main(scope: Any, id_: str, repository: Any, required_reviews: int) -> None:
    """Let changes reach main by pull request only, from anybody.

    Source: https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-protected-branches/about-protected-branches
    """
    bindings = github.branch_protection
    bindings.BranchProtection(
        scope,
        id_,
        repository_id=repository.node_id,
        pattern=BRANCH,
        enforce_admins=True,
        allows_deletions=False,
        allows_force_pushes=False,
        required_pull_request_reviews=[
            bindings.BranchProtectionRequiredPullRequestReviews(
                required_approving_review_count=required_reviews, dismiss_stale_reviews=True
            )
        ],
    )


def _use_connection(arn: str) -> Statement:
    """Both names of the service, whichever the ARN has: which of them CodePipeline asks for depends on its age.

    Source: https://docs.aws.amazon.com/dtconsole/latest/userguide/rename.html
    """
    return Statement("UseConnection", ["codeconnections:UseConnection", "codestar-connections:UseConnection"], [arn])
