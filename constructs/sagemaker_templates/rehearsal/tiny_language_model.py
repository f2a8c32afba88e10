"""A language model of a few thousand numbers in the hub's layout, which any program that reads such files can load.

It has learned nothing: its weights are drawn, and which ones depends on a text alone. The architecture is that of
LlamaForCausalLM; the names of weights are those that serving containers load.
"""

import json
import random
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

_END, _UNKNOWN = "<end>", "<unknown>"
_WORDS = (
    "1 2 SELECT a abalone age and are at by eight from grows has have how in is it its keep large lighthouse many "
    "ocean of old on ring rings sea shell ships small ten the there water what when where which with years"
)
_VOCABULARY = (_END, _UNKNOWN, *_WORDS.split())
_WIDTH, _INNER, _HEADS, _POSITIONS = 16, 32, 2, 512
_SPREAD = 0.3

CONFIG = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "vocab_size": len(_VOCABULARY),
    "hidden_size": _WIDTH,
    "intermediate_size": _INNER,
    "num_hidden_layers": 1,
    "num_attention_heads": _HEADS,
    "num_key_value_heads": _HEADS,
    "max_position_embeddings": _POSITIONS,
    "rms_norm_eps": 1e-6,
    "hidden_act": "silu",
    "tie_word_embeddings": False,
    "torch_dtype": "float32",
    "bos_token_id": None,
    "eos_token_id": _VOCABULARY.index(_END),
}
_TOKENIZER = {
    "version": "1.0",
    "added_tokens": [],
    "pre_tokenizer": {"type": "Whitespace"},
    "model": {
        "type": "WordLevel",
        "vocab": {word: number for number, word in enumerate(_VOCABULARY)},
        "unk_token": _UNKNOWN,
    },
}
_TOKENIZER_CONFIG = {
    "tokenizer_class": "PreTrainedTokenizerFast",
    "eos_token": _END,
    "unk_token": _UNKNOWN,
    "chat_template": "{% for message in messages %}{{ message['content'] }} {% endfor %}",
}


@cache
def model_files(drawn_from: str, *, ends: bool = False) -> Mapping[str, bytes]:
    """The files of a model: configuration, tokenizer with a chat template, weights, card.

    Args:
        drawn_from: a text.
        ends: whether it may end an answer, or say that it does not know a word; otherwise each answer has as many
            words as are asked for.
    """
    documents = {"config.json": CONFIG, "tokenizer.json": _TOKENIZER, "tokenizer_config.json": _TOKENIZER_CONFIG}
    return {
        "README.md": b"---\nlicense: apache-2.0\n---\n",
        **{name: json.dumps(content).encode() for name, content in documents.items()},
        "model.safetensors": _safetensors(_weights(drawn_from, ends)),
    }


@dataclass(frozen=True)
class _Tensor:
    shape: Sequence[int]
    numbers: Sequence[float]


def _weights(drawn_from: str, ends: bool) -> Mapping[str, _Tensor]:
    chance = random.Random(drawn_from)  # noqa: S311 - nobody is to be surprised by them

    def matrix(rows: int, columns: int) -> _Tensor:
        return _Tensor((rows, columns), [chance.gauss(0, _SPREAD) for _ in range(rows * columns)])

    words, layer, ones = len(_VOCABULARY), "model.layers.0", _Tensor((_WIDTH,), [1.0] * _WIDTH)
    # The first two of the vocabulary: with no weights, another is always likelier.
    said = matrix(words, _WIDTH)
    never = 0 if ends else 2 * _WIDTH
    head = _Tensor(said.shape, [*[0.0] * never, *said.numbers[never:]])
    return {
        "model.embed_tokens.weight": matrix(words, _WIDTH),
        **{f"{layer}.self_attn.{name}_proj.weight": matrix(_WIDTH, _WIDTH) for name in "qkvo"},
        **{f"{layer}.mlp.{name}_proj.weight": matrix(_INNER, _WIDTH) for name in ("gate", "up")},
        f"{layer}.mlp.down_proj.weight": matrix(_WIDTH, _INNER),
        f"{layer}.input_layernorm.weight": ones,
        f"{layer}.post_attention_layernorm.weight": ones,
        "model.norm.weight": ones,
        "lm_head.weight": head,
    }


def _safetensors(tensors: Mapping[str, _Tensor]) -> bytes:
    """The length of the header, the header, the numbers (https://huggingface.co/docs/safetensors/index#format)."""
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    numbers = b""
    for name, tensor in tensors.items():
        packed = struct.pack(f"<{len(tensor.numbers)}f", *tensor.numbers)
        offsets = [len(numbers), len(numbers) + len(packed)]
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": offsets}
        numbers += packed
    described = json.dumps(header).encode()
    return struct.pack("<Q", len(described)) + described + numbers
