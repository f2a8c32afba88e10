"""Who asks, in which account, and whether the region can be used there."""

from collections.abc import Iterator

from sagemaker_templates.doctor.account import NotAllowed, NotAnswered
from sagemaker_templates.doctor.contract import Asked, Topic, check
from sagemaker_templates.doctor.site import Site
from sagemaker_templates.doctor.verdict import Verdict, failed, passed, unknown
from sagemaker_templates.settings.model import Environment

_ALWAYS_ENABLED = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
"""A region of each partition that no account has to enable, and that tells of the others."""


@check(
    "the credentials are the account's",
    source="https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html",
    decides=True,
)
def account(asked: Asked, environment: Environment) -> Verdict:
    """The provider refuses every account but the environment's, and the deploy role, where there is one, must let
    itself be taken."""
    try:
        identity = asked.account.ask("sts", "get_caller_identity")
    except NotAllowed:
        # Everybody may ask who they are: what was refused is the role.
        return _role_refused(environment)
    except NotAnswered as reason:
        return failed(str(reason), "then run this again: nothing else was asked of this account")
    if identity["Account"] != environment.account_id:
        remedy = f"take credentials of {environment.account_id}, or a deploy-role there (docs/credentials.md)"
        return failed(f"{identity['Arn']} is of the account {identity['Account']}", remedy)
    return passed(identity["Arn"])


def _role_refused(environment: Environment) -> Verdict:
    role = environment.deploy_role
    if role is None:
        return failed("AWS refuses the credentials", "sign in again")
    remedy = (
        "its trust policy must name whoever asks, with the external id and tags of the settings (docs/credentials.md)"
    )
    return failed(f"the deploy role {role.arn} may not be taken, or is not there", remedy)


@check(
    "the region is enabled",
    source="https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRegions.html",
    rights=["ec2:DescribeRegions"],
)
def region(asked: Asked, environment: Environment) -> Verdict:
    """Newer regions have to be enabled in each account before anything can be made there."""
    teller = _ALWAYS_ENABLED.get(asked.site.partition, environment.region)
    found = asked.account.ask(
        "ec2", "describe_regions", in_region=teller, RegionNames=[environment.region], AllRegions=True
    )["Regions"]
    status = found[0].get("OptInStatus") if found else None
    if status == "not-opted-in":
        remedy = f"aws account enable-region --region-name {environment.region}, and wait until it is"
        return failed(f"{environment.region} is not enabled in the account", remedy)
    return passed(f"{environment.region} is enabled") if status else unknown("AWS does not tell")


def _environment(site: Site) -> Iterator[Environment]:
    yield site.environment


TOPIC: Topic[Environment] = Topic(
    "account", _environment, lambda one: f"account {one.account_id}", (account, region), decides=True
)
