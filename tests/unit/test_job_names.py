"""No project's role reaches another project's jobs or models: names that would begin alike are refused."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from builders import PROD, a_project, an_environment, parameters
from hypothesis import given, settings
from hypothesis import strategies as st
from sagemaker_templates import job_names
from sagemaker_templates.settings import Configuration
from sagemaker_templates.settings.model import Project
from sagemaker_templates.templates.registry import all_templates
from told_lines import told_lines

DEV = an_environment()


def _training(name: str, **changes: object) -> Project:
    return a_project(name=name, **changes)


def _batch(prefix: str, name: str = "scoring") -> Project:
    values = {"model_package_group_name": "g", "model_bucket_name": "models", "base_job_prefix": prefix}
    return a_project(name=name, template="batch_inference", parameters=parameters("batch_inference", **values))


def _deploying(name: str) -> Project:
    values = {"model_package_group_name": "g", "model_bucket_name": "models"}
    return a_project(
        name=name, template="model_deploy", parameters=parameters("model_deploy", **values), targets=(PROD,)
    )


def _told(*projects: Project) -> list[tuple[str, str, str]]:
    found = job_names.objections(Configuration((DEV,), projects), all_templates())
    return [(one.project.name, one.field, one.message) for one in found]


_FILE = "project-template-type: {template}\nsagemaker-project-name: {name}\nsagemaker-project-id: p-{name}\n"
NAME, PREFIX = "sagemaker_project_name", "base_job_prefix"


@pytest.mark.parametrize(
    ("projects", "told"),
    [
        ((_training("churn"), _training("churn-train")), [("churn-train", NAME)]),
        ((_training("churn-train"), _training("churn")), [("churn-train", NAME)]),
        ((_training("churn"), _batch("churn-batch")), [("scoring", PREFIX)]),
        ((_training("churn-a"), _batch("churn")), [("churn-a", NAME)]),
        ((_batch("batch", "a"), _batch("batch", "b")), [("b", PREFIX)]),
        ((_deploying("serving"), _batch("serving")), [("serving", NAME)]),
        ((_deploying("serving"), _batch("serving-dev")), [("scoring", PREFIX)]),
        ((_training("churn"), _training("churning")), []),
        ((_training("churn"), _deploying("churn-serving")), []),
        ((_batch("scoring"),), []),
        ((_training("churn"), _training("churn-b", environment=replace(DEV, region="eu-west-1"))), []),
        ((_training("churn"), _training("churn-b", environment=replace(DEV, account_id="2" * 12))), []),
    ],
)
def test_whose_role_would_reach_anothers_is_told_at_the_key_that_says_so(
    projects: Iterable[Project], told: list[tuple[str, str]]
) -> None:
    assert [(name, field) for name, field, _ in _told(*projects)] == told


def test_the_message_names_both_beginnings_and_the_other_project() -> None:
    assert _told(_training("churn"), _training("churn-train"))[0][2] == (
        '"churn-train" begins the names of jobs as "churn" does, with which those of the project "churn" of dev '
        "begin: its role would reach these; choose one that begins otherwise"
    )


def test_a_prefix_is_told_at_its_own_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = {
        "dev/environment.yaml": 'account-id: "111111111111"\nregion: us-east-1\nstate: {type: local}\n',
        "dev/projects/a.yaml": _FILE.format(template="xgboost_abalone", name="churn"),
        "dev/projects/b.yaml": _FILE.format(template="batch_inference", name="scoring")
        + "model-package-group-name: g\nmodel-bucket-name: models\nbase-job-prefix: churn-b\n",
    }
    (line,) = told_lines(files)
    assert line.startswith(
        'dev/projects/b.yaml:6: base-job-prefix: "churn-b" begins the names of jobs as "churn" does'
    )


_NAMES = st.lists(st.sampled_from(["a", "b", "ab"]), min_size=1, max_size=3).map("-".join)
_PROJECTS = st.one_of(_NAMES.map(_training), st.builds(_batch, _NAMES, _NAMES))
_REACH: Callable[[Project], str] = lambda project: getattr(project.parameters, PREFIX, project.name)  # noqa: E731


@given(projects=st.lists(_PROJECTS, max_size=4))
@settings(max_examples=60, deadline=None)
def test_where_nothing_is_refused_no_role_reaches_anothers_jobs(projects: list[Project]) -> None:
    refused = bool(_told(*projects))
    reached = [
        (one, other)
        for one in projects
        for other in projects
        if one is not other and f"{_REACH(other)}-job".startswith(f"{_REACH(one)}-")
    ]
    assert refused == bool(reached)
