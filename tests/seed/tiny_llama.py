"""A very small Llama in the hub's layout, and what it answers: real weights, one layer, NumPy only.

The architecture is that of transformers' LlamaForCausalLM: embedding, attention with rotary positions, gated
feed-forward, RMS norms. Files and names of weights are those that its serving containers load.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from safetensors.numpy import load, save

Matrix = Any
"""An array; NumPy is not installed where types are checked."""

VOCABULARY, WIDTH, INNER, HEADS = 64, 32, 48, 4
_EPSILON, _THETA = 1e-6, 10000.0

CONFIG = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "vocab_size": VOCABULARY,
    "hidden_size": WIDTH,
    "intermediate_size": INNER,
    "num_hidden_layers": 1,
    "num_attention_heads": HEADS,
    "num_key_value_heads": HEADS,
    "rms_norm_eps": _EPSILON,
    "rope_theta": _THETA,
    "hidden_act": "silu",
    "max_position_embeddings": 64,
    "tie_word_embeddings": False,
    "torch_dtype": "float32",
    "bos_token_id": 0,
    "eos_token_id": 1,
}


def model_files(seed: int) -> dict[str, bytes]:
    """The files of a model whose weights depend on ``seed``; one lies in a folder, one is a pickle's name."""
    words = {f"w{number}": number for number in range(VOCABULARY)}
    tokenizer = {
        "version": "1.0",
        "model": {"type": "WordLevel", "vocab": words, "unk_token": "w0"},
        "pre_tokenizer": {"type": "Whitespace"},
    }
    return {
        ".gitattributes": b"*.safetensors filter=lfs\n",
        "README.md": b"---\nlicense: apache-2.0\n---\n# Tiny\n",
        "config.json": json.dumps(CONFIG, indent=2).encode(),
        "tokenizer.json": json.dumps(tokenizer).encode(),
        "templates/chat template.jinja": b"{{ messages }}\n",
        "empty.txt": b"",
        "model.safetensors": save(_weights(seed)),
        "pytorch_model.bin": b"the same weights as a pickle",
    }


def _weights(seed: int) -> dict[str, Matrix]:
    chance = np.random.default_rng(seed)
    layer = "model.layers.0"
    shapes = {
        "model.embed_tokens.weight": (VOCABULARY, WIDTH),
        **{f"{layer}.self_attn.{name}_proj.weight": (WIDTH, WIDTH) for name in "qkvo"},
        f"{layer}.mlp.gate_proj.weight": (INNER, WIDTH),
        f"{layer}.mlp.up_proj.weight": (INNER, WIDTH),
        f"{layer}.mlp.down_proj.weight": (WIDTH, INNER),
        f"{layer}.input_layernorm.weight": (WIDTH,),
        f"{layer}.post_attention_layernorm.weight": (WIDTH,),
        "model.norm.weight": (WIDTH,),
        "lm_head.weight": (VOCABULARY, WIDTH),
    }
    return {name: chance.normal(0, 0.3, shape).astype(np.float32) for name, shape in shapes.items()}


def logits(files: Mapping[str, bytes], tokens: Sequence[int]) -> Matrix:
    """What a model of these files answers to some tokens: a score for each next token, at each position."""
    config, weights = json.loads(files["config.json"]), load(files["model.safetensors"])
    layer = {name.removeprefix("model.layers.0."): value for name, value in weights.items()}
    hidden = weights["model.embed_tokens.weight"][list(tokens)]
    hidden = hidden + _attention(_norm(hidden, layer["input_layernorm.weight"]), layer, config)
    hidden = hidden + _feed_forward(_norm(hidden, layer["post_attention_layernorm.weight"]), layer)
    scores: Matrix = _norm(hidden, weights["model.norm.weight"]) @ weights["lm_head.weight"].T
    return scores


def _norm(hidden: Matrix, scale: Matrix) -> Matrix:
    mean = np.mean(hidden**2, axis=-1, keepdims=True)
    normed: Matrix = hidden / np.sqrt(mean + _EPSILON) * scale
    return normed


def _attention(hidden: Matrix, layer: Mapping[str, Matrix], config: Mapping[str, int]) -> Matrix:
    heads, length = config["num_attention_heads"], len(hidden)

    def split(name: str) -> Matrix:
        projected = hidden @ layer[f"self_attn.{name}_proj.weight"].T
        return projected.reshape(length, heads, -1).transpose(1, 0, 2)

    queries, keys, values = _rotate(split("q")), _rotate(split("k")), split("v")
    scores = queries @ keys.transpose(0, 2, 1) / np.sqrt(queries.shape[-1])
    scores = np.where(np.tril(np.ones((length, length), dtype=bool)), scores, -np.inf)
    shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
    mixed = (shares / shares.sum(axis=-1, keepdims=True)) @ values
    joined: Matrix = mixed.transpose(1, 0, 2).reshape(length, -1) @ layer["self_attn.o_proj.weight"].T
    return joined


def _rotate(vectors: Matrix) -> Matrix:
    length, size = vectors.shape[1:]
    angles = np.outer(np.arange(length), _THETA ** (-np.arange(0, size, 2) / size))
    cosine, sine = np.tile(np.cos(angles), 2), np.tile(np.sin(angles), 2)
    first, second = vectors[..., : size // 2], vectors[..., size // 2 :]
    turned: Matrix = vectors * cosine + np.concatenate([-second, first], axis=-1) * sine
    return turned


def _feed_forward(hidden: Matrix, layer: Mapping[str, Matrix]) -> Matrix:
    gate = hidden @ layer["mlp.gate_proj.weight"].T
    opened: Matrix = gate / (1 + np.exp(-gate)) * (hidden @ layer["mlp.up_proj.weight"].T)
    return opened @ layer["mlp.down_proj.weight"].T
