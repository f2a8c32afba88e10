"""The steps of a rehearsal: synthesize, apply what the project needs, go through its story, report."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from botocore.exceptions import ClientError
from rich.console import Console

from sagemaker_templates.application import write_stacks
from sagemaker_templates.configuration import load_and_note
from sagemaker_templates.demo.order import roll_out_in_order, stacks_at_once
from sagemaker_templates.demo.rollout import RolledOut, Rollout
from sagemaker_templates.demo.surroundings import emulator_of_command, rollout_on
from sagemaker_templates.emulator import Emulator
from sagemaker_templates.emulator.prepare import prepare_configuration
from sagemaker_templates.failures import StepFailed
from sagemaker_templates.operations.engine import Engine, find_engine
from sagemaker_templates.operations.terraform import FEWER_COLLECTIONS
from sagemaker_templates.optional_packages import MOTO, require
from sagemaker_templates.rehearsal.containers.known import LOCK, Containers
from sagemaker_templates.rehearsal.deployment import Deployment
from sagemaker_templates.rehearsal.destroying import (
    Destruction,
    check_nothing_left,
    remove_what_builds_made,
    unprotected,
)
from sagemaker_templates.rehearsal.events import Place
from sagemaker_templates.rehearsal.github import GitHubHalf
from sagemaker_templates.rehearsal.importing import hub_of
from sagemaker_templates.rehearsal.inventory import standing
from sagemaker_templates.rehearsal.markdown import as_markdown
from sagemaker_templates.rehearsal.packages import chosen_python, python_with
from sagemaker_templates.rehearsal.page import as_page
from sagemaker_templates.rehearsal.pipeline_project import PipelineProject
from sagemaker_templates.rehearsal.report import Report, Timeline
from sagemaker_templates.rehearsal.repository import StandingTip, Tip
from sagemaker_templates.rehearsal.rights_used import GrantedRole, RoleRights, rights_used, roles_of
from sagemaker_templates.rehearsal.scope import Cast, chosen_project, with_what_it_needs
from sagemaker_templates.rehearsal.shown import show_end, show_moment
from sagemaker_templates.rehearsal.story import Story
from sagemaker_templates.rehearsal.triggers import ADMINISTRATOR, RehearsalFailed
from sagemaker_templates.settings import Configuration
from sagemaker_templates.settings.model import Project
from sagemaker_templates.stacks.synthesis import StackPlan, planned_stacks
from sagemaker_templates.templates.registry import all_templates
from sagemaker_templates.temporary import temporary_folder
from sagemaker_templates.whole_file import write_whole
from sagemaker_templates.wording import counted


@dataclass(frozen=True)
class Wanted:
    """What was asked for on the command line.

    Attributes:
        scope: ``ENV``, ``ENV/PROJECT`` or None for the first project that can be rehearsed.
        python: of an environment that has the repository's packages; None to make one.
        container_python: of one that has what the XGBoost container serves with; None to make one.
        model_python: of one that can load language models; None for none, and those are not invoked.
        report: the folder for ``rehearsal.md`` and ``rehearsal.html``; None for the terminal alone.
    """

    scope: str | None
    environments: Path
    output: Path
    python: Path | None
    container_python: Path | None
    model_python: Path | None
    report: Path | None


def rehearse(console: Console, wanted: Wanted) -> None:
    """Rehearse one project on an emulator that is gone afterwards.

    Raises:
        WrongInput, InvalidSettings: what was asked for is not there.
        StepFailed: something failed; the report was written and shown before.
        Interrupted: somebody ended it; nothing that it started is left.
    """
    engine = find_engine()
    require(MOTO, "the rehearsal's emulator")
    python = chosen_python(wanted.python) if wanted.python else None
    served_by = chosen_python(wanted.container_python, "--container-python") if wanted.container_python else None
    models_by = chosen_python(wanted.model_python, "--model-python") if wanted.model_python else None
    configuration, templates = load_and_note(wanted.environments, wanted.output), all_templates()
    project = chosen_project(configuration, wanted.scope)
    cast = Cast.of(configuration, project)
    plans = with_what_it_needs(planned_stacks(configuration, templates), *cast.everyone)
    write_stacks(configuration, environments=wanted.environments, output=wanted.output)
    console.print(f"rehearse   {_scope(project)} ({project.template})")
    with temporary_folder() as work, emulator_of_command(keep=False, work=work) as emulator:
        console.print(f"emulate    AWS at {emulator.url}, on this machine alone; it goes at the end")
        prepare_configuration(emulator, configuration)
        containers = _containers(console, served_by, models_by, work)
        stage = _Stage(console, configuration, engine, emulator, cast, containers, work)
        stage.perform(plans, wanted, lambda repository: python or _made(console, repository))


def _made(console: Console, repository: Path) -> Path:
    """What builds, tests and jobs need; what models answer with is named by a lock of its own, where there is one."""
    tests = "requirements-test.txt" if (repository / "requirements-test.txt").exists() else "requirements-dev.txt"
    named = [repository / name for name in ("requirements.txt", tests, "requirements-local.txt")]
    return python_with([lock for lock in named if lock.exists()], console.print)


def _containers(console: Console, python: Path | None, model_python: Path | None, work: Path) -> Containers:
    (work / "containers").mkdir()
    named = "--container-python names an environment of yours"
    return Containers(
        lambda: python or python_with([LOCK], console.print, built_with="setuptools", named=named),
        work / "containers",
        model_python,
    )


def _scope(project: Project) -> str:
    return f"{project.environment.name}/{project.name}"


@dataclass(frozen=True)
class _Stage:
    console: Console
    configuration: Configuration
    engine: Engine
    emulator: Emulator
    cast: Cast
    containers: Containers
    work: Path
    destroyed: list[GrantedRole] = field(default_factory=list)

    def perform(self, plans: list[StackPlan], wanted: Wanted, python_for: Callable[[Path], Path]) -> None:
        """Apply and tell the story; whatever happens, what was seen until then is reported."""
        failed: StepFailed | None = None
        with self.console.status("Applying") as status:
            timeline = Timeline(partial(show_moment, self.console), status.update)
            try:
                self._play(plans, wanted, timeline, python_for)
            except (StepFailed, ClientError) as failure:
                failed = self._noted(timeline, failure)
        self._report(Report(_scope(self.cast.chosen), tuple(timeline.moments), self._rights()), wanted.report)
        if failed:
            raise failed

    def _play(
        self, plans: list[StackPlan], wanted: Wanted, timeline: Timeline, python_for: Callable[[Path], Path]
    ) -> None:
        places = {Place(plan.environment.account_id, plan.environment.region) for plan in plans}
        before = {place: standing(self.emulator, place.account, place.region) for place in places}
        half = GitHubHalf.of(wanted.output / "stacks", [plan.name for plan in plans])
        rollout = rollout_on(self.console, self.engine, self.emulator, half.without(self.work / "aws"), self.work)
        results = self._applied(plans, rollout, timeline)
        if half.resources:
            told = (
                f"{counted(half.resources, 'resource')} of GitHub, which is not here: what they say is read instead"
            )
            timeline.add(self.cast.chosen.environment.account_id, ADMINISTRATOR, told, "left out")
        tip = StandingTip(half)
        with hub_of(self.emulator, self.cast.training) as instead:

            def of(project: Project) -> PipelineProject:
                outputs = next(result.outputs for result in results if result.plan.project == project)
                work = self.work / f"story-{project.name}"
                return PipelineProject(self.emulator, project, outputs, timeline, python_for, work, tip, instead)

            training, predicting = of(self.cast.training), of(self.cast.predicting) if self.cast.predicting else None
            deployment = self._deployment(timeline, python_for, rollout, tip)
            Story(training, predicting, deployment, self.cast.undeployed).tell()
        self._destroy(plans, wanted, rollout, timeline, [one for one in (predicting, training) if one])
        check_nothing_left(training.happenings, before)

    def _destroy(
        self,
        plans: list[StackPlan],
        wanted: Wanted,
        rollout: Rollout,
        timeline: Timeline,
        built: Sequence[PipelineProject],
    ) -> None:
        """Everything that was applied, and before that what builds have made beside it."""
        timeline.now("Destroying")
        self.destroyed.extend(self._roles())
        for each in built:
            remove_what_builds_made(each.happenings, each.project, each.outputs)
        output = self.work / "unprotected"
        write_stacks(
            unprotected(self.configuration, self.cast.everyone), environments=wanted.environments, output=output
        )
        stacks = GitHubHalf.of(output / "stacks", [plan.name for plan in plans]).without(
            self.work / "aws-unprotected"
        )
        for one in Destruction(rollout, stacks).perform(plans):
            changed, gone = counted(one.changed, "resource"), counted(one.destroyed, "resource")
            told = f"destroyed {one.plan.name}: {changed} changed to be unprotected, {gone} destroyed"
            timeline.add(one.plan.environment.account_id, ADMINISTRATOR, told)

    def _deployment(
        self, timeline: Timeline, python_for: Callable[[Path], Path], rollout: Rollout, tip: Tip
    ) -> Deployment | None:
        if self.cast.deploying is None:
            return None
        work = self.work / "deployment"
        work.mkdir()
        machine = {**FEWER_COLLECTIONS, **rollout.provider.environment()}
        containers = self.containers
        return Deployment(self.emulator, self.cast.deploying, timeline, python_for, machine, containers, work, tip)

    def _rights(self) -> tuple[RoleRights, ...]:
        return rights_used(self.emulator, self.destroyed or self._roles())

    def _roles(self) -> tuple[GrantedRole, ...]:
        environment = self.cast.chosen.environment
        stages = self.cast.deploying.stages if self.cast.deploying else ()
        accounts = {environment.account_id, *(stage.account_id for stage in stages)}
        return roles_of(self.emulator, sorted(accounts), environment.region)

    def _noted(self, timeline: Timeline, failure: StepFailed | ClientError) -> StepFailed:
        """Put a failure into the timeline, unless it is there already."""
        if not any(moment.outcome == "failed" for moment in timeline.moments):
            first = str(failure).partition("\n")[0]
            timeline.add(self.cast.chosen.environment.account_id, ADMINISTRATOR, first, "failed")
        return failure if isinstance(failure, StepFailed) else RehearsalFailed(str(failure))

    def _applied(self, plans: list[StackPlan], rollout: Rollout, timeline: Timeline) -> list[RolledOut]:
        rollout.providers.check_others(rollout.stacks / plan.name for plan in plans)
        results = roll_out_in_order(plans, rollout.roll_out, at_once=stacks_at_once(), stop=rollout.commands.stop)
        for result in results:
            account, created = result.plan.environment.account_id, counted(len(result.created), "resource")
            if not result.second_plan_empty:
                raise RehearsalFailed(f"the second plan of {result.plan.name} was not empty")
            timeline.add(account, ADMINISTRATOR, f"applied {result.plan.name}: {created}; planned again: no changes")
        return results

    def _report(self, report: Report, folder: Path | None) -> None:
        show_end(self.console, report)
        if folder is None:
            return
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / "rehearsal.md", as_markdown(report))
        write_whole(folder / "rehearsal.html", as_page(report))
        self.console.print(f"The report is in {folder}: rehearsal.md, rehearsal.html")
