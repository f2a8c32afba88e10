"""Puts a team's repository into a folder: all of it or nothing, and in the place of nothing."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from sagemaker_templates.adoption.answers import KEYS, Answers
from sagemaker_templates.adoption.continuous_integration import SYSTEMS, ci_file
from sagemaker_templates.adoption.environment_file import environment_file
from sagemaker_templates.adoption.team_files import team_files
from sagemaker_templates.configuration import load_configuration
from sagemaker_templates.failures import WrongInput
from sagemaker_templates.review.atlantis import atlantis_yaml
from sagemaker_templates.settings import InvalidSettings
from sagemaker_templates.stacks.synthesis import planned_stacks
from sagemaker_templates.templates.registry import all_templates
from sagemaker_templates.temporary import temporary_folder
from sagemaker_templates.whole_file import write_all_new

ENVIRONMENTS = "environments"
_ATLANTIS = "atlantis.yaml"


def check_free(folder: Path) -> None:
    """Make sure that nothing is there of what any repository holds.

    Raises:
        WrongInput: something is, or the folder is none; each of them is named.
    """
    if folder.exists() and not folder.is_dir():
        raise WrongInput(f"{folder} is no folder; nothing was written")
    files = {*team_files(""), _ATLANTIS, ENVIRONMENTS}
    _refuse_taken(folder, files)


def write_repository(answers: Answers, folder: Path) -> tuple[str, ...]:
    """Write the files of a repository that is known whole; return their names, sorted.

    Raises:
        WrongInput: the settings are wrong together, or one of the files is there; nothing was written.
        OSError: one cannot be written; none is there then.
    """
    if answers.ci is None or answers.package is None or not answers.names:
        raise ValueError("answers that lack something make no repository")
    settings = _settings(answers)
    texts = {**settings, **team_files(answers.package), _ATLANTIS: _atlantis(settings)}
    system = SYSTEMS[answers.ci]
    if system.target:
        texts[system.target] = ci_file(system, answers.names)
    _refuse_taken(folder, texts)
    write_all_new({folder / name: text for name, text in sorted(texts.items())})
    return tuple(sorted(texts))


def _refuse_taken(folder: Path, names: Iterable[str]) -> None:
    taken = sorted(name for name in names if os.path.lexists(folder / name))
    if taken:
        lines = [f"{folder / name} is there already" for name in taken]
        raise WrongInput("\n".join([*lines, "nothing was written: init needs a place where none of these is"]))


def _settings(answers: Answers) -> Mapping[str, str]:
    return {
        f"{ENVIRONMENTS}/{name}/environment.yaml": environment_file(
            name, {key: answers.values[name, key] for key in KEYS}, answers.names[number:]
        )
        for number, name in enumerate(answers.names, 1)
    }


def _atlantis(settings: Mapping[str, str]) -> str:
    """What ``sagemaker-templates atlantis`` would write of them, once all of them are right together."""
    with temporary_folder() as work:
        write_all_new({work / name: text for name, text in settings.items()})
        try:
            configuration = load_configuration(work / ENVIRONMENTS)
        except InvalidSettings as invalid:
            lines = [str(problem).replace(f"{work}/", "") for problem in invalid.problems]
            raise WrongInput("\n".join([*lines, "nothing was written"])) from None
        stacks = planned_stacks(configuration, all_templates())
        return atlantis_yaml(stacks, output=work / "cdktf.out", file=work / _ATLANTIS)
