"""Stands in for the XGBoost container's server: load the model, answer one request from standard input.

It does what the container does with user code (sagemaker-inference toolkit): the folder in SAGEMAKER_SUBMIT_DIRECTORY goes
on the path, the program in SAGEMAKER_PROGRAM is imported, and its four functions are called in this order.
"""

import importlib
import os
import sys
from pathlib import Path

sys.path.insert(0, os.environ["SAGEMAKER_SUBMIT_DIRECTORY"])
program = importlib.import_module(Path(os.environ["SAGEMAKER_PROGRAM"]).stem)

model = program.model_fn("/opt/ml/model")
rows = program.input_fn(sys.stdin.buffer.read(), "text/csv")
sys.stdout.buffer.write(program.output_fn(program.predict_fn(rows, model), "text/csv"))
