"""CodeBuild projects: moto refuses a source of type CODEPIPELINE and drops half of a project's settings.

What is ours is written into moto's own store, so that builds, lists and the reset stay moto's.
"""

import time

from sagemaker_templates.emulator import moto_store
from sagemaker_templates.emulator.call import Call, JsonObject, Place
from sagemaker_templates.emulator.supplement.contract import AwsError, Supplement

_NEEDED = ("name", "source", "artifacts", "environment", "serviceRole")
_DEFAULT_TIMEOUT = 60
_DEFAULT_QUEUE_TIMEOUT = 480


def supplement() -> Supplement:
    """Return the operations on projects that differ from moto's."""
    return Supplement(
        service="codebuild",
        answers={
            "CreateProject": _create,
            "UpdateProject": _update,
            "DeleteProject": _delete,
            "BatchGetProjects": _get,
        },
    )


def _create(call: Call) -> JsonObject:
    request = call.parameters
    missing = [name for name in _NEEDED if name not in request]
    if missing:
        raise AwsError("InvalidInputException", f"Project {missing[0]} is required")
    projects = moto_store.codebuild(call.place).codebuild_projects
    name = request["name"]
    if name in projects:
        raise AwsError("ResourceAlreadyExistsException", f"Project already exists: {_arn(call.place, name)}")
    now = time.time()
    project = {**_defaults(call.place, name, now), **request}
    _store(call.place, project)
    return {"project": project}


def _update(call: Call) -> JsonObject:
    project = _find(call.place, call.parameters["name"])
    if project is None:
        raise AwsError("ResourceNotFoundException", f"Project cannot be found: {call.parameters['name']}")
    changes = {key: value for key, value in call.parameters.items() if key != "name"}
    updated = {**project, **changes, "lastModified": time.time()}
    _store(call.place, updated)
    return {"project": updated}


def _delete(call: Call) -> JsonObject:
    moto_store.codebuild(call.place).delete_project(_name(call.parameters["name"]))
    return {}


def _get(call: Call) -> JsonObject:
    found = {name: _find(call.place, name) for name in call.parameters["names"]}
    return {
        "projects": [project for project in found.values() if project],
        "projectsNotFound": [name for name, project in found.items() if not project],
    }


def _defaults(place: Place, name: str, now: float) -> JsonObject:
    return {
        "arn": _arn(place, name),
        "badge": {"badgeEnabled": False},
        "cache": {"type": "NO_CACHE"},
        "created": now,
        "encryptionKey": place.arn("kms", "alias/aws/s3"),
        "lastModified": now,
        "projectVisibility": "PRIVATE",
        "queuedTimeoutInMinutes": _DEFAULT_QUEUE_TIMEOUT,
        "tags": [],
        "timeoutInMinutes": _DEFAULT_TIMEOUT,
    }


def _store(place: Place, project: JsonObject) -> None:
    backend = moto_store.codebuild(place)
    backend.codebuild_projects[project["name"]] = moto_store.build_project(place, project)
    backend.build_history.setdefault(project["name"], [])


def _find(place: Place, name_or_arn: str) -> JsonObject | None:
    kept = moto_store.codebuild(place).codebuild_projects.get(_name(name_or_arn))
    return dict(kept.project_metadata) if kept else None


def _name(name_or_arn: str) -> str:
    return name_or_arn.rpartition("project/")[2]


def _arn(place: Place, name: str) -> str:
    return place.arn("codebuild", f"project/{name}")
