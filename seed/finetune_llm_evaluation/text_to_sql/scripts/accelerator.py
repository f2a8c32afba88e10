"""Where models are computed, and how its memory is given back: a GPU holds one model of the usual size, not two."""

from __future__ import annotations

import gc

import torch


def device() -> str:
    """The first GPU, or the CPU where there is none."""
    return "cuda:0" if torch.cuda.is_available() else "cpu"


def precision() -> torch.dtype:
    """16 bits on a GPU, in the form that it computes best; 32 bits on a CPU."""
    if not torch.cuda.is_available():
        return torch.float32
    return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16


def release() -> None:
    """Give back the memory of models that nothing refers to any more.

    Objects that refer to each other stay until the collector runs, and PyTorch keeps the GPU's memory for itself
    until it is told otherwise.
    """
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
