"""Which saved plans may be applied with a deployer role: whoever wrote the repository, nothing of it runs there."""

import hashlib
import warnings
import zipfile
from pathlib import Path
from typing import Any

import pytest
from deploy.target import State
from plan_files import LOCK, MAIN, PROVIDER, STATE, backend, entries, msgpack, plan, protobuf, write, zipped
from sagemaker_templates.blocks.approved_plan.program.acceptance import elsewhere, objections, objections_to_file
from sagemaker_templates.blocks.approved_plan.program.apply import approved_plan
from sagemaker_templates.blocks.approved_plan.program.plan_file import PlanFile, PlanRefusedError
from sagemaker_templates.blocks.approved_plan.program.review import exported

SEED = Path(__file__).parents[2] / "seed/model_deploy/terraform"


def read(folder: Path, content: bytes | None = None) -> PlanFile:
    """Read a plan as the builds do."""
    return PlanFile.read(write(folder, content) / "plan/plan.tfplan", folder)


def shown(**changed: Any) -> dict[str, Any]:
    """What Terraform shows of the plan of one model."""
    resource = {"address": "aws_sagemaker_model.this", "mode": "managed", "type": "aws_sagemaker_model"}
    arn = "arn:aws:sagemaker:us-east-1:111111111111:model-package/abalone/3"
    change = {"actions": ["create"], "after": {"primary_container": [{"model_package_name": arn}]}}
    return {
        "configuration": {
            "provider_config": {
                "aws": {"full_name": PROVIDER, "expressions": {"region": {}, "default_tags": [{}]}},
                **changed.get("providers", {}),
            },
            "root_module": {"resources": [resource, *changed.get("resources", [])], **changed.get("module", {})},
        },
        "resource_changes": [
            {
                **resource,
                "provider_name": PROVIDER,
                "change": {**change, "after_unknown": {"arn": True, "id": True, **changed.get("unknown", {})}},
            },
            *changed.get("changes", []),
        ],
    }


def test_a_plan_as_the_repository_makes_it_may_be_applied(tmp_path: Path) -> None:
    file = read(tmp_path)
    assert [*objections_to_file(file), *objections(file, shown()), *elsewhere(file.backend, State(**_state()))] == []


def test_every_file_of_the_shipped_module_may_be_in_a_plan(tmp_path: Path) -> None:
    files = [(f"tfconfig/m-/{path.name}", path.read_bytes()) for path in sorted(SEED.glob("*.tf"))]
    file = read(tmp_path, zipped([*entries()[:3], *files, *entries()[4:]]))
    assert len(file.configuration) == len(files)
    assert list(objections_to_file(file)) == []


def test_terraform_reads_exactly_what_was_checked(tmp_path: Path) -> None:
    """A zip can be read in more than one way: what is behind its end, or before its beginning, is not passed on."""
    content = b"something before" + zipped(entries())
    file = read(tmp_path, content)
    file.write(tmp_path / "anew")
    with zipfile.ZipFile(tmp_path / "anew") as packed:
        assert [(name, packed.read(name)) for name in packed.namelist()] == entries()
    assert file.digest == hashlib.sha256(content).hexdigest()
    assert b"something before" not in (tmp_path / "anew").read_bytes()


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"no zip", "no plan that Terraform has saved"),
        (zipped(entries()[1:]), "it has no tfplan"),
        (zipped([*entries(), ("../../etc/profile", b"")]), "holds '../../etc/profile'"),
        (zipped(entries(message=b"\xff")), "does not say where its state is"),
        (
            zipped(entries(message=plan() + protobuf((13, backend({**STATE, "bucket": "other"}))))),
            "is not there once",
        ),
        (zipped(entries(message=protobuf((13, backend({}) + protobuf((1, b"http")))))), "is not there once"),
        (zipped(entries(message=protobuf((13, protobuf((1, b"s3")))))), "is not there once"),
        (
            zipped(
                entries(
                    message=protobuf(
                        (
                            13,
                            protobuf(
                                (1, b"s3"),
                                (2, protobuf((1, b"\x82" + msgpack("key") * 2 + msgpack("key") * 2))),
                                (3, b"default"),
                            ),
                        )
                    )
                )
            ),
            "is no text, or there twice",
        ),
    ],
    ids=["no-zip", "no-plan", "stray-entry", "no-message", "two-backends", "two-types", "no-state", "two-keys"],
)
def test_what_could_be_read_in_two_ways_is_refused(tmp_path: Path, content: bytes, complaint: str) -> None:
    """The first field and the last, this reader and Terraform's: whoever makes the file may choose."""
    with pytest.raises(PlanRefusedError, match=complaint):
        read(tmp_path, content)


def test_an_entry_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    """Terraform takes the first, Python the last."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        content = zipped([("tfplan", plan({"profile": "evil"})), *entries()])
    with pytest.raises(PlanRefusedError, match="holds an entry twice"):
        read(tmp_path, content)


def test_a_link_is_no_plan(tmp_path: Path) -> None:
    """Neither to a file elsewhere, nor by way of a folder."""
    write(tmp_path / "elsewhere")
    artifact = tmp_path / "artifact"
    (artifact / "plan").mkdir(parents=True)
    (artifact / "plan/plan.tfplan").symlink_to(tmp_path / "elsewhere/plan/plan.tfplan")
    (artifact / "other").symlink_to(tmp_path / "elsewhere/plan")
    for path in ("plan/plan.tfplan", "other/plan.tfplan"):
        with pytest.raises(PlanRefusedError, match="not a regular file"):
            PlanFile.read(artifact / path, artifact)
    with pytest.raises(PlanRefusedError, match=r"has no missing\.tfplan"):
        PlanFile.read(artifact / "plan/missing.tfplan", artifact)


@pytest.mark.parametrize(
    ("main", "complaint"),
    [
        ('resource "x" "y" {\n  provisioner "local-exec" {\n    command = "x"\n  }\n}', "provisioner runs programs"),
        ("removed {\n  provisioner local-exec {}\n}", "provisioner runs programs"),
        ('data "terraform_remote_state" "x" {}', "terraform_remote_state reads what its own backend says"),
        ('ephemeral "aws_secretsmanager_secret_version" "x" {}', "ephemeral is evaluated only when"),
        ('x = file("/proc/self/environ")', r"file\( reads files"),
        ('x = filebase64 ("/proc/self/environ")', r"filebase64\( reads files"),
        ('x = "a//b ${core::file /* c */ ( \n "x")}"', r"file\( reads files"),
        ('x = fileset # a comment\n ("x")', r"fileset\( reads files"),
        ('x = templatefile("x", {})', r"templatefile\( reads files"),
    ],
)
def test_what_would_take_something_from_the_machine_that_applies_is_refused(
    tmp_path: Path, main: str, complaint: str
) -> None:
    """Credentials are in its environment: a value that is evaluated only there could carry them out."""
    file = read(tmp_path, zipped(entries(MAIN + main)))
    with pytest.raises(PlanRefusedError, match=complaint):
        raise PlanRefusedError.because(objections_to_file(file))


def test_json_configuration_is_refused_because_its_words_may_be_written_in_other_ways(tmp_path: Path) -> None:
    content = zipped([*entries(), ("tfconfig/m-/more.tf.json", rb'{"\u0070rovisioner": {}}')])
    assert list(objections_to_file(read(tmp_path, content))) == [
        "more.tf.json: what is applied is written in files that end in .tf"
    ]


@pytest.mark.parametrize(
    ("settings", "more", "complaint"),
    [
        ({**STATE, "profile": "evil"}, {}, "the backend sets profile; allowed: bucket, encrypt, key"),
        ({**STATE, "shared_config_files": "../x"}, {}, "the backend sets shared_config_files"),
        ({**STATE, "endpoint": "https://example.com"}, {}, "the backend sets endpoint"),
        (STATE, {"kind": "http"}, "the state is of the type http"),
        (STATE, {"workspace": "other"}, "workspace other"),
    ],
)
def test_a_backend_that_names_anything_but_a_place_is_refused(
    tmp_path: Path, settings: dict[str, Any], more: dict[str, str], complaint: str
) -> None:
    """A profile may name a program, and Terraform would run it; another place would get the state."""
    file = read(tmp_path, zipped(entries(message=plan(settings, **more))))
    assert any(complaint in problem for problem in objections_to_file(file))


def _state(**changed: str) -> dict[str, Any]:
    return {name: STATE[name] for name in ("bucket", "key", "region")} | changed


@pytest.mark.parametrize(
    "changed", [{"bucket": "other"}, {"key": "other"}, {"region": "eu-west-1"}, {"kms_key_id": "x"}]
)
def test_a_state_that_is_not_the_targets_is_refused(tmp_path: Path, changed: dict[str, str]) -> None:
    """The target says which is, by its own parameter: not the artifact."""
    (problem,) = elsewhere(read(tmp_path).backend, State(**_state(**changed)))
    assert problem.startswith(f"the plan's state has {next(iter(changed))} ")


@pytest.mark.parametrize("setting", ["encrypt", "use_lockfile"])
def test_a_state_is_encrypted_and_locked(tmp_path: Path, setting: str) -> None:
    file = read(tmp_path, zipped(entries(message=plan({**STATE, setting: False}))))
    assert list(elsewhere(file.backend, State(**_state()))) == [
        f"the plan's state has {setting} False, the target's True"
    ]


def test_a_plan_of_another_provider_is_refused_before_terraform_sees_it(tmp_path: Path) -> None:
    lock = LOCK + 'provider "registry.terraform.io/hashicorp/external" {\n}\n'
    (problem,) = objections_to_file(read(tmp_path, zipped(entries(lock=lock))))
    assert problem.startswith("the plan was made with the provider registry.terraform.io/hashicorp/external")


_DATA = {"address": "data.aws_s3_object.x", "mode": "data", "type": "aws_s3_object"}
_RUN = {"address": "terraform_data.x", "mode": "managed", "type": "terraform_data"}


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"providers": {"x": {"full_name": "example.com/a/b"}}}, "the provider x is example.com/a/b; allowed: "),
        (
            {"providers": {"aws.x": {"full_name": PROVIDER, "expressions": {"shared_config_files": {}}}}},
            "the provider aws.x sets shared_config_files; allowed: default_tags, region",
        ),
        ({"resources": [_DATA]}, "data.aws_s3_object.x: data aws_s3_object is not what a deployer role makes"),
        ({"resources": [_RUN]}, "terraform_data.x: managed terraform_data is not what a deployer role makes"),
        (
            {
                "module": {
                    "module_calls": {"m": {"module": {"module_calls": {"n": {"module": {"resources": [_RUN]}}}}}}
                }
            },
            "terraform_data.x: managed terraform_data",
        ),
        (
            {"resources": [{**_RUN, "type": "aws_sagemaker_model", "provisioners": [{"type": "local-exec"}]}]},
            "terraform_data.x: provisioners run programs",
        ),
        (
            {"changes": [{**_RUN, "provider_name": "terraform.io/builtin/terraform", "change": {}}]},
            "terraform_data.x: is of the provider terraform.io/builtin/terraform",
        ),
        ({"unknown": {"name": True}}, "aws_sagemaker_model.this: name is known only after the apply"),
        ({"unknown": {"tags": {"x": True}}}, "aws_sagemaker_model.this: tags.x is known only after the apply"),
        (
            {"unknown": {"primary_container": [{"environment": {"put_together": True}}]}},
            "aws_sagemaker_model.this: primary_container.environment.put_together is known only after the apply",
        ),
        (
            {"unknown": {"environment": {"arn": True}}},
            "aws_sagemaker_model.this: environment.arn is known only after",
        ),
    ],
)
def test_what_a_plan_may_not_contain_is_refused(tmp_path: Path, changed: dict[str, Any], complaint: str) -> None:
    """Other programs, other kinds of resources, and what nobody could have read before approving it."""
    problems = list(objections(read(tmp_path), shown(**changed)))
    assert any(problem.startswith(complaint) for problem in problems), problems


def test_what_nobody_has_written_may_be_known_after_the_apply_only(tmp_path: Path) -> None:
    """Computed by AWS, and of no interest to an approver: `name_prefix` stands in no file."""
    unknown = {
        "name_prefix": True,
        "tags_all": {},
        "primary_container": [{"image_config": [], "model_data_source": True}],
        "production_variants": [{"volume_size_in_gb": True}],
    }
    assert list(objections(read(tmp_path), shown(unknown=unknown))) == []
    content = zipped(entries(MAIN + "model_data_source {}"))
    (problem,) = objections(read(tmp_path, content), shown(unknown=unknown))
    assert "primary_container.model_data_source is known only after the apply" in problem


def test_only_the_plan_that_was_approved_is_applied(tmp_path: Path) -> None:
    artifact = write(tmp_path)
    digest = hashlib.sha256((artifact / "plan/plan.tfplan").read_bytes()).hexdigest()
    assert approved_plan(artifact, {"PLAN_SHA256": digest}).digest == digest
    write(artifact, zipped(entries(MAIN + "# another\n")))
    with pytest.raises(PlanRefusedError, match=f"not the plan that was approved.*{digest}; nothing was changed"):
        approved_plan(artifact, {"PLAN_SHA256": digest})


@pytest.mark.parametrize("told", [{}, {"PLAN_SHA256": ""}, {"PLAN_SHA256": "#{Review_dev.PLAN_SHA256}"}])
def test_a_build_that_was_not_told_what_was_approved_applies_nothing(tmp_path: Path, told: dict[str, str]) -> None:
    with pytest.raises(PlanRefusedError, match="does not say which plan was approved"):
        approved_plan(write(tmp_path), told)


def test_what_the_approver_is_shown_is_the_reviews_own_and_cannot_be_worded_by_a_plan(tmp_path: Path) -> None:
    file, plan_shown = read(tmp_path), shown()
    said = exported(file, plan_shown)
    assert (said["PLAN_SHA256"], said["MODEL_PACKAGE_VERSION"]) == (file.digest, "3")
    assert (said["PLAN_SUMMARY"], said["ENDPOINT_CONFIGURATION"]) == ("1 to add, 0 to change, 0 to destroy", "none")

    container = plan_shown["resource_changes"][0]["change"]["after"]["primary_container"][0]
    container["model_package_name"] = "3, approved by the owner"
    assert exported(file, plan_shown)["MODEL_PACKAGE_VERSION"] == "not of the registry"

    named = {"actions": ["update"], "after": {"endpoint_config_name": "a\nb"}}
    endpoint = {"mode": "managed", "type": "aws_sagemaker_endpoint", "change": named}
    with pytest.raises(PlanRefusedError, match=r"has the name 'a\\nb'"):
        exported(file, shown(changes=[endpoint]))
