"""The permissions boundary of every role that the stacks make."""

from collections.abc import Iterator

from sagemaker_templates.doctor.account import Refused
from sagemaker_templates.doctor.contract import Asked, Topic, check
from sagemaker_templates.doctor.site import Site
from sagemaker_templates.doctor.verdict import Verdict, failed, passed


@check(
    "the boundary is there",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
    rights=["iam:GetPolicy"],
)
def exists(asked: Asked, arn: str) -> Verdict:
    """No role is made whose boundary is not a policy of the account."""
    try:
        asked.account.ask("iam", "get_policy", PolicyArn=arn)
    except Refused as refused:
        if refused.code == "NoSuchEntity":
            return failed(f"there is no policy {arn}", "create it, or mend permissions-boundary-name (path and name)")
        raise
    return passed("is there")


def _arns(site: Site) -> Iterator[str]:
    names = [site.environment.permissions_boundary_name]
    names += [project.permissions_boundary_name for project in site.projects]
    names += [one.target.permissions_boundary_name for one in site.deployments]
    for name in names:
        if name:
            yield f"arn:{site.partition}:iam::{site.environment.account_id}:policy/{name}"


TOPIC: Topic[str] = Topic(
    "permissions boundaries",
    _arns,
    lambda arn: f"permissions boundary {arn.partition(':policy/')[2]}",
    (exists,),
)
