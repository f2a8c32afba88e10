"""A language model in its files is asked in the words of its container, and a server that does not start says why."""

import json
import sys
from pathlib import Path

import pytest
from rehearsed import ROOT
from sagemaker_templates.rehearsal.containers.known import VLLM, Asked, ContainerFailed, Containers, Served
from sagemaker_templates.rehearsal.endpoint import packed
from sagemaker_templates.rehearsal.language_promises import PROMISES
from sagemaker_templates.rehearsal.promises import broken
from sagemaker_templates.rehearsal.tiny_language_model import model_files
from terraform_starter import Missing

IMAGE = f"763104351884.dkr.ecr.us-east-1.amazonaws.com/{VLLM}:0.29.0-gpu-py312-cu130-ubuntu22.04-sagemaker"
PYTHON = Path(sys.executable)
VARIABLE = ("SM_VLLM_MODEL", "/opt/ml/model")


SERVED = Served(IMAGE, packed(model_files("drawn")), (VARIABLE,), isolated=True)


def test_a_model_answers_in_the_forms_of_its_container_and_in_no_other(tmp_path: Path, missing: Missing) -> None:
    python = ROOT / ".venv-finetune/bin/python"
    if not python.exists():
        missing("there is no environment of the fine-tuning: make .venv-finetune/.installed")
    containers = Containers(lambda: PYTHON, tmp_path, python)
    assert containers.lacking(IMAGE) == ""
    promises = PROMISES[VLLM]
    of_tgi = Asked(json.dumps({"inputs": "What is a lighthouse for?"}), {"Content-Type": "application/json"})
    *answers, refused = containers.answers(SERVED, [*(each.asked for each in promises), of_tgi])
    assert broken(answers, promises) == []
    assert refused.status == 422


def test_a_server_that_does_not_start_fails_with_what_it_printed(tmp_path: Path) -> None:
    with pytest.raises(ContainerFailed, match=rf"{VLLM}.* ended with 1:\n(.|\n)*No module named 'torch'"):
        Containers(lambda: PYTHON, tmp_path, PYTHON).answers(SERVED, [])
