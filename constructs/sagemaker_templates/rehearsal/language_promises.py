"""What clients send to the endpoint of a language model, in the words of the container that serves it.

Only what is answered: which status a mistake gets is the container's own, and its code is not here.
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
_MESSAGES = [{"role": "user", "content": "How many rings has an abalone of ten years?"}]


def _generated(answer: Any) -> str:
    return str(answer[0]["generated_text"])


def _completed(answer: Any) -> str:
    return str(answer["choices"][0]["text"])


def _replied(answer: Any) -> str:
    return str(answer["choices"][0]["message"]["content"])


def _asked(name: str, body: Mapping[str, Any], text: Callable[[Any], str], about: str) -> Promise:
    def read(answer: Answered) -> Said:
        try:
            found = text(json.loads(answer.body)).strip()
        except (ValueError, LookupError, TypeError):
            return ()
        return (found,) if found else ()

    request = Asked(json.dumps(body), {"Content-Type": _JSON})
    return Promise(name, request, HTTPStatus.OK, _JSON, read, about)


_INPUTS = _asked("inputs", {"inputs": _QUESTION, "parameters": {"max_new_tokens": _TOKENS}}, _generated, "question")
_PROMPT = _asked("prompt", {"prompt": _QUESTION, "max_tokens": _TOKENS}, _completed, "question")
_CHAT = _asked("messages", {"messages": _MESSAGES, "max_tokens": _TOKENS}, _replied, "messages")
_CHAT_AGAIN = _asked("messages once more", {"messages": _MESSAGES, "max_tokens": _TOKENS}, _replied, "messages")

PROMISES: Mapping[str, Sequence[Promise]] = {
    TGI: (_INPUTS, _PROMPT, _CHAT, _CHAT_AGAIN),
    VLLM: (_PROMPT, _CHAT, _CHAT_AGAIN),
}
"""By the repository of the container's image."""
