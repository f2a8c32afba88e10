"""The commands of the review; ``cli`` puts them on the command line."""

import difflib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from sagemaker_templates.configuration import load_and_note
from sagemaker_templates.failures import WrongInput
from sagemaker_templates.options import EnvironmentsOption, MigrateOption, OrphanOption, SynthesizedOption
from sagemaker_templates.temporary import temporary_folder
from sagemaker_templates.terminal import errors, results, say
from sagemaker_templates.whole_file import write_whole
from sagemaker_templates.wording import counted


def atlantis(
    *,
    environments: EnvironmentsOption = Path("environments"),
    output: SynthesizedOption = Path("cdktf.out"),
    file: Annotated[
        Path | None,
        typer.Option("--file", help="The file to write.", show_default="atlantis.yaml beside environments"),
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; end with 1 if the file is stale.")] = False,
    orphan: OrphanOption = None,
    migrate: MigrateOption = None,
) -> None:
    """Write atlantis.yaml: one project per stack, in the order of their dependencies."""
    from sagemaker_templates.application import planned_whereabouts
    from sagemaker_templates.output_folder.vanished import (
        Decisions,
        Synthesized,
        check_nothing_vanishes,
        synthesized,
    )
    from sagemaker_templates.review.atlantis import atlantis_yaml, stacks_named
    from sagemaker_templates.stacks.synthesis import planned_stacks
    from sagemaker_templates.templates.registry import all_templates

    target = file or environments.parent / "atlantis.yaml"
    configuration = load_and_note(environments, output)
    stacks = planned_stacks(configuration, all_templates())
    text = atlantis_yaml(stacks, output=output, file=target)
    # What was synthesized is committed or not; what Atlantis knew of says the same.
    old = synthesized(output)
    known = Synthesized(
        output, {name: old.stacks.get(name, {}) for name in {*old.stacks, *stacks_named(target, output)}}
    )
    planned = planned_whereabouts(configuration, environments, output)
    decisions = Decisions(orphan or (), migrate or ())
    if check:
        _check(target, text, lambda: check_nothing_vanishes(known, planned, decisions))
        return
    check_nothing_vanishes(known, planned, decisions)
    write_whole(target, text)
    say(f"{counted(len(stacks), 'project')} in {target}")


def _check(file: Path, text: str, then: Callable[[], None]) -> None:
    old = file.read_text(encoding="utf-8") if file.is_file() else ""
    if old == text:
        then()
        say(f"{file} is fresh")
        return
    for line in difflib.unified_diff(old.splitlines(), text.splitlines(), n=1, lineterm=""):
        say(line)
    then()
    say(f"{file} is stale: `sagemaker-templates atlantis` writes it anew")
    raise typer.Exit(1)


def scan(
    *,
    output: SynthesizedOption = Path("cdktf.out"),
    environments: EnvironmentsOption = Path("environments"),
    plans: Annotated[
        bool, typer.Option("--plans", help="Scan plans too: they are made on the embedded AWS emulator.")
    ] = False,
    sarif: Annotated[Path | None, typer.Option("--sarif", help="Write the findings as SARIF.")] = None,
    junit: Annotated[Path | None, typer.Option("--junit", help="Write the findings as JUnit XML.")] = None,
    passed: Annotated[
        Path | None,
        typer.Option("--passed", help="Fail if fewer checks pass than this file says; written where it is missing."),
    ] = None,
    write_config: Annotated[
        bool, typer.Option("--write-config", help="Write .checkov.yaml and .checkov.baseline.")
    ] = False,
) -> None:
    """Run checkov on the synthesized stacks, offline, with our waivers and policies."""
    from sagemaker_templates.optional_packages import CHECKOV, MOTO, require
    from sagemaker_templates.review import passed_checks, plans_on_emulator, scan_report
    from sagemaker_templates.review.checkov_config import checkov_config
    from sagemaker_templates.review.scan import scan as run_checkov

    if not (output / "stacks").is_dir():
        raise WrongInput(f"{output}/stacks is not there: `sagemaker-templates synth` writes it")
    require(CHECKOV, "the scan")
    if plans:
        require(MOTO, "the emulator that plans are made on")
    recorded = passed_checks.read(passed) if passed and passed.exists() else {}
    with temporary_folder() as work, errors.status("Scanning") as status:
        made = plans_on_emulator.make(environments, output, work, status.update) if plans else []
        status.update("Scanning")
        found = run_checkov(output, plans=made)
    scan_report.show(results(), found)
    if sarif:
        scan_report.write_sarif(found, sarif)
    if junit:
        scan_report.write_junit(found, junit)
    if write_config:
        for name, text in checkov_config(found, Path()).items():
            write_whole(Path(name), text)
    fallen = passed_checks.falls(recorded, found.passed)
    for line in fallen:
        say(line)
    if passed and not recorded:
        passed_checks.write(passed, found.passed)
    if fallen or not found.clean:
        raise typer.Exit(1)
