"""Regions and partitions that do not go together with what is wanted in them."""

from collections.abc import Mapping
from typing import Any, Protocol

from sagemaker_templates.settings import promotion, regions
from sagemaker_templates.settings.binding import Bound
from sagemaker_templates.settings.document import Entry
from sagemaker_templates.settings.files import ProjectKeys, TargetKeys
from sagemaker_templates.settings.model import Environment
from sagemaker_templates.settings.problems import Report
from sagemaker_templates.settings.spelling import quoted


class SourceLike(Protocol):
    """What was read of an environment, as far as it matters here."""

    @property
    def environment(self) -> Environment | None:
        """The result; None where the file has mistakes."""

    @property
    def promotes_to(self) -> Entry | None:
        """The line of that key."""


_DELIVERY = ("CodePipeline", "CodeBuild")


def check_services(keys: Bound[ProjectKeys], environment: Environment, report: Report) -> None:
    """Report a project whose environment is in a region without what its code lives in, or is delivered by.

    Where models are only promoted to, nothing of it is needed.
    """
    entry = keys.entry("project_template_type")
    missing = regions.lacking(environment.region, *_DELIVERY)
    advice = "projects are built and delivered by them; choose another region for the environment"
    if not missing and keys.fields.get("repository_type", "CodeCommit") == "CodeCommit":
        entry = keys.entry("repository_type") or entry
        missing = regions.lacking(environment.region, "CodeCommit")
        advice = 'allowed there: repository-type "GitHub" or "GitHub Enterprise"'
    if entry and missing:
        where = f"the environment {environment.name} is in {environment.region}"
        message = f"{where}, which has no {' and no '.join(missing)}, as {regions.source()} knows it; {advice}"
        report.add(entry.file, entry.line, entry.key, message)


def check_bucket(keys: Bound[Any], region: str | None, report: Report) -> None:
    """Report a bucket for access logs in another partition: S3 delivers within one."""
    entry, arn = keys.entry("s3_access_logs_bucket_arn"), keys.fields.get("s3_access_logs_bucket_arn")
    if entry and arn and region and arn.split(":")[1] != (own := regions.partition(region).name):
        message = f"is a bucket of another partition than {own}, where {region} is; S3 delivers logs within one"
        report.add(entry.file, entry.line, entry.key, message)


def check_promotion(sources: Mapping[str, SourceLike], report: Report) -> None:
    """Report environments that promote to one in another partition: no policy of one can name anybody of another."""
    for source in sources.values():
        entry, own = source.promotes_to, source.environment
        if entry and own:
            check_promoted(entry, own.promotes_to, own, sources, report)


def check_promoted(
    entry: Entry, names: tuple[str, ...], own: Environment, sources: Mapping[str, SourceLike], report: Report
) -> None:
    """The same of the names that stand in one line."""
    for number, name in enumerate(names):
        target = sources[name].environment if name in sources else None
        if reason := target and _across(own.region, target.region):
            report.add(
                entry.file, promotion.line_of(entry, number), f"{entry.key}[{number}]", f"{quoted(name)} {reason}"
            )


def check_targets(targets: Mapping[str, Bound[TargetKeys]], environment: Environment, report: Report) -> None:
    """The same of the regions that a project gives for its own targets."""
    for name, keys in targets.items():
        entry, region = keys.entry("region"), keys.fields.get("region")
        if entry and region and name != environment.name and (reason := _across(environment.region, region)):
            report.add(entry.file, entry.line, entry.key, f"{quoted(region)} {reason}")


def _across(own: str, other: str) -> str | None:
    here, there = regions.partition(own).name, regions.partition(other).name
    if here == there:
        return None
    return (
        f"is in the partition {there}, and {own} in {here}: no policy of one can name anybody of the other; "
        "allowed: environments of one partition"
    )
