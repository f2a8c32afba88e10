"""The repository that deploys: what a data scientist gets works as it stands, and asks AWS what it should."""

import hashlib
import http.server
import io
import json
import os
import re
import stat
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from aws_on_loopback import DUMMY_CREDENTIALS, client, start_over
from buildspec import INSTALL, INSTALL_FOR_TESTS, TESTS
from seed_repository import SeedRepository, clean_environment

GROUP = "abalone-p-abalone01"
BUILDSPECS = ("resolve", "plan")


@pytest.fixture(scope="module")
def deploying(tmp_path_factory: pytest.TempPathFactory) -> SeedRepository:
    """What a data scientist clones to deploy models."""
    return SeedRepository.assemble("model_deploy", tmp_path_factory.mktemp("deploy") / "repository")


def test_the_repositorys_own_tests_pass_with_no_network_and_no_credentials(deploying: SeedRepository) -> None:
    output = deploying.python(["-m", "pytest", "-q", "-p", "no:cacheprovider"], offline=True)

    assert re.search(r"^\d+ passed in", output, re.MULTILINE), output
    assert "skipped" not in output


def test_the_repositorys_tests_run_before_anything_is_deployed(deploying: SeedRepository) -> None:
    """In the first of the three builds; without it there is no release."""
    resolve = yaml.safe_load((deploying.root / "buildspec/resolve.yml").read_text(encoding="utf-8"))["phases"]

    assert resolve["install"]["commands"][:2] == [INSTALL, INSTALL_FOR_TESTS]
    assert resolve["pre_build"]["commands"][0] == TESTS


def test_the_repository_has_its_provider_lock_and_nothing_that_is_of_no_use_to_it(deploying: SeedRepository) -> None:
    files = {path.relative_to(deploying.root).as_posix() for path in deploying.root.rglob("*") if path.is_file()}

    assert "terraform/.terraform.lock.hcl" in files
    assert not any(path.startswith("mlops/") or path == ".standalone" for path in files)


def test_the_provider_lock_has_the_hash_for_the_build_image(deploying: SeedRepository) -> None:
    lock = (deploying.root / "terraform/.terraform.lock.hcl").read_text(encoding="utf-8")
    versions = (deploying.root / "terraform/versions.tf").read_text(encoding="utf-8")

    assert re.search(r'version\s+= "5\.100\.0"', lock)
    assert '"h1:edXOJWE4ORX8Fm+dpVpICzMZJat4AX0VRCAy/xkcOc0="' in lock
    assert 'version = ">= 5.100, < 7"' in versions


def test_no_role_and_no_credentials_stand_in_the_terraform_files(deploying: SeedRepository) -> None:
    """A saved plan keeps its backend's configuration, and the planner's could not be applied by the deployer."""
    text = "\n".join(file.read_text(encoding="utf-8") for file in (deploying.root / "terraform").glob("*.tf"))

    assert not re.search(r"assume_role|access_key|secret_key|profile", text)


def test_every_path_that_the_readme_names_is_there(deploying: SeedRepository) -> None:
    readme = (deploying.root / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:deploy|environments|samples|terraform|buildspec|tests)/[\w./-]*)`", readme))

    assert {"deploy/resolve.py", "environments/prod.yml", "terraform/"} <= named
    assert [path for path in sorted(named) if not (deploying.root / path).exists()] == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_lock_pins_and_hashes_every_package_and_names_no_registry(deploying: SeedRepository, name: str) -> None:
    text = (deploying.root / name).read_text(encoding="utf-8")
    entries = [entry for entry in re.split(r"\n(?=\S)", text.strip()) if not entry.startswith("#")]

    assert entries
    assert all(re.match(r"[\w.\[\]-]+==[\w.]+", entry) and "--hash=sha256:" in entry for entry in entries)
    assert "://" not in text


@dataclass
class Registry:
    """A model registry on loopback, and the repository's command that asks it."""

    repository: SeedRepository
    url: str
    sagemaker: Any = field(init=False)

    def __post_init__(self) -> None:
        self.sagemaker = client("sagemaker", self.url)
        self.sagemaker.create_model_package_group(ModelPackageGroupName=GROUP)

    def register(self, status: str) -> str:
        """Add a version to the group; gives its ARN."""
        containers = [{"Image": "image", "ModelDataUrl": "s3://bucket/model.tar.gz"}]
        content = {
            "Containers": containers,
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        }
        created = self.sagemaker.create_model_package(
            ModelPackageGroupName=GROUP, ModelApprovalStatus=status, InferenceSpecification=content
        )
        return str(created["ModelPackageArn"])

    def resolve(self) -> tuple[dict[str, Any], str]:
        """What the command decides, and what it prints."""
        log = self.repository.python(
            ["-m", "deploy.resolve", "--group", GROUP],
            offline=False,
            environment={**DUMMY_CREDENTIALS, "AWS_ENDPOINT_URL": self.url},
        )
        release: dict[str, Any] = json.loads((self.repository.root / "build/release.json").read_text())
        return release, log


@pytest.fixture
def registry(deploying: SeedRepository, aws: str) -> Registry:
    """An empty group."""
    return Registry(deploying, start_over(aws))


def test_the_newest_approved_version_is_released_until_something_newer_is_approved(registry: Registry) -> None:
    release, log = registry.resolve()
    assert (release["status"], release["model_package_arn"]) == ("none", None)
    assert f"No model of the group {GROUP} is approved: nothing is deployed." in log

    registry.register("PendingManualApproval")
    assert registry.resolve()[0]["status"] == "none"

    first, second = registry.register("Approved"), registry.register("Approved")
    registry.register("Rejected")
    release, log = registry.resolve()
    assert (release["status"], release["model_package_arn"], release["model_package_version"]) == ("ready", second, 3)
    assert f"Version 3 is released: {second}" in log

    registry.sagemaker.update_model_package(ModelPackageArn=second, ModelApprovalStatus="Rejected")
    assert registry.resolve()[0]["model_package_arn"] == first


TERRAFORM = '#!/bin/sh\necho \'{"terraform_version": "1.11.4"}\'\n'


@dataclass
class Releases:
    """HashiCorp's releases on loopback: one archive, with a program that says which version it is."""

    url: str
    folder: Path
    archive: bytes
    asked: list[str]

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.archive).hexdigest()

    def install(
        self, repository: SeedRepository, *, checksum: str, path: str | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """Run the repository's installer, which expects the checksum."""
        program = (
            "import sys; from deploy import install; "
            f"install.CHECKSUMS = dict.fromkeys(install.CHECKSUMS, {checksum!r}); "
            f"sys.exit(install.main(['--folder', {str(self.folder)!r}]))"
        )
        given = {"TERRAFORM_RELEASES_URL": self.url, "PYTHONPATH": str(repository.root)}
        return subprocess.run(
            [sys.executable, "-c", program],
            cwd=repository.root,
            env={**clean_environment(given), "PATH": path or "/nonexistent"},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def releases(tmp_path: Path) -> Iterator[Releases]:
    """A server that has one version, and remembers what it was asked for."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("terraform", TERRAFORM)
        archive.writestr("LICENSE.txt", "")
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(packed.getvalue())

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Releases(f"http://127.0.0.1:{server.server_port}", tmp_path / "bin", packed.getvalue(), asked)
    server.shutdown()
    thread.join()
    server.server_close()


def test_terraform_is_downloaded_once_checked_and_made_executable(
    deploying: SeedRepository, releases: Releases
) -> None:
    for _ in range(2):
        ended = releases.install(deploying, checksum=releases.checksum, path="/bin:/usr/bin")
        assert ended.returncode == 0, ended.stderr
        assert ended.stdout == f"Terraform 1.11.4: {releases.folder}/terraform\n"

    assert len(releases.asked) == 1
    assert re.fullmatch(r"/1\.11\.4/terraform_1\.11\.4_linux_(amd64|arm64)\.zip", releases.asked[0])
    assert (releases.folder / "terraform").stat().st_mode & stat.S_IXUSR
    assert [path.name for path in releases.folder.iterdir()] == ["terraform"]


def test_an_archive_with_another_checksum_is_refused_and_thrown_away(
    deploying: SeedRepository, releases: Releases
) -> None:
    ended = releases.install(deploying, checksum="0" * 64)

    assert ended.returncode == 1
    assert f"has the checksum {releases.checksum}, not {'0' * 64}: it is not used" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert list(releases.folder.iterdir()) == []


def test_a_terraform_of_exactly_this_version_on_the_path_is_used(
    deploying: SeedRepository, releases: Releases, tmp_path: Path
) -> None:
    present = tmp_path / "present"
    present.mkdir()
    (present / "terraform").write_text(TERRAFORM)
    (present / "terraform").chmod(0o755)

    ended = releases.install(deploying, checksum=releases.checksum, path=f"{present}{os.pathsep}/bin")

    assert ended.stdout == f"Terraform 1.11.4: {present}/terraform\n"
    assert releases.asked == []


def test_a_terraform_of_another_version_on_the_path_is_not_used(
    deploying: SeedRepository, releases: Releases, tmp_path: Path
) -> None:
    present = tmp_path / "present"
    present.mkdir()
    (present / "terraform").write_text(TERRAFORM.replace("1.11.4", "1.12.0"))
    (present / "terraform").chmod(0o755)

    ended = releases.install(deploying, checksum=releases.checksum, path=f"{present}{os.pathsep}/bin")

    assert ended.stdout == f"Terraform 1.11.4: {releases.folder}/terraform\n"


def test_a_place_that_does_not_answer_is_named(deploying: SeedRepository, tmp_path: Path) -> None:
    nowhere = Releases("http://127.0.0.1:9", tmp_path / "bin", b"", [])

    ended = nowhere.install(deploying, checksum="0" * 64)

    assert ended.returncode == 1
    assert "error: http://127.0.0.1:9/1.11.4/terraform_" in ended.stderr


def test_the_checksums_are_those_that_were_pinned(deploying: SeedRepository) -> None:
    """Confirmed by several sources that do not depend on each other; a change of them must be seen."""
    text = (deploying.root / "deploy/install.py").read_text(encoding="utf-8")

    assert 'VERSION = "1.11.4"' in text
    assert "1ce994251c00281d6845f0f268637ba50c0005657eb3cf096b92f753b42ef4dc" in text
    assert "a43d1d0da9b9bab214a8305a39db0e40869572594ccf50c416a7756499143633" in text


@pytest.mark.parametrize("name", BUILDSPECS)
def test_every_build_installs_exactly_the_lock_on_a_python_that_the_image_has(
    deploying: SeedRepository, name: str
) -> None:
    import yaml

    install = yaml.safe_load((deploying.root / f"buildspec/{name}.yml").read_text())["phases"]["install"]

    assert install["runtime-versions"] == {"python": "3.11"}
    assert install["commands"][0] == "python -m pip install --quiet --no-deps --require-hashes -r requirements.txt"
