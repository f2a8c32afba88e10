"""Training job: fit XGBoost, and pack all that inference needs into the model."""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import xgboost as xgb
from failure import report_failure
from features import MODEL_FILE, PREPROCESSING_FILE

SCRIPTS = Path(__file__).resolve().parent
# What the model carries in its code/ folder, where the XGBoost container looks for it.
INFERENCE_SCRIPTS = ("inference.py", "prediction.py", "features.py")


def main() -> None:
    """Run the job on the folders that SageMaker mounted."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, default=Path("/opt/ml"))
    options = parser.parse_args()
    with report_failure("failure"):
        hyperparameters = json.loads((options.folder / "input/config/hyperparameters.json").read_text())
        train(options.folder / "input/data", options.folder / "model", hyperparameters)


def train(data: Path, model: Path, hyperparameters: dict[str, str]) -> xgb.Booster:
    """Fit on ``train``, stop when ``validation`` no longer gets better, write the model folder."""
    training = read_features(data / "train")
    validation = read_features(data / "validation")
    booster = xgb.train(
        booster_parameters(hyperparameters),
        training,
        num_boost_round=int(hyperparameters["num_round"]),
        evals=[(training, "train"), (validation, "validation")],
        early_stopping_rounds=int(hyperparameters["early_stopping_rounds"]),
        verbose_eval=25,
    )
    model.mkdir(parents=True, exist_ok=True)
    # Only the rounds up to the best one: a loaded model then predicts with them without being told.
    best = booster[: booster.best_iteration + 1]
    best.save_model(model / MODEL_FILE)
    shutil.copy(data / "preprocessing" / PREPROCESSING_FILE, model)
    (model / "code").mkdir(exist_ok=True)
    for script in INFERENCE_SCRIPTS:
        shutil.copy(SCRIPTS / script, model / "code")
    return best


def booster_parameters(hyperparameters: dict[str, str]) -> dict[str, Any]:
    """XGBoost's parameters; hyperparameters always arrive as strings."""
    return {
        "objective": "reg:squarederror",
        "eval_metric": "rmse",
        "tree_method": "hist",
        "max_depth": int(hyperparameters["max_depth"]),
        "learning_rate": float(hyperparameters["learning_rate"]),
        "min_child_weight": float(hyperparameters["min_child_weight"]),
        "subsample": float(hyperparameters["subsample"]),
        "seed": int(hyperparameters["seed"]),
    }


def read_features(folder: Path) -> xgb.DMatrix:
    """What preprocessing wrote: the target, then the features."""
    table = np.loadtxt(folder / "features.csv", delimiter=",", ndmin=2)
    return xgb.DMatrix(table[:, 1:], label=table[:, 0])


if __name__ == "__main__":
    main()
