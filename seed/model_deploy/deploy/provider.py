"""What SageMaker knows already, and the AWS provider that this repository is locked to does not."""

import re
from pathlib import Path

LOCK_FILE = Path(__file__).resolve().parents[1] / "terraform" / ".terraform.lock.hcl"

# 5.100.0 is the last of its major version, and refuses any other name when it plans.
_MACHINE_IMAGES_OF_5 = frozenset(
    f"al2-ami-sagemaker-inference-{name}" for name in ("gpu-2", "gpu-2-1", "gpu-3-1", "neuron-2")
)


def why_not(machine_image: str) -> str:
    """Why the provider would refuse the machine image of a variant, and what to do; empty where it would not."""
    locked = _locked_version()
    if not locked.startswith("5.") or machine_image in _MACHINE_IMAGES_OF_5:
        return ""
    return (
        f"AWS provider {locked}, which terraform/.terraform.lock.hcl names, does not know it; lock a newer one, "
        "`terraform -chdir=terraform init -backend=false -upgrade`, and commit that file"
    )


def _locked_version() -> str:
    """The version of the AWS provider in the lock file; empty where there is none."""
    text = LOCK_FILE.read_text(encoding="utf-8") if LOCK_FILE.exists() else ""
    found = re.search(r'^provider "[^"]*/hashicorp/aws" \{\n\s*version\s*=\s*"([^"]+)"', text, re.MULTILINE)
    return found[1] if found else ""
