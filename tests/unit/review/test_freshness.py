"""``synth --check``: fresh or stale, and what changed, in a few lines."""

import shutil
from pathlib import Path

import pytest
from sagemaker_templates.cli import app
from synthesized import ROOT, files_of, input_of
from typer.testing import CliRunner, Result

PROJECT = Path("environments/dev/projects/abalone.yaml")
STACK = Path("cdktf.out/stacks/dev-abalone")
pytestmark = pytest.mark.xdist_group("freshness")


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


@pytest.fixture(scope="module")
def synthesized_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of three environments, synthesized once: what is written does not depend on where it lies."""
    folder = tmp_path_factory.mktemp("synthesized") / "site"
    shutil.copytree(ROOT / "environments", folder / "environments")
    for file in folder.glob("environments/dev/projects/*.yaml"):
        if file.name != PROJECT.name:
            file.unlink()
    assert (
        _run("synth", "--environments", str(folder / "environments"), "--output", str(folder / "cdktf.out")).exit_code
        == 0
    )
    return folder


@pytest.fixture
def site(synthesized_site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same, of a test's own; the current folder."""
    shutil.copytree(synthesized_site, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CDKTF_OUTDIR", raising=False)
    return tmp_path


def _add_tag() -> None:
    PROJECT.write_text(PROJECT.read_text() + "\ntags: {team: risk}\n")


def test_what_synth_wrote_is_fresh(site: Path) -> None:
    run = _run("synth", "--check")
    assert (run.exit_code, run.stdout) == (0, "3 projects in dev, pre-prod, prod; cdktf.out is fresh\n")


def test_a_local_states_path_does_not_make_a_folder_stale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its path is relative to where the stack lies, and the check synthesizes elsewhere."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(input_of("minimal"), "environments")
    assert _run("synth").exit_code == 0
    assert '"path": "../../../terraform-state/' in (STACK / "cdk.tf.json").read_text()
    assert _run("synth", "--check").exit_code == 0


def test_a_changed_setting_is_shown_in_a_few_lines_and_nothing_is_written(site: Path) -> None:
    before = files_of(site / "cdktf.out")
    _add_tag()
    run = _run("synth", "--check")
    assert run.exit_code == 1
    lines = run.stdout.splitlines()
    assert lines[0] == "stacks/dev-abalone/cdk.tf.json: 0 added, 0 removed, 1 changed"
    assert lines[1] == "  ~ provider.aws"
    assert any(line.strip().startswith("+") and '"team": "risk"' in line for line in lines)
    assert lines[-1] == "cdktf.out is stale: `sagemaker-templates synth` writes it anew"
    assert len(lines) < 30
    assert files_of(site / "cdktf.out") == before


def test_adding_a_tag_to_one_project_touches_one_file(site: Path) -> None:
    before = files_of(site / "cdktf.out")
    _add_tag()
    assert _run("synth").exit_code == 0
    after = files_of(site / "cdktf.out")
    assert [path for path in sorted(after.keys() | before.keys()) if after.get(path) != before.get(path)] == [
        "stacks/dev-abalone/cdk.tf.json"
    ]


def test_resources_that_come_and_go_are_named(site: Path) -> None:
    file = STACK / "cdk.tf.json"
    file.write_text(file.read_text().replace('"artifact_bucket_versioning"', '"by_hand"', 1))
    run = _run("synth", "--check")
    assert run.exit_code == 1
    assert "1 added, 1 removed" in run.stdout
    assert "  + aws_s3_bucket_versioning.artifact_bucket_versioning" in run.stdout
    assert "  - aws_s3_bucket_versioning.by_hand" in run.stdout


def test_a_missing_folder_is_stale(site: Path) -> None:
    shutil.rmtree("cdktf.out")
    run = _run("synth", "--check")
    assert run.exit_code == 1
    assert "stacks/prod-abalone/cdk.tf.json: missing" in run.stdout
    assert not Path("cdktf.out").exists()


def test_a_stack_that_is_described_no_more_is_left_over(site: Path) -> None:
    shutil.copytree(STACK, STACK.with_name("dev-gone"))
    run = _run("synth", "--check")
    assert run.exit_code == 1
    assert "stacks/dev-gone/cdk.tf.json: left over" in run.stdout


def test_a_changed_asset_is_noticed(site: Path) -> None:
    (archive,) = Path("cdktf.out/stacks/dev-foundation/assets").iterdir()
    archive.write_bytes(archive.read_bytes() + b"x")
    run = _run("synth", "--check")
    assert run.exit_code == 1
    assert f"stacks/dev-foundation/assets/{archive.name}: changed" in run.stdout


def test_a_file_that_is_no_json_any_more_is_stale_without_a_traceback(site: Path) -> None:
    (STACK / "cdk.tf.json").write_text("<<<<<<< HEAD\n")
    run = _run("synth", "--check")
    assert run.exit_code == 1
    assert run.exception is None or isinstance(run.exception, SystemExit)
    assert "stacks/dev-abalone/cdk.tf.json: changed" in run.stdout


def test_what_terraform_keeps_and_saved_plans_are_not_compared(site: Path) -> None:
    (STACK / ".terraform" / "modules").mkdir(parents=True)
    (STACK / ".terraform" / "modules" / "main.tf").write_text("")
    (STACK / ".terraform.lock.hcl").write_text("")
    (STACK / "plan").write_bytes(b"PK")
    assert _run("synth", "--check").exit_code == 0
