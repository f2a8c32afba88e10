"""What is said of a key is so: its example may be given, and the page of its rule is named."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel, create_model
from pydantic.fields import FieldInfo
from sagemaker_templates.settings import annotations, described, files
from sagemaker_templates.settings.described import Place
from sagemaker_templates.templates.registry import all_templates

MODELS: list[type[BaseModel]] = [
    files.EnvironmentKeys,
    files.NetworkKeys,
    files.S3StateKeys,
    files.LocalStateKeys,
    files.ProjectKeys,
    files.TargetKeys,
    *(template.parameters for template in all_templates().values()),
]
PLACES = [Place(), Place("222222222222", "us-gov-west-1")]


def _keys() -> Iterator[tuple[str, FieldInfo]]:
    for model in MODELS:
        for name, info in model.model_fields.items():
            if not annotations.models(info.annotation) and name != "project_template_type":
                yield f"{model.__module__.rpartition('.')[2]}.{model.__name__}.{name}", info


KEYS = dict(_keys())


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.region)
def test_each_key_has_an_example_that_may_be_given(key: str, place: Place) -> None:
    info = KEYS[key]
    fields: dict[str, Any] = {"key": (info.rebuild_annotation(), ...)}
    alone = create_model("Alone", __base__=files.FileModel, **fields)
    example = described.example(info, place)
    assert example is not None
    assert alone.model_validate({"key": tuple(example) if isinstance(example, list) else example})


def test_an_example_is_of_the_place_that_it_is_for() -> None:
    info = files.ProjectKeys.model_fields["sagemaker_domain_arn"]
    gov = described.example(info, PLACES[1])
    assert gov.startswith("arn:aws-us-gov:sagemaker:us-gov-west-1:222222222222:domain/d-")
    assert described.example(files.TargetKeys.model_fields["region"], PLACES[1]) == "us-gov-west-1"


def test_a_key_names_the_page_of_its_rule_however_deep_it_stands() -> None:
    pages = {key.partition(".")[2]: described.sources(info) for key, info in KEYS.items()}
    assert pages["EnvironmentKeys.log_retention_days"][0].endswith("/API_PutRetentionPolicy.html")
    assert len(pages["NetworkKeys.subnet_ids"]) == 2
    assert pages["ProjectKeys.tags"] == pages["ProjectKeys.custom_tags"] != []
    assert pages["ProjectKeys.protect_data"] == []
