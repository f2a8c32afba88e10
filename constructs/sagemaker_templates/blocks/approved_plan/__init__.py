"""The builds that review a saved plan and apply it: what they run comes from here, never from the repository.

A repository's code plans, with a role that reads. It hands on one file. What reviews that file, and what applies it
with the deployer role, is an archive of the platform's, named by its digest in the build projects; their buildspecs
stand in Terraform as well.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sagemaker_templates.assets import Asset
from sagemaker_templates.naming import ProjectNames
from sagemaker_templates.providers import aws
from sagemaker_templates.seeds import archive, seed_folder

EXPORTED = ("PLAN_SHA256", "PLAN_SUMMARY", "PLAN_URL", "MODEL_PACKAGE_VERSION", "ENDPOINT_CONFIGURATION")
"""What a review hands to the pipeline."""

PREFIX = "approved/"
"""Where in the pipeline's bucket the archive lies, apart from what the pipeline passes on."""

_PROGRAM = Path(__file__).with_name("program")
_SHARED = ("__init__", "exports", "failures", "install", "target", "terraform")
"""What the repository plans with, too: there is one source of both, and the archive has a copy of its own."""


@dataclass(frozen=True)
class Program:
    """The archive in a bucket.

    Attributes:
        object: the ``aws_s3_object``: depend on it to find the archive there.
        digest: SHA-256 of the archive, in hexadecimal.
    """

    object: Any
    bucket: str
    key: str
    digest: str

    @property
    def review(self) -> str:
        """The buildspec of a review."""
        command = "python -m approved.review --artifact $CODEBUILD_SRC_DIR --exports $WORK/review.env"
        return self._buildspec(command, ". $WORK/review.env", exported=EXPORTED)

    @property
    def apply(self) -> str:
        """The buildspec of an apply."""
        return self._buildspec("python -m approved.apply --artifact $CODEBUILD_SRC_DIR --folder $WORK")

    def _buildspec(self, *commands: str, exported: Sequence[str] = ()) -> str:
        """Everything happens in a new folder: where a build starts lies what the repository's code has written.

        JSON is YAML, too, and Terraform shows what changes in it. Without a double quote in it, and in one line: the
        HCL that CDKTF's command line writes would say something else. Neither folder's name has a blank.
        """
        work, program = "cd $WORK && ", "cd $WORK/program && "
        install = [
            "export WORK=$(mktemp -d)",
            f"{work}aws s3 cp --only-show-errors s3://{self.bucket}/{self.key} program.zip",
            f"{work}echo '{self.digest}  program.zip' | sha256sum --check --strict",
            f"{work}python -m zipfile -e program.zip program",
            f"{program}python -m pip install --quiet --no-deps --require-hashes -r requirements.txt",
            f"{program}python -m deploy.install",
        ]
        environment = {"shell": "bash", "variables": {"PIP_DISABLE_PIP_VERSION_CHECK": "1"}}
        buildspec = {
            "version": 0.2,
            "env": {**environment, "exported-variables": list(exported)} if exported else environment,
            "phases": {
                "install": {"runtime-versions": {"python": "3.11"}, "commands": install},
                "build": {"commands": [f"{program}{command}" for command in commands]},
            },
        }
        return json.dumps(buildspec)


def program_asset() -> Asset:
    """The archive."""
    return Asset("approved-plan.zip", archive(_files()))


def stored_program(
    scope: Any, id_: str, *, asset: Asset, names: ProjectNames, key: Any, after: Sequence[Any]
) -> Program:
    """Put the archive into the pipeline's bucket, under the name of its digest.

    Args:
        asset: see ``program_asset``.
        key: encrypts it.
        after: what to depend on to find the bucket ready.
    """
    bindings = aws.s3_object
    digest = hashlib.sha256(asset.content).hexdigest()
    name = f"{PREFIX}{digest}.zip"
    # An object has at most ten tags, fewer than a project may have
    # (https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html): it has none of the provider's.
    made = bindings.S3Object(
        scope,
        id_,
        bucket=names.pipeline_bucket,
        key=name,
        source=asset.terraform_path,
        source_hash=asset.sha256_base64,
        content_type="application/zip",
        kms_key_id=key.arn,
        override_provider=bindings.S3ObjectOverrideProvider(
            default_tags=bindings.S3ObjectOverrideProviderDefaultTags(tags={})
        ),
        depends_on=list(after),
    )
    return Program(made, names.pipeline_bucket, name, digest)


def _files() -> dict[str, bytes]:
    repository = seed_folder("model_deploy")
    return {
        **{f"approved/{file.name}": file.read_bytes() for file in _PROGRAM.glob("*.py")},
        **{f"deploy/{name}.py": (repository / "deploy" / f"{name}.py").read_bytes() for name in _SHARED},
        "requirements.txt": (repository / "requirements.txt").read_bytes(),
    }
