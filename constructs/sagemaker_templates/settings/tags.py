"""AWS's rules for tags: https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html

What else is refused here is what AWS takes and then keeps otherwise, so that every later plan wants to change it.
"""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from sagemaker_templates.settings.rules import Source
from sagemaker_templates.settings.spelling import did_you_mean

MOST_TAGS = 40  # of the 50 that a resource may have; the rest is left for the project's own and for SageMaker's
LONGEST_KEY = 128
LONGEST_VALUE = 256
TAG_BROKEN = "tag_broken"

PROJECT_ID = "sagemaker:project-id"
PROJECT_NAME = "sagemaker:project-name"
DOMAIN_ID = "sagemaker:domain-id"
DOMAIN_ARN = "sagemaker:domain-arn"
ENVIRONMENT = "sagemaker-templates:environment"
OWN_TAGS = (PROJECT_ID, PROJECT_NAME, DOMAIN_ID, DOMAIN_ARN, ENVIRONMENT)
"""The tags that the stacks put on all that they hold: SageMaker Studio's and the environment's."""


def _is_tag_text(text: str) -> bool:
    return all(character in "_.:/=+-@" or unicodedata.category(character)[0] in "LZN" for character in text)


def _checked_key(key: str) -> str:
    if not 1 <= len(key) <= LONGEST_KEY:
        raise PydanticCustomError(TAG_BROKEN, f"a tag's name has 1 to {LONGEST_KEY} characters")
    if key.lower().startswith("aws:"):
        raise PydanticCustomError(TAG_BROKEN, 'a tag\'s name may not begin with "aws:", which AWS keeps for itself')
    if not _is_tag_text(key):
        raise PydanticCustomError(TAG_BROKEN, "a tag's name has letters, digits, spaces and _.:/=+-@ only")
    _check_ends(key, "name")
    # IAM and others take tags whose names differ in case alone for one:
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html#id_tags_rules
    own = next((own for own in OWN_TAGS if own.lower() == key.lower()), None)
    if own:
        raise PydanticCustomError(TAG_BROKEN, f'the tag "{own}", in any case, is set by the stacks; leave it out')
    return key


def _check_ends(text: str, what: str) -> None:
    """Blanks at the ends are kept by some services and cut off by others, S3 among them."""
    stripped = text.strip()
    if stripped != text:
        hint = did_you_mean(stripped, [stripped]) if stripped else ""
        raise PydanticCustomError(TAG_BROKEN, f"a tag's {what} has no blanks at its ends{hint}")


def _checked_value(value: str) -> str:
    if not 1 <= len(value) <= LONGEST_VALUE:
        # Terraform's AWS provider leaves a tag without a value out of some requests, and misses it in each plan.
        raise PydanticCustomError(TAG_BROKEN, f"a tag's value has 1 to {LONGEST_VALUE} characters")
    if not _is_tag_text(value):
        raise PydanticCustomError(TAG_BROKEN, "a tag's value has letters, digits, spaces and _.:/=+-@ only")
    _check_ends(value, "value")
    return value


TagKey = Annotated[
    str,
    AfterValidator(_checked_key),
    Field(json_schema_extra={"minLength": 1, "maxLength": LONGEST_KEY, "not": {"pattern": "^[aA][wW][sS]:"}}),
]
TagValue = Annotated[
    str,
    AfterValidator(_checked_value),
    Field(json_schema_extra={"minLength": 1, "maxLength": LONGEST_VALUE}),
]
Tags = Annotated[
    dict[TagKey, TagValue],
    Field(max_length=MOST_TAGS),
    Source("https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html"),
]
