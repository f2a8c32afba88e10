"""What is loaded when: a GPU that holds one model of the usual size holds one, in training and in evaluation."""

import gc
import tarfile
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import bitsandbytes  # noqa: F401  (imported in a training, it warns with a traceback that pytest keeps, and so the model)
import evaluate
import pytest
import train as training
from text_to_sql.generate_data import generate
from train import Hyperparameters, train
from training_job import HYPERPARAMETERS, training_folder

Load = Callable[..., Any]


@dataclass
class Loads:
    """The loading of models, watched.

    Attributes:
        alive: how many models were there already, at each load.
        devices: where each was loaded to.
    """

    alive: list[int] = field(default_factory=list)
    devices: list[object] = field(default_factory=list)
    _models: list[weakref.ref[Any]] = field(default_factory=list)

    def watched(self, load: Load) -> Load:
        """The same function, with what it does written down."""

        def from_pretrained(*positional: Any, **named: Any) -> Any:
            self.alive.append(sum(model() is not None for model in self._models))
            self.devices.append(named["device_map"])
            model = load(*positional, **named)
            self._models.append(weakref.ref(model))
            return model

        return from_pretrained


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A job's folder with a random model and a few examples."""
    return training_folder(tmp_path)


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> Loads:
    """Every load of a model from now on."""
    seen = Loads()
    for module in (training, evaluate):
        loader = module.AutoModelForCausalLM
        watched = type("Watched", (), {"from_pretrained": staticmethod(seen.watched(loader.from_pretrained))})
        monkeypatch.setattr(module, "AutoModelForCausalLM", watched)
    return seen


@pytest.mark.parametrize("quantization", ["none", "4bit"])
def test_the_base_is_loaded_for_the_merge_when_the_tuned_model_is_gone_and_not_onto_the_gpu(
    folder: Path, loads: Loads, monkeypatch: pytest.MonkeyPatch, quantization: str
) -> None:
    monkeypatch.setattr(training.accelerator, "device", lambda: "cpu:0")
    # Nothing but the job itself gives memory back.
    gc.disable()

    try:
        train(folder, Hyperparameters.read(HYPERPARAMETERS | {"quantization": quantization}))
    finally:
        gc.enable()

    assert (loads.alive, loads.devices) == ([0, 0], ["cpu:0", "cpu"])


def test_the_merged_model_is_written_in_shards(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "SHARD_SIZE", "20KB")

    train(folder, Hyperparameters.read(HYPERPARAMETERS))

    assert len(list((folder / "model").glob("model-*-of-*.safetensors"))) > 1
    assert (folder / "model/model.safetensors.index.json").is_file()


def test_the_tuned_model_is_loaded_when_the_base_has_answered_and_is_gone(folder: Path, loads: Loads) -> None:
    model = folder / "input/data/model"
    (folder / "test").mkdir()
    (folder / "test/examples.jsonl").write_text("\n".join(generate(3)), encoding="utf-8")
    (folder / "base").symlink_to(model)
    (folder / "model").mkdir()
    with tarfile.open(folder / "model/model.tar.gz", "w:gz") as packed:
        for file in model.iterdir():
            packed.add(file, file.name)

    report = evaluate.evaluate(folder, 2, dry_run=False)

    assert loads.alive == [0, 0]
    assert report["test_examples"] == 3
