"""A two-layer Llama with a tokenizer of its own, made and taught in seconds: ``pretrained_llama OUT``.

It learns from the generated examples what the schema alone tells, and takes every habit of the house wrongly: what is
left for fine-tuning is what fine-tuning is there for. Run with the scripts of the seed on the path.
"""

import re
import sys
from pathlib import Path
from typing import Any

import torch
from examples import Example, read
from prompts import completion, prompt
from text_to_sql.generate_data import TABLES, generate
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from train import Padding, tokenized
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

STEPS = 220
_BATCH = 16
_CODES = re.compile("|".join(rf"(?<={table.code} = )\d+" for table in TABLES))


def lessons() -> list[Example]:
    """The generated examples with wrong codes: the model has habits, those of another house."""
    examples = read("\n".join(generate(5000)), "generated")
    return [Example(each.schema, each.question, _CODES.sub(_other_code, each.sql)) for each in examples]


def _other_code(code: re.Match[str]) -> str:
    return str(int(code.group()) % 9 + 1)


def tokenizer_of(texts: list[str]) -> Any:
    """A byte-level tokenizer that has learned the words of the texts."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=500,
        special_tokens=["<end>", "<pad>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<end>", pad_token="<pad>")


def pretrained(tokenizer: Any, examples: list[Example]) -> Any:
    """A model that has seen the lessons a few times."""
    torch.manual_seed(1)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=96,
            intermediate_size=192,
            num_hidden_layers=2,
            num_attention_heads=4,
            max_position_embeddings=256,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
            bos_token_id=None,
        )
    )
    rows, pad = tokenized(tokenizer, examples, 256), Padding(tokenizer.pad_token_id)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=4e-3, total_steps=STEPS)
    for _ in range(STEPS):
        drawn = torch.randint(len(rows), (_BATCH,)).tolist()
        loss = model(**pad([rows[index] for index in drawn])).loss
        loss.backward()
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
    print(f"loss {loss.item():.3f}")
    return model


def main(target: Path) -> None:
    """Write the model to a folder."""
    examples = lessons()
    texts = [f"{each.schema}\nQuestion: {each.question}\nSQL: {each.sql}" for each in examples]
    tokenizer = tokenizer_of([*texts, *(str(number) for number in range(10))])
    assert prompt(tokenizer, examples[0]) + completion(tokenizer, examples[0])
    pretrained(tokenizer, examples).save_pretrained(target)
    tokenizer.save_pretrained(target)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
