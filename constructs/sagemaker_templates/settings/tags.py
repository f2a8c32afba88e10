"""AWS's rules for tags: https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html"""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

MOST_TAGS = 40  # of the 50 that a resource may have; the rest is left for the project's own and for SageMaker's
LONGEST_KEY = 128
LONGEST_VALUE = 256
TAG_BROKEN = "tag_broken"


def _is_tag_text(text: str) -> bool:
    return all(character in "_.:/=+-@" or unicodedata.category(character)[0] in "LZN" for character in text)


def _checked_key(key: str) -> str:
    if not 1 <= len(key) <= LONGEST_KEY:
        raise PydanticCustomError(TAG_BROKEN, f"a tag's name has 1 to {LONGEST_KEY} characters")
    if key.lower().startswith("aws:"):
        raise PydanticCustomError(TAG_BROKEN, 'a tag\'s name may not begin with "aws:", which AWS keeps for itself')
    if not _is_tag_text(key):
        raise PydanticCustomError(TAG_BROKEN, "a tag's name has letters, digits, spaces and _.:/=+-@ only")
    return key


def _checked_value(value: str) -> str:
    if len(value) > LONGEST_VALUE:
        raise PydanticCustomError(TAG_BROKEN, f"a tag's value has at most {LONGEST_VALUE} characters")
    if not _is_tag_text(value):
        raise PydanticCustomError(TAG_BROKEN, "a tag's value has letters, digits, spaces and _.:/=+-@ only")
    return value


TagKey = Annotated[
    str,
    AfterValidator(_checked_key),
    Field(json_schema_extra={"minLength": 1, "maxLength": LONGEST_KEY, "not": {"pattern": "^[aA][wW][sS]:"}}),
]
TagValue = Annotated[str, AfterValidator(_checked_value), Field(json_schema_extra={"maxLength": LONGEST_VALUE})]
Tags = Annotated[dict[TagKey, TagValue], Field(max_length=MOST_TAGS)]
