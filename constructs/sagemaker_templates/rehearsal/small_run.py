"""What a repository's pipeline runs with on a small machine; this runs in the repository's own Python.

``python small_run.py REPOSITORY FOLDER``: what the repository itself gives to ``python -m mlops.local`` where nobody
names a model. Files for S3 lie in FOLDER afterwards, as ``BUCKET/KEY``; the last line is the parameters, as JSON.
"""

import json
import sys
from pathlib import Path

from mlops.local.aws.boto3.registry import Registry
from mlops.local.definition import Json
from mlops.local.repository import Ground, local_run
from mlops.local.store import FolderStore
from mlops.settings import Settings


def main(repository: Path, folder: Path) -> Json:
    """Make the model; returns the parameters."""
    run = local_run(repository)
    ground = Ground(Settings.from_environment(), FolderStore(folder), Registry(folder / "registry"))
    return {**run.parameters, **(run.model.prepare(ground, None) if run.model else {})}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]))))
