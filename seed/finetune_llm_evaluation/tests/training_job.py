"""What a training of the tests is: three steps, of a model that is small enough for it."""

from pathlib import Path

from text_to_sql.generate_data import generate
from text_to_sql.tiny_model import save_tiny_model

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


def training_folder(folder: Path) -> Path:
    """A training job's folder with a random model and a few examples."""
    save_tiny_model(folder / "input/data/model")
    (folder / "input/data/train").mkdir()
    (folder / "input/data/train/examples.jsonl").write_text("\n".join(generate(24)), encoding="utf-8")
    return folder
