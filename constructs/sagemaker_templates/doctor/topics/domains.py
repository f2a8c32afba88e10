"""The SageMaker domain that projects appear in."""

from collections.abc import Iterator

from sagemaker_templates.doctor.account import Refused
from sagemaker_templates.doctor.contract import Asked, Topic, check
from sagemaker_templates.doctor.site import Site
from sagemaker_templates.doctor.verdict import Verdict, failed, passed


@check(
    "the domain is there and in service",
    source="https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeDomain.html",
    rights=["sagemaker:DescribeDomain"],
)
def in_service(asked: Asked, domain: str) -> Verdict:
    """What a project makes carries the domain's id as a tag; with the id of another, nobody's Studio shows it."""
    try:
        found = asked.account.ask("sagemaker", "describe_domain", DomainId=domain)
    except Refused as refused:
        if refused.code in ("ResourceNotFound", "ValidationException"):
            return failed("there is no such domain in this account and region", "mend sagemaker-domain-id or its ARN")
        raise
    if found["Status"] != "InService":
        return failed(f"is {found['Status']}", "wait until it is in service, or mend it in the console")
    return passed(f"{found['DomainName']} is in service")


def _domains(site: Site) -> Iterator[str]:
    for project in site.projects:
        id_ = project.domain_id or (project.domain_arn or "").rpartition("/")[2]
        if id_:
            yield id_


TOPIC: Topic[str] = Topic("SageMaker domains", _domains, lambda domain: f"domain {domain}", (in_service,))
