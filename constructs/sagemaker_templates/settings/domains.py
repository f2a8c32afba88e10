"""The SageMaker domain of a project: its id and its ARN say one thing, and name one that the project can be in."""

from operator import itemgetter

from sagemaker_templates.settings import regions
from sagemaker_templates.settings.binding import Bound
from sagemaker_templates.settings.files import ProjectKeys
from sagemaker_templates.settings.model import Environment
from sagemaker_templates.settings.problems import Report


def check(keys: Bound[ProjectKeys], environment: Environment, report: Report) -> None:
    """Report a domain's ARN of another place than the project's environment, or of another domain than its id."""
    entry, arn = keys.entry("sagemaker_domain_arn"), keys.fields.get("sagemaker_domain_arn")
    if entry is None or arn is None:
        return
    partition, region, account, resource = itemgetter(1, 3, 4, 5)(arn.split(":"))
    wanted = (
        ("partition", partition, regions.partition(environment.region).name),
        ("region", region, environment.region),
        ("account", account, environment.account_id),
    )
    wrong = [f"another {what} than {right}" for what, given, right in wanted if given != right]
    if wrong:
        message = f"is a domain of {' and '.join(wrong)}, where the environment {environment.name} is"
        report.add(entry.file, entry.line, entry.key, message)
    id_, own = keys.entry("sagemaker_domain_id"), keys.fields.get("sagemaker_domain_id")
    if id_ and own and resource != f"domain/{own}":
        message = f"is of another domain than {id_.key} on line {id_.line}; give one domain, by either key or both"
        report.add(entry.file, entry.line, entry.key, message)
