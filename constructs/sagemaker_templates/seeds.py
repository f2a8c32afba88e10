"""Seed repositories: which files a new repository is filled with."""

from pathlib import Path

_SEED_ROOT = Path(__file__).resolve().parents[2] / "seed"


def seed_folder(name: str) -> Path:
    """The folder of a template's seed code."""
    return _SEED_ROOT / name
