"""A repository read back as its delivery pipeline reads it, and compared with what it was seeded with."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sagemaker_templates.naming import ProjectNames
from sagemaker_templates.rehearsal.acting import RightMissing, session_of
from sagemaker_templates.rehearsal.repository import Tip, source_of
from sagemaker_templates.rehearsal.triggers import Happenings
from sagemaker_templates.seeds import assemble
from sagemaker_templates.settings.model import Project
from sagemaker_templates.templates.registry import all_templates
from sagemaker_templates.wording import counted


def read_back(happenings: Happenings, pipeline: Mapping[str, Any], project: Project, work: Path, tip: Tip) -> Path:
    """Return a folder with the files of a project's repository.

    Args:
        pipeline: the delivery pipeline's definition.
        work: an empty folder.
        tip: where the pipeline's source action gets the files from.

    Raises:
        RehearsalFailed: it is not what the seed says, the pipeline reads another, or its role may not read it.
    """
    template, place = all_templates()[project.template], happenings.place
    repository = ProjectNames(project, template.repository_suffix).repository
    happenings.timeline.now(f"Reading {repository}")
    own = place.arn("codepipeline", pipeline["name"])
    actor = session_of(happenings.emulator, pipeline["roleArn"], "codepipeline.amazonaws.com", place.region, own)
    source = source_of(pipeline)["configuration"]
    owner = f"{project.repository.owner}/" if project.repository.type != "CodeCommit" else ""
    read_there = source.get("RepositoryName") or source["FullRepositoryId"]
    if (read_there, source["BranchName"]) != (f"{owner}{repository}", "main"):
        happenings.fail(actor.role, f"{pipeline['name']} reads {source['BranchName']} of {read_there}")
    try:
        folder = tip.checkout(source, actor, work)
    except RightMissing as error:
        happenings.fail(actor.role, str(error))
    read = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    seed = assemble(template.seed)
    different = sorted(path for path in read.keys() | seed.keys() if read.get(path) != seed.get(path))
    if different:
        happenings.fail(actor.role, f"{repository} is not as it was seeded: {', '.join(different)}")
    happenings.note(actor.role, f"read {repository}: {counted(len(read), 'file')}, as they were seeded")
    return folder
