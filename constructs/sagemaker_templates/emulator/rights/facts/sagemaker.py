"""Model packages, which belong to groups and accounts, and keys of endpoints."""

from collections.abc import Mapping

from sagemaker_templates.emulator.rights.resources import account_of
from sagemaker_templates.emulator.rights.scope import Fact, Scope


def _packages_of_group(scope: Scope) -> list[str]:
    """All versions of a group, which is given by its name or its ARN."""
    return [
        f"{one.replace(':model-package-group/', ':model-package/')}/*" for one in scope.texts("ModelPackageGroupName")
    ]


def _packages_elsewhere(scope: Scope) -> list[str]:
    """The packages that a model is made from, as far as other accounts have them."""
    named = [
        *scope.texts("PrimaryContainer.ModelPackageName"),
        *scope.texts("Containers[].ModelPackageName"),
    ]
    return [one for one in named if account_of(one, scope.lookups) not in (None, scope.place.account)]


def _configuration(scope: Scope) -> list[str]:
    return [scope.arn("sagemaker:endpoint-config", name) for name in scope.texts("EndpointConfigName")]


FACTS: Mapping[str, Fact] = {
    "packages-of-group": _packages_of_group,
    "packages-elsewhere": _packages_elsewhere,
    "endpoint-config": _configuration,
}
