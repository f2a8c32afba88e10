"""Whatever tags pass, IAM takes them together with the stacks' own, and no later plan wants to change them."""

from collections import Counter
from pathlib import Path

import yaml
from builders import a_project, an_environment
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sagemaker_templates.naming import FoundationNames, ProjectNames
from sagemaker_templates.settings import Configuration, InvalidSettings, load
from sagemaker_templates.settings.tags import OWN_TAGS
from settings.settings_folder import ABALONE, DEV, FILES, TEMPLATES, write

_NAMES = st.sampled_from([*OWN_TAGS, "Owner", "cost center"]).flatmap(
    lambda name: st.sampled_from([name, name.upper(), name.title(), f" {name}", f"{name}\u00a0"])
)
_TAGS = st.dictionaries(_NAMES, st.sampled_from(["x", "", " ", "x ", "\u2003x"]), max_size=3)


def _on_resources(configuration: Configuration) -> list[dict[str, str]]:
    environments = [dict(FoundationNames(environment).tags) for environment in configuration.environments]
    return [*environments, *(dict(ProjectNames(project).tags) for project in configuration.projects)]


@given(of_environment=_TAGS, of_project=_TAGS, custom=_TAGS)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_tags_that_pass_are_different_to_iam_and_stay_as_they_are(
    of_environment: dict[str, str], of_project: dict[str, str], custom: dict[str, str], tmp_path: Path
) -> None:
    project = yaml.safe_dump({"tags": of_project, "custom-tags": custom, "sagemaker-domain-id": "d-1"})
    write(tmp_path, {DEV: FILES[DEV] + yaml.safe_dump({"tags": of_environment}), ABALONE: FILES[ABALONE] + project})
    try:
        found = _on_resources(load(tmp_path, TEMPLATES, environ={}))
    except InvalidSettings:
        found = []
    for tags in found:
        assert max(Counter(key.lower() for key in tags).values(), default=1) == 1
        assert all(text and text == text.strip() for text in [*tags, *tags.values()])
    given_by_users = {**of_environment, **of_project, **custom}
    assert not found or given_by_users.items() <= found[-1].items()


def test_the_stacks_set_no_tag_that_a_user_may_set_too() -> None:
    """What the names' tags hold of a project and an environment without tags is all kept from users."""
    project = a_project(domain_id="d-1", domain_arn="arn:aws:sagemaker:us-east-1:111111111111:domain/d-1")
    own = {*FoundationNames(an_environment()).tags, *ProjectNames(project).tags}
    assert own == set(OWN_TAGS)
