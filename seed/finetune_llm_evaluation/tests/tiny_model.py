"""What a training of the tests is: three steps, of a model that is small enough for it."""

from functools import cache
from pathlib import Path
from typing import Any

import torch
from text_to_sql.generate_data import generate
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

HYPERPARAMETERS = {
    "epochs": "1",
    "rank": "4",
    "learning_rate": "0.01",
    "quantization": "none",
    "batch_size": "4",
    "gradient_accumulation": "1",
    "max_tokens": "400",
    "checkpoint_steps": "1",
    "seed": "1",
    "dry_run": "true",
}


@cache
def byte_tokenizer() -> Any:
    """One token per byte."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: index for index, token in enumerate(["<end>", "<pad>", *alphabet])}
    bytes_only = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    bytes_only.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bytes_only.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(tokenizer_object=bytes_only, eos_token="<end>", pad_token="<pad>")


def training_folder(folder: Path) -> Path:
    """A training job's folder with a random model and a few examples."""
    torch.manual_seed(0)
    tokenizer = byte_tokenizer()
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=2,
            max_position_embeddings=512,
        )
    )
    model.save_pretrained(folder / "input/data/model")
    tokenizer.save_pretrained(folder / "input/data/model")
    (folder / "input/data/train").mkdir()
    (folder / "input/data/train/examples.jsonl").write_text("\n".join(generate(24)), encoding="utf-8")
    return folder
