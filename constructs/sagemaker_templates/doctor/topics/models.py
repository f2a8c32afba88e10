"""Where projects take models from: the group, the bucket, and whether a model is approved."""

from collections.abc import Iterator
from dataclasses import dataclass

from sagemaker_templates.doctor import buckets
from sagemaker_templates.doctor.account import Refused
from sagemaker_templates.doctor.contract import Asked, Topic, check
from sagemaker_templates.doctor.site import Site
from sagemaker_templates.doctor.verdict import Verdict, failed, passed, unknown
from sagemaker_templates.settings.model import Project
from sagemaker_templates.templates.model_sources import Makers, ModelSource


@dataclass(frozen=True)
class Models:
    """A group and a bucket that projects take models from.

    Attributes:
        maker: the project here that fills them, as commands take it; None for somebody else's.
    """

    group: str
    bucket: str
    maker: str | None


@check(
    "the model package group is there",
    source="https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeModelPackageGroup.html",
    rights=["sagemaker:DescribeModelPackageGroup"],
    decides=True,
)
def group(asked: Asked, models: Models) -> Verdict:
    """A project that takes models finds none in a group that is misspelt or another account's."""
    try:
        asked.account.ask("sagemaker", "describe_model_package_group", ModelPackageGroupName=models.group)
    except Refused as refused:
        # SageMaker has no error of its own for a group that is not there.
        if refused.code in ("ResourceNotFound", "ValidationException"):
            return _not_yet(models)
        raise
    return passed("is there")


def _not_yet(models: Models) -> Verdict:
    if models.maker:
        return unknown(f"is not there yet: {models.maker} makes it", "apply that project first")
    return failed(
        "there is no such group in this account and region",
        "mend model-package-group-name, or name a project here under model-project",
    )


@check(
    "a model is approved",
    source="https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-approve.html",
    rights=["sagemaker:ListModelPackages"],
)
def approved(asked: Asked, models: Models) -> Verdict:
    """The latest approved version is taken: without one, predictions and deployments fail."""
    answer = asked.account.ask(
        "sagemaker",
        "list_model_packages",
        ModelPackageGroupName=models.group,
        ModelApprovalStatus="Approved",
        SortBy="CreationTime",
        SortOrder="Descending",
    )
    packages = answer.get("ModelPackageSummaryList", [])
    if not packages:
        return failed("no version is approved", "approve one: Studio → Models, or aws sagemaker update-model-package")
    return passed(f"version {packages[0].get('ModelPackageVersion')} is the latest that is approved")


@check(
    "the bucket of the models is there",
    source="https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html",
    rights=["s3:ListBucket"],
)
def bucket(asked: Asked, models: Models) -> Verdict:
    """The roles that load models may read this bucket alone: in another, the model stays out of reach."""
    environment = asked.site.environment
    remedy = "mend model-bucket-name"
    return buckets.found(asked.account, models.bucket, environment.account_id, environment.region, remedy)


def _models(site: Site) -> Iterator[Models]:
    makers = Makers.among(site.neighbours, site.templates)
    for project in site.projects:
        if isinstance(project.parameters, ModelSource):
            source, maker = project.parameters.models, makers.of(project)
            yield Models(source.model_package_group_name, source.bucket, _path_of(maker) if maker else None)


def _path_of(project: Project) -> str:
    return f"{project.environment.name}/{project.name}"


TOPIC: Topic[Models] = Topic(
    "models", _models, lambda models: f"model package group {models.group}", (group, approved, bucket)
)
