"""Every topic, in the order of the report: what decides over others comes first."""

from typing import Any

from sagemaker_templates.doctor.contract import Topic
from sagemaker_templates.doctor.topics import (
    boundaries,
    connections,
    domains,
    github,
    identity,
    log_buckets,
    models,
    network,
    quotas,
    repositories,
    secrets,
    state,
)

TOPICS: tuple[Topic[Any], ...] = (
    identity.TOPIC,
    state.TOPIC,
    secrets.TOPIC,
    connections.TOPIC,
    github.TOPIC,
    repositories.ON_GITHUB,
    repositories.CODECOMMIT,
    repositories.IN_CODECOMMIT,
    network.TOPIC,
    models.TOPIC,
    boundaries.TOPIC,
    log_buckets.TOPIC,
    domains.TOPIC,
    quotas.TOPIC,
)
