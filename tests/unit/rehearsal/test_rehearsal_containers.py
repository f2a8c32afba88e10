"""What serves the models of an image here is there, or what is missing for it is said."""

import io
import sys
import tarfile
from pathlib import Path

import pytest
from sagemaker_templates.rehearsal.containers.known import Containers
from sagemaker_templates.rehearsal.endpoint import packed

PYTHON = Path(sys.executable)
ECR = "763104351884.dkr.ecr.us-east-1.amazonaws.com"
TGI = f"{ECR}/huggingface-pytorch-tgi-inference:2.7.0-tgi3.3.6-gpu-py311-cu124-ubuntu22.04"


def test_the_xgboost_container_of_its_version_alone_is_here(tmp_path: Path) -> None:
    containers = Containers(lambda: PYTHON, tmp_path)
    assert containers.lacking(f"{ECR}/sagemaker-xgboost:3.0-5") == ""
    assert "of sagemaker-xgboost:1.7-1 is not here" in containers.lacking(f"{ECR}/sagemaker-xgboost:1.7-1")
    assert "of team/image:a is not here" in containers.lacking(f"{ECR}/team/image:a")


@pytest.mark.parametrize(
    ("python", "said"),
    [
        (None, "name an environment with torch and transformers by --model-python"),
        (PYTHON, "the environment of --model-python has no torch, transformers"),
    ],
)
def test_what_language_models_need_is_named(tmp_path: Path, python: Path | None, said: str) -> None:
    found = Containers(lambda: PYTHON, tmp_path, python).lacking(TGI)
    assert found.startswith("the serving code of huggingface-pytorch-tgi-inference is not here")
    assert said in found


def test_the_files_below_a_prefix_are_one_archive_whatever_their_order() -> None:
    files = {"config.json": b"{}", "folder/part.txt": b"a"}
    archive = packed(files)
    assert archive == packed(dict(reversed(files.items())))
    with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
        contents = {name: opened.extractfile(name) for name in opened.getnames()}
        assert {name: file.read() for name, file in contents.items() if file} == files
