"""Plan one environment: ``python -m deploy.plan``. The plan and all that it was made of become an artifact.

The platform's own builds review it, and apply exactly this file once it is approved.
"""

import argparse
import base64
import json
import shutil
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from deploy.counts import starting_counts
from deploy.environments import ROOT, load
from deploy.failures import DeployError, command
from deploy.install import terraform
from deploy.resolve import FILE, Release
from deploy.settings import Sample
from deploy.target import Facts, Session, Target
from deploy.terraform import Terraform
from deploy.variables import variables

CONFIGURATION = ROOT / "terraform"
TARGET_FILE = "target.json"
SAMPLE_FILE = "sample.json"
_LOCK_FILE = ".terraform.lock.hcl"


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m deploy.plan", description=__doc__)
    parser.add_argument("--release", type=Path, required=True, help="the folder of the artifact with release.json")
    parser.add_argument("--folder", type=Path, default=Path("build/plan"))
    options = parser.parse_args(arguments)
    return command(lambda: _plan(options.release, options.folder))


def _plan(released: Path, folder: Path) -> None:
    release, target = Release.read(released / FILE), Target.from_variables()
    if release.status != "ready":
        raise DeployError(str(release))
    settings = load(target.environment)
    session = Session(target)
    facts = session.facts()
    prepare(folder, facts)
    sagemaker = session.client("sagemaker", facts.region)
    counts = partial(starting_counts, sagemaker, facts.endpoint_name, settings=settings)
    content = variables(settings, facts, release, CONFIGURATION, counts)
    (folder / "terraform.tfvars.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    runner = Terraform(terraform(), folder, session.environment(facts.region))
    runner.init(facts.state)
    (folder / "plan.txt").write_text(runner.plan(), encoding="utf-8")
    if settings.sample:
        write_sample(folder, settings.sample)


def prepare(folder: Path, facts: Facts) -> None:
    """Fill an empty folder with the configuration, its lock file, and the target that the plan is for."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for file in (*sorted(CONFIGURATION.glob("*.tf")), CONFIGURATION / _LOCK_FILE):
        shutil.copy(file, folder)
    (folder / TARGET_FILE).write_text(facts.model_dump_json(indent=2) + "\n", encoding="utf-8")


def write_sample(folder: Path, sample: Sample, root: Path = ROOT) -> None:
    """Write the request that the endpoint is sent once it serves what was planned."""
    content = {
        "name": Path(sample.file).name,
        "content_type": sample.content_type,
        "accept": sample.accept,
        "body": base64.b64encode((root / sample.file).read_bytes()).decode("ascii"),
    }
    (folder / SAMPLE_FILE).write_text(json.dumps(content) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
