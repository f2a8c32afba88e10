"""What may be written in ``environments/``, what wins, and what a mistake is answered with."""

import json
import re
from pathlib import Path
from typing import Any, get_args

import botocore.session
import pytest
from conftest import Write
from deploy import environments, provider
from deploy.environments import ROOT, check, load
from deploy.failures import SettingsError
from deploy.instances import inference_ami_versions, instance_types
from deploy.settings import Variant
from pydantic import ValidationError

VLLM_IMAGE = "al2023-ami-sagemaker-inference-gpu-4-1"
ON_GPU = f"variants: {{main: {{instance-type: ml.g5.xlarge, inference-ami-version: {VLLM_IMAGE}}}}}"
SERVERLESS = """
variants: {main: {instance-type: null, instance-count: null, serverless: {memory-mb: 2048, max-concurrency: 5}}}
"""


def test_every_file_of_this_repository_is_right() -> None:
    """The build checks the same before anything is deployed."""
    assert {"dev", "pre-prod", "prod"} <= set(check())


def test_an_environment_says_only_what_is_different_there(write: Write) -> None:
    """Key by key, at any depth."""
    root = write("variants: {main: {instance-type: ml.c5.xlarge}}\ndata-capture: {percentage: 7}\n")

    prod, other = load("prod", root), load("no-file-of-its-own", root)

    assert prod.variants["main"].instance_type == "ml.c5.xlarge"
    assert prod.variants["main"].instance_count == other.variants["main"].instance_count
    assert (prod.data_capture.percentage, other.data_capture.percentage) == (7, 20)
    assert prod.alarms == other.alarms


def test_null_takes_a_key_away(write: Write) -> None:
    """Which is how an environment becomes serverless."""
    settings = load("prod", write(f"{SERVERLESS}data-capture: {{percentage: 0}}\nsample: null\n"))

    assert settings.serverless
    assert settings.sample is None


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        (
            "variants: {main: {instance-typ: ml.m5.large}}",
            "1: variants.main.instance-typ: 'ml.m5.large': unknown key; ",
        ),
        (
            "variants: {main: {instance-typ: x}}",
            "did you mean instance-type? allowed: instance-type, instance-count,",
        ),
        ("\nrolout: {}", "2: rolout: unknown key; did you mean rollout?"),
        ("rollout: {type: canery}", "1: rollout.type: 'canery': did you mean canary? allowed: all-at-once, canary,"),
        (
            "rollout:\n  type: canary\n  percentage: 60",
            "3: rollout.percentage: 60: input should be less than or equal",
        ),
        ("rollout: {type: canary}", "1: rollout: canary needs percentage, 10 to 50"),
        ("rollout: {percentage: 20}", "1: rollout.percentage: 20: all-at-once has no steps; set it to null"),
        (
            "variants: {main: {instance-count: '2'}}",
            "1: variants.main.instance-count: '2': input should be a valid int",
        ),
        ("variants: {main: {instance-count: 0}}", "1: variants.main.instance-count: 0: input should be greater"),
        (
            "variants: {main: {instance-type: m5.large}}",
            "1: variants.main.instance-type: 'm5.large': string should match",
        ),
        (
            "variants: {main: {instance-type: ml.m5.lrage}}",
            "1: variants.main.instance-type: 'ml.m5.lrage': no endpoint runs on it; did you mean ml.m5.large? ",
        ),
        (
            "variants: {main: {instance-type: ml.g5.large}}",
            "1: variants.main.instance-type: 'ml.g5.large': no endpoint runs on it; did you mean ml.g5.",
        ),
        (
            "variants: {main: {instance-type: ml.g5.xlarge, "
            "inference-ami-version: al2-ami-sagemaker-inferenc-gpu-2}}",
            "'al2-ami-sagemaker-inferenc-gpu-2': did you mean al2-ami-sagemaker-inference-gpu-2? allowed: al2-ami-",
        ),
        (
            "variants: {main: {inference-ami-version: al2-ami-sagemaker-inference-gpu-2}}",
            "inference-ami-version: 'al2-ami-sagemaker-inference-gpu-2': is not for the accelerators of ml.m5.large",
        ),
        (
            "variants: {main: {instance-type: ml.inf2.xlarge, "
            "inference-ami-version: al2-ami-sagemaker-inference-gpu-2}}",
            "is not for the accelerators of ml.inf2.xlarge",
        ),
        (
            "variants: {main: {instance-type: ml.g5.xlarge, volume-size-gb: 100}}",
            "volume-size-gb: 100: ml.g5.xlarge has storage of its own",
        ),
        ("variants: {main: {volume-size-gb: 513}}", "volume-size-gb: 513: input should be less than or equal to 512"),
        (
            "variants: {main: {container-startup-timeout-seconds: 59}}",
            "container-startup-timeout-seconds: 59: input should be greater than or equal to 60",
        ),
        (
            "variants: {main: {model-data-download-timeout-seconds: 1800, container-startup-timeout-seconds: 1201}}",
            "1: variants.main: may take 3001 s to start, with the rollout 51 min; allowed: 50 min",
        ),
        (
            "variants: {main: {routing: least-outstanding}}",
            "routing: 'least-outstanding': did you mean least-outstanding-requests? allowed: random, ",
        ),
        ("alarms: {latency: {statistic: p9}}", "alarms.latency.statistic: 'p9': did you mean p99? allowed: average,"),
        ("alarms: {latency: {of: first}}", "alarms.latency.of: 'first': did you mean first-chunk? allowed: whole-"),
        (
            "variants: {main: {autoscaling: {min: 2, max: 3, invocations-per-instance: 9}}}",
            "instance-count: 1: is not between autoscaling's min and max, 2 and 3",
        ),
        (
            "variants: {main: {instance-count: 4, autoscaling: {min: 2, max: 3, invocations-per-instance: 9}}}",
            "instance-count: 4: is not between autoscaling's min and max, 2 and 3",
        ),
        (
            "variants: {main: {instance-count: null}}",
            "variants.main.instance-count: instance-type and instance-count",
        ),
        ("variants: {main: null}", "variants: dictionary should have at least 1 item"),
        ("variants: {a_b: {instance-type: ml.m5.large, instance-count: 1}}", "1: variants.a_b: string should match"),
        (
            "variants: {main: {serverless: {memory-mb: 2048, max-concurrency: 1}}}",
            "runs on instances or is serverless",
        ),
        (
            "variants: {second: {weight: 1}}",
            "1: variants.second: needs instance-type and instance-count, or serverless",
        ),
        ("data-capture: {percentage: 101}", "1: data-capture.percentage: 101: input should be less than or equal"),
        ("data-capture: 5", "1: data-capture: 5: input should be a valid"),
        (
            "alarms: {latency: {above-ms: fast}}",
            "1: alarms.latency.above-ms: 'fast': input should be a valid integer",
        ),
        ("alarms: {notify: [me@example.com]}", "1: alarms.notify.0: string should match"),
        (
            "sample: {file: ../secret.csv}",
            "1: sample.file: '../secret.csv': there is no such file in this repository",
        ),
        ("sample: {content-type: csv}", "1: sample.content-type: 'csv': string should match"),
        ("variants: [main]", "1: variants: ['main']: input should be a valid dictionary"),
        ("- variants", "1: ['variants']: a mapping of settings is expected"),
        ("rollout: {}\nrollout: {}", "2: rollout: written twice, first at environments/prod.yml:1"),
        ("rollout: {type: canary", "expected ',' or '}'"),
        ("rollout: {on: 5}", "1: rollout.True: True is no name; put it in quotes"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_what_is_allowed(write: Write, written: str, complaint: str) -> None:
    """One line for the person who typed it."""
    with pytest.raises(SettingsError) as error:
        load("prod", write(written))

    assert any(complaint in problem for problem in error.value.problems), error.value.problems
    assert all("\n" not in problem for problem in error.value.problems)


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("", "data-capture.percentage: 20: serverless captures no data; write 0"),
        ("rollout: {type: canary, percentage: 20}", "rollout.type: 'canary': serverless moves all traffic at once"),
    ],
)
def test_what_serverless_cannot_do_is_refused(write: Write, written: str, complaint: str) -> None:
    """Rather than by AWS, halfway through an apply."""
    with pytest.raises(SettingsError, match=complaint):
        load("prod", write(f"{SERVERLESS}{written}"))


@pytest.mark.parametrize(
    ("variants", "complaint"),
    [
        (
            "{main: {autoscaling: {min: 3, max: 2, invocations-per-instance: 9}}}",
            "autoscaling.min: 3: is more than max, 2",
        ),
        (
            "{main: {instance-type: null, instance-count: null, routing: random, serverless: "
            "{memory-mb: 2048, max-concurrency: 5}}}",
            "variants.main.routing: 'random': is for instances; a serverless variant has none",
        ),
        (
            "{main: {instance-type: null, instance-count: null, serverless: {memory-mb: 2048, max-concurrency: 5}, "
            "autoscaling: {min: 1, max: 2, invocations-per-instance: 9}}}",
            "autoscaling: serverless scales by itself",
        ),
        (
            "{main: {instance-type: null, instance-count: null, serverless: {memory-mb: 2048, max-concurrency: 5}}, "
            "second: {instance-type: ml.m5.large, instance-count: 1}}",
            "variants: a serverless endpoint has one variant",
        ),
    ],
)
def test_variants_that_contradict_themselves_are_refused(write: Write, variants: str, complaint: str) -> None:
    """Each with the key to change."""
    with pytest.raises(SettingsError, match=complaint):
        load("prod", write(f"variants: {variants}\n"))


def test_what_is_allowed_is_what_sagemakers_service_model_allows() -> None:
    """The numbers stand in the settings; the types and images are read from the model."""
    variant = botocore.session.get_session().get_service_model("sagemaker").shape_for("ProductionVariant")
    for key, member in {
        "volume_size_gb": "VolumeSizeInGB",
        "model_data_download_timeout_seconds": "ModelDataDownloadTimeoutInSeconds",
        "container_startup_timeout_seconds": "ContainerStartupHealthCheckTimeoutInSeconds",
    }.items():
        limits = variant.members[member].metadata
        for number in (limits["min"], limits["max"]):
            assert getattr(Variant.model_validate({key.replace("_", "-"): number}), key) == number
        for number in (limits["min"] - 1, limits["max"] + 1):
            with pytest.raises(ValidationError):
                Variant.model_validate({key.replace("_", "-"): number})
    strategies = variant.members["RoutingConfig"].members["RoutingStrategy"].enum
    routing = get_args(get_args(Variant.model_fields["routing"].annotation)[0])
    assert {each.replace("-", "_").upper() for each in routing} <= set(strategies)
    assert "ml.m5.large" in instance_types()
    assert "al2-ami-sagemaker-inference-gpu-2" in inference_ami_versions()


def test_the_example_for_a_language_model_is_right(write: Write) -> None:
    """As a file of an environment, with the sample that it names."""
    example = (ROOT / "examples/language-model.yml").read_text(encoding="utf-8")

    settings = load("prod", write(example))

    assert settings.variants["main"].container_startup_timeout_seconds
    assert settings.alarms.latency.statistic == "p90"
    assert settings.sample is not None
    assert json.loads((ROOT / settings.sample.file).read_text(encoding="utf-8"))["messages"]


def _cuda(machine_image: str) -> int:
    """The major version of CUDA that a machine image has: the service model says so in words."""
    model: Any = botocore.session.get_session().get_service_model("sagemaker").shape_for("ProductionVariant")
    images = re.sub("<[^>]+>", " ", model.members["InferenceAmiVersion"].documentation)
    found = re.search(rf"{machine_image}\s.*?CUDA version: (\d+)", images, re.DOTALL)
    assert found is not None
    return int(found[1])


def test_the_example_for_a_language_model_has_drivers_for_tgi_and_names_those_for_vllm(write: Write) -> None:
    """TGI brings CUDA 12.4, vLLM 13."""
    example = (ROOT / "examples/language-model.yml").read_text(encoding="utf-8")

    assert _cuda(str(load("prod", write(example)).variants["main"].inference_ami_version)) == 12
    assert VLLM_IMAGE in example
    assert _cuda(VLLM_IMAGE) == 13


def test_a_machine_image_that_the_locked_provider_does_not_know_is_refused_with_the_way_to_a_newer_one(
    write: Write,
) -> None:
    with pytest.raises(SettingsError, match=r"AWS provider 5\.\d+\.\d+, which .* init -backend=false -upgrade"):
        load("prod", write(ON_GPU))


def test_a_newer_provider_decides_itself(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = provider.LOCK_FILE.read_text(encoding="utf-8")
    newer = tmp_path / "newer.lock.hcl"
    newer.write_text(re.sub(r'"5\.\d+\.\d+"', '"6.30.0"', lock, count=1), encoding="utf-8")
    monkeypatch.setattr(provider, "LOCK_FILE", newer)

    assert load("prod", write(ON_GPU)).variants["main"].inference_ami_version == VLLM_IMAGE


def test_steps_need_at_least_two_instances(write: Write) -> None:
    """A step is at most half of a variant."""
    with pytest.raises(SettingsError, match="instance-count: 1: canary needs 2 or more"):
        load("prod", write("rollout: {type: canary, percentage: 50}\n"))


def test_a_rollout_that_outlasts_the_builds_credentials_is_refused(write: Write) -> None:
    """Ten steps of five minutes are fifty, and ten more at the end."""
    slow = "rollout: {type: linear, percentage: 10, wait-minutes: 5, keep-old-minutes: 10}\n"

    with pytest.raises(SettingsError, match="the rollout waits 60 min, more than 40"):
        load("prod", write(f"variants: {{main: {{instance-count: 10}}}}\n{slow}"))


def test_a_key_of_the_default_file_is_shown_there(write: Write) -> None:
    """Even if another environment is loaded."""
    with pytest.raises(SettingsError, match=r"environments/default\.yml:2: data-captur: unknown key"):
        load(
            "prod", write("", "variants: {main: {instance-type: ml.m5.large, instance-count: 1}}\ndata-captur: {}\n")
        )


def test_all_mistakes_of_all_files_are_told_at_once(write: Write) -> None:
    """Each once."""
    root = write("rolout: {}\ndata-captur: {}\n")
    (root / "environments/dev.yml").write_text("sampel: {}\n", encoding="utf-8")
    (root / "environments/test.yaml").write_text("", encoding="utf-8")

    with pytest.raises(SettingsError) as error:
        check(root=root)

    assert [problem.split(": ")[:2] for problem in error.value.problems] == [
        ["environments/test.yaml", "nothing reads it; settings are in files that end in .yml"],
        ["environments/dev.yml:1", "sampel"],
        ["environments/prod.yml:1", "rolout"],
        ["environments/prod.yml:2", "data-captur"],
    ]


def test_mistakes_are_an_input_error(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, one line each."""

    def refused(_: object) -> list[str]:
        raise SettingsError(["prod.yml:1: a", "prod.yml:2: b"])

    monkeypatch.setattr(environments, "check", refused)

    assert environments.main([]) == 2
    assert capsys.readouterr().err == "error: prod.yml:1: a\nerror: prod.yml:2: b\n"


def test_a_missing_default_file_is_named(tmp_path: Path) -> None:
    """All environments start from it."""
    with pytest.raises(SettingsError, match=r"environments/default\.yml is missing"):
        load("prod", tmp_path)
