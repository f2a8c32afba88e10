"""Rules for text: a pattern, what is allowed in words, and the nearest right spelling of a wrong value."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import PydanticCustomError, core_schema

from sagemaker_templates.settings.spelling import did_you_mean, holds_token

RULE_BROKEN = "rule_broken"


@dataclass(frozen=True)
class Rule:
    """Annotates text in a settings model: ``Name = Annotated[str, Rule("[a-z]+", "lower-case letters")]``.

    Attributes:
        pattern: a regular expression that the whole text matches; one that JSON Schema understands too.
        allowed: what is allowed, in words, for the message.
        max_length: the longest text, in characters.
        choices: where given, gives the only texts that are allowed; asked when a value is checked.
        example: a text that the rule accepts once ``{account}``, ``{region}`` and ``{partition}`` are filled in, as
            ``example_in`` does; none where it is empty.
    """

    pattern: str
    allowed: str
    max_length: int | None = None
    choices: Callable[[], tuple[str, ...]] | None = None
    example: str = ""

    def accepts(self, text: object) -> bool:
        """Whether the rule allows a value."""
        if not isinstance(text, str) or _compiled(self.pattern).fullmatch(text) is None:
            return False
        if self.max_length is not None and len(text) > self.max_length:
            return False
        return self.choices is None or text in self.choices()

    def hint(self, text: str) -> str:
        """The end of a message: the nearest text that the rule allows, if there is one."""
        if holds_token(text):
            return ""
        stripped = text.strip()
        for candidate in (stripped, stripped.lower(), re.sub(r"[\s_]+", "-", stripped.lower())):
            if candidate != text and self.accepts(candidate):
                return did_you_mean(candidate, [candidate])
        return did_you_mean(text, self.choices()) if self.choices else ""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """The check that pydantic runs in place of its own for text."""
        return core_schema.no_info_plain_validator_function(self._checked)

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The same rule for editors; choices are left out, since they change with AWS."""
        length = {} if self.max_length is None else {"maxLength": self.max_length}
        return {"type": "string", "pattern": f"^(?:{self.pattern})$", **length}

    def _checked(self, value: object) -> str:
        if isinstance(value, str) and self.accepts(value):
            return value
        raise PydanticCustomError(RULE_BROKEN, "not allowed", {"rule": self})


@dataclass(frozen=True)
class Source:
    """Annotates a kind of value with the page that its rule is taken from: ``Annotated[str, Rule(…), Source("https://…")]``."""

    url: str


@dataclass(frozen=True)
class NotAToken(Rule):
    """The name of a secret: a secret itself, pasted in place of its name, is refused and not repeated."""

    def accepts(self, text: object) -> bool:
        """Whether the text is a name and no token."""
        return super().accepts(text) and isinstance(text, str) and not holds_token(text)


@dataclass(frozen=True)
class AtMost:
    """Annotates a list whose limit needs a reason: ``Annotated[tuple[str, ...], AtMost(4, "since one is ours")]``.

    Attributes:
        most: how many entries are allowed.
        because: why not more, in words, for the message.
    """

    most: int
    because: str

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """The check that pydantic runs before its own for the entries."""
        return core_schema.no_info_before_validator_function(self._checked, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The same limit for editors."""
        return {**handler(schema), "maxItems": self.most}

    def _checked(self, value: object) -> object:
        if isinstance(value, (list, tuple)) and len(value) > self.most:
            raise PydanticCustomError(RULE_BROKEN, "too many", {"rule": self})
        # A strict model takes JSON's list for a tuple, but not one that a check has seen.
        return tuple(value) if isinstance(value, list) else value


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)
