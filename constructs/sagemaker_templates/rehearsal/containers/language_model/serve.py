"""A language model in its files, asked in the words of the containers that serve it in AWS.

Text Generation Inference and vLLM cannot be installed on a machine without GPUs. transformers reads what they read
(configuration, tokenizer with its chat template, weights as safetensors), where their variable says that it lies, and
takes the likeliest token each time. So what is shown here is that the files are a model which answers; how those
containers say no, how fast they are and how long they take to start is not.

Requests and answers are one JSON object each line, as for the XGBoost container. The forms are those of
https://huggingface.co/docs/text-generation-inference/reference/api_reference (``inputs``) and, for both,
https://platform.openai.com/docs/api-reference (``messages``, ``prompt``).
"""

import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

Json = dict[str, Any]

# By which variable a container is told where its model is, and the forms that it takes.
_FORMS: Mapping[str, frozenset[str]] = {
    "HF_MODEL_ID": frozenset({"inputs", "prompt", "messages"}),
    "SM_VLLM_MODEL": frozenset({"prompt", "messages"}),
}
_OK, _UNPROCESSABLE = 200, 422
_MOST_TOKENS = 100


@dataclass(frozen=True)
class LanguageModel:
    """A model and its tokenizer, loaded."""

    model: Any
    tokenizer: Any

    @classmethod
    def of(cls, folder: str) -> "LanguageModel":
        """What lies in a folder; nothing is looked for elsewhere."""
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model = AutoModelForCausalLM.from_pretrained(folder, local_files_only=True, use_safetensors=True)
        return cls(model.eval(), tokenizer)

    def after_text(self, text: str, most: int) -> str:
        """What comes after a text."""
        return self._after(self.tokenizer(text, return_tensors="pt"), most)

    def after_messages(self, messages: list[Json], most: int) -> str:
        """What is answered to a conversation, by the model's chat template."""
        given = self.tokenizer.apply_chat_template(
            messages, add_generation_prompt=True, return_tensors="pt", return_dict=True
        )
        return self._after(given, most)

    def _after(self, given: Any, most: int) -> str:
        tokens = given["input_ids"]
        mask = torch.ones_like(tokens)
        with torch.inference_mode():
            made = self.model.generate(tokens, attention_mask=mask, max_new_tokens=most, do_sample=False)
        text: str = self.tokenizer.decode(made[0, tokens.shape[1] :], skip_special_tokens=True)
        return text


def _of_inputs(model: LanguageModel, asked: Json) -> Any:
    most = asked.get("parameters", {}).get("max_new_tokens", _MOST_TOKENS)
    return [{"generated_text": model.after_text(asked["inputs"], most)}]


def _of_prompt(model: LanguageModel, asked: Json) -> Any:
    text = model.after_text(asked["prompt"], asked.get("max_tokens", _MOST_TOKENS))
    return {"object": "text_completion", "choices": [{"index": 0, "text": text}]}


def _of_messages(model: LanguageModel, asked: Json) -> Any:
    text = model.after_messages(asked["messages"], asked.get("max_tokens", _MOST_TOKENS))
    message = {"role": "assistant", "content": text}
    return {"object": "chat.completion", "choices": [{"index": 0, "message": message}]}


_ANSWERS: Mapping[str, Callable[[LanguageModel, Json], Any]] = {
    "inputs": _of_inputs,
    "prompt": _of_prompt,
    "messages": _of_messages,
}


def answer(model: LanguageModel, forms: frozenset[str], body: str) -> Json:
    """The answer to a request's body, as a line says it."""
    asked = json.loads(body)
    form = next((name for name in _ANSWERS if name in forms and name in asked), None)
    if form is None:
        said: Any = {"error": f"a request has one of {', '.join(sorted(forms))}"}
    else:
        said = _ANSWERS[form](model, asked)
    return {"status": _OK if form else _UNPROCESSABLE, "type": "application/json", "body": json.dumps(said)}


def main() -> None:
    """Load the model, and answer every line of standard input."""
    variable = next(name for name in _FORMS if name in os.environ)
    torch.set_num_threads(1)
    model = LanguageModel.of(os.environ[variable])
    for line in sys.stdin:
        print(json.dumps(answer(model, _FORMS[variable], json.loads(line)["body"])), flush=True)


if __name__ == "__main__":
    main()
