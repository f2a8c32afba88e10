"""How many instances of a type the account may run."""

from collections.abc import Iterator
from dataclasses import dataclass

from sagemaker_templates.doctor.contract import Asked, Topic, check
from sagemaker_templates.doctor.site import Site
from sagemaker_templates.doctor.verdict import Verdict, failed, passed, unknown

_SERVICE = "sagemaker"


@dataclass(frozen=True)
class Use:
    """An instance type, and what it is used for, such as ``processing job`` or ``endpoint``."""

    instance: str
    purpose: str

    @property
    def quota(self) -> str:
        """What Service Quotas calls it."""
        return f"{self.instance} for {self.purpose} usage"


@check(
    "the account may run the instance type",
    source="https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_ListServiceQuotas.html",
    rights=["servicequotas:ListServiceQuotas"],
)
def allowed(asked: Asked, use: Use) -> Verdict:
    """Accounts begin with none of many instance types, and the job or the endpoint is refused. The types are those
    that the repositories begin with; how many run already is not asked."""
    quotas = asked.account.ask_all("service-quotas", "list_service_quotas", ServiceCode=_SERVICE).get("Quotas", [])
    quota = next((one for one in quotas if one["QuotaName"] == use.quota), None)
    if quota is None:
        return unknown("AWS lists no such quota for the account", "look it up in the console (Service Quotas)")
    if quota["Value"] < 1:
        ask = f"aws service-quotas request-service-quota-increase --service-code {_SERVICE}"
        return failed("the account may run none", f"{ask} --quota-code {quota['QuotaCode']} --desired-value 1")
    return passed(f"the account may run {quota['Value']:.0f}")


def _uses(site: Site) -> Iterator[Use]:
    own = [one.template for one in site.projects if site.templates[one.template].build_target is None]
    for template in [*own, *(one.project.template for one in site.deployments)]:
        for instance, purpose in site.templates[template].instances:
            yield Use(instance, purpose)


TOPIC: Topic[Use] = Topic("instance types", _uses, lambda use: f"quota {use.quota}", (allowed,))
