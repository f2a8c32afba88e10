"""The user's layout works together with the packages it shares names with."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_import_constructs_is_the_published_package_from_the_projects_folder() -> None:
    code = "import constructs; print(constructs.__file__); constructs.Construct"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "site-packages" in run.stdout


def test_no_init_stands_directly_in_constructs() -> None:
    assert not (ROOT / "constructs" / "__init__.py").exists()


def test_templates_are_found_without_starting_node() -> None:
    code = (
        "import sys; from sagemaker_templates.templates.registry import all_templates;"
        "assert 'xgboost_abalone' in all_templates(); print('jsii' in sys.modules, 'cdktf' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False", "False"]


def test_make_clean_leaves_the_synthesis_and_what_people_put_into_it() -> None:
    run = subprocess.run(["make", "--dry-run", "clean"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "rm -rf .venv" in run.stdout
    assert "cdktf.out" not in run.stdout
