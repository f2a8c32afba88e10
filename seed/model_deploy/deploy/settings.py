"""What may be written in ``environments/``, and what goes together."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from deploy.document import similar
from deploy.instances import has_local_storage, inference_ami_versions, instance_types, runs
from deploy.provider import why_not

MAX_ROLLOUT_MINUTES = 40
"""A rollout is followed with the credentials of one assumed role, which end after an hour:
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining"""

ROLLOUT_TIMEOUT_MINUTES = 50
"""SageMaker gives up a rollout, and rolls back, after so long: before the role's hour is over. Start-up counts."""

_SECONDS = 60
_WHOLE = 100
_VARIANT = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html"

StartUpSeconds = Annotated[int, Field(ge=60, le=3600)]
"""https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html"""

VariantName = Annotated[str, Field(pattern=r"^[A-Za-z0-9](-*[A-Za-z0-9]){0,31}$")]
Problem = tuple[tuple[str, ...], str]


class _Section(BaseModel):
    """Keys are written with hyphens; one that is not known is an error."""

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, alias_generator=lambda name: name.replace("_", "-")
    )


class Autoscaling(_Section):
    """Between ``min`` and ``max`` instances, so that each gets about so many invocations a minute."""

    min: int = Field(ge=1)
    max: int = Field(ge=1)
    invocations_per_instance: int = Field(ge=1)
    scale_in_cooldown_seconds: int = Field(default=300, ge=0)
    scale_out_cooldown_seconds: int = Field(default=60, ge=0)


class Serverless(_Section):
    """https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariantServerlessConfig.html"""

    memory_mb: Literal[1024, 2048, 3072, 4096, 5120, 6144]
    max_concurrency: int = Field(ge=1, le=200)


class Variant(_Section):
    """One way of serving the model: on instances, or serverless; ``weight`` is its share of the traffic.

    The keys after ``instance_count`` are for models that are large or slow to start
    (https://docs.aws.amazon.com/sagemaker/latest/dg/large-model-inference-hosting.html).
    """

    instance_type: str | None = Field(default=None, pattern=r"^ml\.[a-z0-9-]+\.[a-z0-9]+$")
    instance_count: int | None = Field(default=None, ge=1)
    inference_ami_version: str | None = None
    volume_size_gb: int | None = Field(default=None, ge=1, le=512)
    model_data_download_timeout_seconds: StartUpSeconds | None = None
    container_startup_timeout_seconds: StartUpSeconds | None = None
    routing: Literal["random", "least-outstanding-requests"] | None = None
    serverless: Serverless | None = None
    weight: float = Field(default=1, ge=0)
    autoscaling: Autoscaling | None = None


class DataCapture(_Section):
    """The percentage of requests that are kept with their answers; 0 switches it off."""

    percentage: int = Field(default=0, ge=0, le=_WHOLE)


class ServerErrors(_Section):
    """Alarm: more than so many answers 5xx of the model a minute, in each of so many minutes.

    What a client has done wrong is answered with 4xx, which is counted elsewhere.
    """

    above: int = Field(default=0, ge=0)
    minutes: int = Field(default=2, ge=1, le=60)


class Latency(_Section):
    """Alarm: the model takes longer than this, in each of so many minutes.

    ``first-chunk`` is the time until a streamed answer begins; of answers that are not streamed there is none.
    """

    of: Literal["whole-answer", "first-chunk"] = "whole-answer"
    statistic: Literal["average", "p50", "p90", "p95", "p99"] = "average"
    above_ms: int = Field(default=1000, ge=1)
    minutes: int = Field(default=5, ge=1, le=60)


class Alarms(_Section):
    """Alarms on the worst variant; ``notify`` are SNS topics of the environment's account.

    Both are always there, and always guard a rollout: the provider can change which alarms do so only by deleting the
    endpoint and creating it anew.
    """

    server_errors: ServerErrors = ServerErrors()
    latency: Latency = Latency()
    notify: list[Annotated[str, Field(pattern=r"^arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:[\w.-]+$")]] = []


class Rollout(_Section):
    """How traffic moves to the new fleet.

    ``percentage`` is the first step of canary and every step of linear (10 to 50), ``wait-minutes`` passes after each
    step, ``keep-old-minutes`` before the old fleet goes. An alarm in that time moves all traffic back.
    https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-blue-green.html
    """

    type: Literal["all-at-once", "canary", "linear"] = "all-at-once"
    percentage: int | None = Field(default=None, ge=10, le=50)
    wait_minutes: int = Field(default=0, ge=0, le=60)
    keep_old_minutes: int = Field(default=0, ge=0, le=60)

    @property
    def minutes(self) -> int:
        """How long the waiting takes together."""
        if self.type == "linear" and self.percentage:
            return -(-_WHOLE // self.percentage) * self.wait_minutes + self.keep_old_minutes
        return self.wait_minutes + self.keep_old_minutes


class Sample(_Section):
    """A request from this repository that is sent to the endpoint after each deployment.

    Without ``accept`` it asks for no type of answer, as most clients do not: the container answers what it prefers.
    """

    file: str
    content_type: str = Field(pattern=r"^[\w.+-]+/[\w.+-]+$")
    accept: str | None = Field(default=None, pattern=r"^[\w.+-]+/[\w.+-]+$")


class EndpointSettings(_Section):
    """Everything that may differ from one environment to another."""

    variants: dict[VariantName, Variant] = Field(min_length=1, max_length=10)
    data_capture: DataCapture = DataCapture()
    alarms: Alarms = Alarms()
    rollout: Rollout = Rollout()
    sample: Sample | None = None

    @property
    def serverless(self) -> bool:
        """Whether there is nothing but one serverless variant."""
        return any(variant.serverless for variant in self.variants.values())


def contradictions(settings: EndpointSettings) -> Iterator[Problem]:
    """What cannot be together, as the path of the key to change and the reason."""
    for name, variant in settings.variants.items():
        yield from _of_variant(variant, ("variants", name))
    if settings.serverless:
        yield from _of_serverless(settings)
    yield from _of_rollout(settings)


def _of_variant(variant: Variant, path: tuple[str, ...]) -> Iterator[Problem]:
    if variant.instance_type and variant.serverless:
        yield (
            (*path, "serverless"),
            "a variant runs on instances or is serverless; set instance-type to null for that",
        )
    if not variant.instance_type and not variant.serverless:
        yield path, "needs instance-type and instance-count, or serverless"
    if bool(variant.instance_type) != bool(variant.instance_count):
        yield (*path, "instance-count"), "instance-type and instance-count belong together"
    if variant.autoscaling:
        yield from _of_autoscaling(variant, variant.autoscaling, path)
    if variant.serverless:
        yield from _only_for_instances(variant, path)
    elif variant.instance_type:
        yield from _of_instances(variant, variant.instance_type, path)


def _of_autoscaling(variant: Variant, scaling: Autoscaling, path: tuple[str, ...]) -> Iterator[Problem]:
    if variant.serverless:
        yield (*path, "autoscaling"), "serverless scales by itself, up to max-concurrency"
    if scaling.min > scaling.max:
        yield (*path, "autoscaling", "min"), f"is more than max, {scaling.max}"
    elif variant.instance_count and not scaling.min <= variant.instance_count <= scaling.max:
        yield (
            (*path, "instance-count"),
            f"is not between autoscaling's min and max, {scaling.min} and {scaling.max}: it is what a first "
            "deployment starts with",
        )


_FOR_INSTANCES = (
    "inference_ami_version",
    "volume_size_gb",
    "model_data_download_timeout_seconds",
    "container_startup_timeout_seconds",
    "routing",
)


def _only_for_instances(variant: Variant, path: tuple[str, ...]) -> Iterator[Problem]:
    for name in _FOR_INSTANCES:
        if getattr(variant, name) is not None:
            yield (*path, name.replace("_", "-")), "is for instances; a serverless variant has none"


def _of_instances(variant: Variant, instance_type: str, path: tuple[str, ...]) -> Iterator[Problem]:
    if instance_type not in instance_types():
        hint = similar(instance_type, instance_types())
        yield (*path, "instance-type"), f"no endpoint runs on it; {hint}allowed: InstanceType in {_VARIANT}"
    elif variant.volume_size_gb and has_local_storage(instance_type):
        yield (*path, "volume-size-gb"), f"{instance_type} has storage of its own, and SageMaker takes no size for it"
    ami = variant.inference_ami_version
    if ami is None:
        return
    if ami not in inference_ami_versions():
        hint = similar(ami, inference_ami_versions())
        yield (*path, "inference-ami-version"), f"{hint}allowed: {', '.join(sorted(inference_ami_versions()))}"
    elif not runs(ami, instance_type):
        yield (*path, "inference-ami-version"), f"is not for the accelerators of {instance_type}"
    elif refusal := why_not(ami):
        yield (*path, "inference-ami-version"), refusal


def _of_serverless(settings: EndpointSettings) -> Iterator[Problem]:
    """https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html, the excluded features"""
    if len(settings.variants) > 1:
        yield ("variants",), "a serverless endpoint has one variant"
    if settings.data_capture.percentage:
        yield ("data-capture", "percentage"), "serverless captures no data; write 0"
    if settings.rollout.type != "all-at-once":
        yield ("rollout", "type"), "serverless moves all traffic at once"


def _of_rollout(settings: EndpointSettings) -> Iterator[Problem]:
    rollout = settings.rollout
    if rollout.type == "all-at-once" and rollout.percentage is not None:
        yield ("rollout", "percentage"), "all-at-once has no steps; set it to null"
    if rollout.type != "all-at-once" and rollout.percentage is None:
        yield ("rollout",), f"{rollout.type} needs percentage, 10 to 50"
    if rollout.minutes > MAX_ROLLOUT_MINUTES:
        yield ("rollout", "wait-minutes"), f"the rollout waits {rollout.minutes} min, more than {MAX_ROLLOUT_MINUTES}"
    yield from _too_long_with_start_up(settings)
    if rollout.type != "all-at-once" and not settings.serverless:
        yield from _too_few_instances(settings)


def _too_long_with_start_up(settings: EndpointSettings) -> Iterator[Problem]:
    """SageMaker waits for the start-up and for the rollout within one time."""
    for name, variant in settings.variants.items():
        seconds = (variant.model_data_download_timeout_seconds or 0) + (
            variant.container_startup_timeout_seconds or 0
        )
        minutes = -(-seconds // _SECONDS) + settings.rollout.minutes
        if seconds and minutes > ROLLOUT_TIMEOUT_MINUTES:
            yield (
                ("variants", name),
                f"may take {seconds} s to start, with the rollout {minutes} min; "
                f"allowed: {ROLLOUT_TIMEOUT_MINUTES} min, for SageMaker gives up then",
            )


def _too_few_instances(settings: EndpointSettings) -> Iterator[Problem]:
    """A step is at most half of a variant's instances, so there must be two."""
    for name, variant in settings.variants.items():
        if variant.instance_count == 1:
            yield (
                ("variants", name, "instance-count"),
                f"{settings.rollout.type} needs 2 or more: a step is at most half",
            )
