"""What the model is asked, in training and in evaluation alike, and the SQL in what it answers."""

from __future__ import annotations

import re
from typing import Any

from examples import Example

INSTRUCTION = "Answer the question with one SQLite query on the given tables. Write the query and nothing else."

_FENCED = re.compile(r"```(?:sql|sqlite)?\s*(.*?)(?:```|\Z)", re.DOTALL | re.IGNORECASE)
_STATEMENT = re.compile(r"((?:'(?:[^']|'')*'|[^;'])*)")

Tokenizer = Any
"""A tokenizer of the transformers library."""


def prompt(tokenizer: Tokenizer, example: Example) -> str:
    """The text up to where the SQL begins: as a chat for models that have learned to chat, else as plain text."""
    if not getattr(tokenizer, "chat_template", None):
        return f"{example.schema}\nQuestion: {example.question}\nSQL:"
    messages = [
        {"role": "system", "content": INSTRUCTION},
        {"role": "user", "content": f"{example.schema}\n\n{example.question}"},
    ]
    text: str = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    return text


def completion(tokenizer: Tokenizer, example: Example) -> str:
    """What the model is to write after the prompt."""
    space = "" if getattr(tokenizer, "chat_template", None) else " "
    return f"{space}{example.sql}{tokenizer.eos_token}"


def extract_sql(text: str) -> str:
    """The first statement in an answer, taken out of a code block if it stands in one."""
    fenced = _FENCED.search(text)
    statement = _STATEMENT.match((fenced.group(1) if fenced else text).strip())
    return statement.group(1).strip() if statement else ""
