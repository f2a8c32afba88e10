"""Names in manifests, which Seed-Farmer takes in any spelling."""

import re


def field_of(name: str) -> str:
    """A name in snake_case, whatever its spelling: ``preProdVpcId``, ``pre-prod-vpc-id``, ``PreProdVpcId``.

    Seed-Farmer makes one variable of all of them:
    https://seed-farmer.readthedocs.io/en/latest/reference/manifests/#naming-transformation-rules
    """
    if re.fullmatch(r"[A-Z0-9_-]+", name):
        return name.replace("-", "_").lower()
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return re.sub(r"[\s_-]+", "_", parted).strip("_").lower()


def kebab(field: str) -> str:
    """A field as our files write it."""
    return field.replace("_", "-")


def slug(name: str) -> str:
    """A name as files and environments may have it: lower-case letters, digits and single hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", kebab(field_of(name))).strip("-")
