"""What clients send to the endpoint of a language model, in the words of the container that serves it.

Only what is answered: which status a mistake gets is the container's own, and its code is not here. To a conversation
something is said; a text that was none may have no continuation, for a model that was tuned on conversations.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from sagemaker_templates.rehearsal.containers.known import TGI, VLLM, Answered, Asked
from sagemaker_templates.rehearsal.promises import Promise, Said

_JSON = "application/json"
_TOKENS = 8
_QUESTION = "What is a lighthouse for?"
_MESSAGES = [{"role": "user", "content": "Are there old ships?"}]


def _generated(answer: Any) -> str:
    text: str = answer[0]["generated_text"]
    return text


def _completed(answer: Any) -> str:
    text: str = answer["choices"][0]["text"]
    return text


def _replied(answer: Any) -> str:
    text: str = answer["choices"][0]["message"]["content"]
    return text


def _asked(
    name: str, body: Mapping[str, Any], text: Callable[[Any], str], about: str, *, may_be_empty: bool = False
) -> Promise:
    def read(answer: Answered) -> Said:
        try:
            found = text(json.loads(answer.body)).strip()
        except (ValueError, LookupError, TypeError, AttributeError):
            return ()
        return (found,) if found or may_be_empty else ()

    request = Asked(json.dumps(body), {"Content-Type": _JSON})
    return Promise(name, request, HTTPStatus.OK, _JSON, read, about)


_GENERATION = {"inputs": _QUESTION, "parameters": {"max_new_tokens": _TOKENS}}
_COMPLETION = {"prompt": _QUESTION, "max_tokens": _TOKENS}
_INPUTS = _asked("inputs", _GENERATION, _generated, "question", may_be_empty=True)
_PROMPT = _asked("prompt", _COMPLETION, _completed, "question", may_be_empty=True)
_CHAT = _asked("messages", {"messages": _MESSAGES, "max_tokens": _TOKENS}, _replied, "messages")
_CHAT_AGAIN = _asked("messages once more", {"messages": _MESSAGES, "max_tokens": _TOKENS}, _replied, "messages")

PROMISES: Mapping[str, Sequence[Promise]] = {
    TGI: (_INPUTS, _PROMPT, _CHAT, _CHAT_AGAIN),
    VLLM: (_PROMPT, _CHAT, _CHAT_AGAIN),
}
"""By the repository of the container's image."""
