"""What the platform gives to the build of finetune_llm_evaluation."""

from build_variables import DOMAIN, ENCRYPTED, KEY, PLAIN, VARIANTS, VPC

PLATFORM = PLAIN | KEY | VPC | DOMAIN
"""Every variable that the template has."""

SPOT = {"SPOT_MAX_WAIT_SECONDS": "20000"}

ENVIRONMENTS = {name: VARIANTS[name] for name in ("plain", "key", "vpc", "other-region", "longest-names")} | {
    "platform": PLATFORM,
    "spot": PLATFORM | SPOT,
    "encrypted": PLAIN | ENCRYPTED,
}
