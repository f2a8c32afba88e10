"""What services do with their roles is said in the words of AWS's models and of the table of rights, page by page."""

import re
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from known_account import Known
from sagemaker_templates.blocks.service_trust import KEYS_OF_SERVICES
from sagemaker_templates.emulator.asked import Asked
from sagemaker_templates.emulator.call import Place
from sagemaker_templates.emulator.requests.models import service_model
from sagemaker_templates.emulator.rights.needs import needs
from sagemaker_templates.emulator.rights.table import Operation, operation
from sagemaker_templates.emulator.rights.values import references
from sagemaker_templates.rehearsal.services import acts as loader
from sagemaker_templates.rehearsal.services.acts import Act, ServiceCall, WrongValues, acts

HERE = Place("111111111111", "eu-west-1")
ACTS = list(acts().values())
CALLS = [(act.name, call) for act in ACTS for call in act.calls]
each_act = pytest.mark.parametrize("act", ACTS, ids=lambda act: str(act.name))


def _operation(call: ServiceCall) -> Operation:
    return operation(call.asked.service, call.asked.operation)


# The data


def test_there_are_acts_of_every_service_that_our_roles_trust() -> None:
    assert {act.principal for act in ACTS} == set(KEYS_OF_SERVICES)


def test_every_operation_is_in_the_table_of_rights() -> None:
    assert all(_operation(call).needs for _, call in CALLS)


def test_every_parameter_is_one_of_the_operation() -> None:
    wrong = [
        (name, call.asked.operation, path)
        for name, call in CALLS
        if _operation(call).in_models
        for path in _not_in(_input_shape(call.asked), call.asked.parameters)
    ]
    assert wrong == []


def _input_shape(asked: Asked) -> Any:
    model: Any = service_model(asked.service)
    return model.operation_model(asked.operation).input_shape


def _not_in(shape: Any, template: Any, path: str = "") -> Iterator[str]:
    """What a template has that a shape has not, or has as something else."""
    if isinstance(template, Mapping):
        members = shape.members if shape is not None and shape.type_name == "structure" else {}
        for name, member in template.items():
            if name in members:
                yield from _not_in(members[name], member, f"{path}.{name}")
            else:
                yield f"{path}.{name}"
    elif isinstance(template, list):
        for element in template:
            yield from _not_in(shape.member, element, f"{path}[]") if shape.type_name == "list" else [path]
    elif shape.type_name in {"structure", "list", "map"}:
        yield path


def test_every_parameter_of_what_no_model_has_is_one_that_the_table_asks_for() -> None:
    wrong = [
        (name, call.asked.operation, set(call.asked.parameters) - _named_by(_operation(call)))
        for name, call in CALLS
        if not _operation(call).in_models and set(call.asked.parameters) - _named_by(_operation(call))
    ]
    assert wrong == []


def _named_by(found: Operation) -> set[str]:
    texts = [
        text
        for need in found.needs
        for group in (need.resources, need.keys)
        for texts in group.values()
        for text in texts
    ]
    return {name for text in texts for name in references(text)}


def test_every_call_names_a_page_of_aws() -> None:
    pages = {call.source for _, call in CALLS}
    assert {
        page for page in pages if not re.fullmatch(r"https://docs\.aws\.amazon\.com/\S+\.html(#\S+)?", page)
    } == set()


@each_act
def test_no_value_is_named_for_a_condition_alone(act: Act) -> None:
    """A name that is spelled in one way in a condition, in another in the parameters, would never be given right."""
    assert act.values == {name.removesuffix("?") for call in act.calls for name in _references(call)}


EVERYTHING = {
    ("ecr", "GetAuthorizationToken"),
    ("cloudwatch", "PutMetricData"),
    *(
        ("ec2", f"Describe{what}")
        for what in ("DhcpOptions", "NetworkInterfaces", "SecurityGroups", "Subnets", "Vpcs", "VpcEndpoints")
    ),
    *(
        ("ec2", f"Try{verb}NetworkInterface{what}")
        for verb, what in product(("Create", "Delete"), ("", "Permission"))
    ),
}
"""Operations that know no resource, or are tried without one."""


@each_act
def test_no_right_is_asked_for_on_everything_for_want_of_a_parameter(act: Act) -> None:
    on_everything = {
        (asked.service, asked.operation)
        for asked in act.asked(dict.fromkeys(act.values, "1"))
        for access in needs(asked, HERE, Known())
        if access.resource == "*"
    }
    assert on_everything <= EVERYTHING


# Values


@st.composite
def _given(draw: st.DrawFn) -> tuple[Act, dict[str, Any]]:
    """An act, and a different text for each of its values; some are several, all of the same number."""
    act = draw(st.sampled_from(ACTS))
    several = draw(st.integers(1, 3))
    names = sorted(act.values)
    as_many = {name: draw(st.booleans()) for name in names}
    return act, {
        name: [f"{name}={number}" for number in range(several)] if as_many[name] else f"{name}=" for name in names
    }


@settings(max_examples=60, deadline=None)
@given(_given())
def test_all_values_are_filled_in_and_none_is_lost(drawn: tuple[Act, dict[str, Any]]) -> None:
    act, values = drawn
    texts = [text for asked in act.asked(values) for text in _texts(asked.parameters)]
    wanted = {text for value in values.values() for text in ([value] if isinstance(value, str) else value)}
    assert not [text for text in texts if "<" in text or ">" in text]
    assert wanted <= set(texts)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from (text for member in value.values() for text in _texts(member))
    elif isinstance(value, list):
        yield from (text for element in value for text in _texts(element))
    else:
        yield str(value)


@each_act
def test_only_what_may_be_missing_can_be_left_out(act: Act) -> None:
    needed = dict.fromkeys(act.values, "1") | dict.fromkeys(_dispensable(act), "")
    assert act.asked(needed)
    for name in act.values - _dispensable(act):
        with pytest.raises(WrongValues, match=rf"{act.name}: .* needs {name}$"):
            act.asked(needed | {name: ""})


def _dispensable(act: Act) -> frozenset[str]:
    """Values without which an act can do: those that calls depend on, or that end in a question mark."""
    return act.values - {name for call in act.calls if not call.when for name in _references(call)}


def _references(call: ServiceCall) -> set[str]:
    return {name for text in _texts(call.asked.parameters) for name in references(text)}


def test_a_value_that_no_call_names_is_refused() -> None:
    with pytest.raises(WrongValues, match="store-artifact knows nothing of encryption_key"):
        acts()["store-artifact"].asked({"bucket": "b", "key": "k", "encryption_key": "1"})


def test_several_values_are_elements_of_a_list_and_calls_elsewhere() -> None:
    act = _act({"SubnetId": "<subnets>", "Groups": ["<groups>"]})
    asked = act.asked({"subnets": ["subnet-1", "subnet-2"], "groups": ["sg-1", "sg-2"]})
    assert [one.parameters for one in asked] == [
        {"SubnetId": "subnet-1", "Groups": ["sg-1", "sg-2"]},
        {"SubnetId": "subnet-2", "Groups": ["sg-1", "sg-2"]},
    ]


def test_values_of_one_element_go_in_step() -> None:
    act = _act({"Tags": [{"Key": "<keys>", "Value": "<values>"}]})
    (asked,) = act.asked({"keys": ["team", "cost"], "values": ["fraud", "42"]})
    assert asked.parameters == {"Tags": [{"Key": "team", "Value": "fraud"}, {"Key": "cost", "Value": "42"}]}
    with pytest.raises(WrongValues, match="keys, values have to be equally many"):
        act.asked({"keys": ["team", "cost"], "values": ["fraud"]})


def test_what_has_nothing_left_in_it_is_left_out() -> None:
    act = _act({"Name": "<name>", "Network": {"Vpc": {"Subnets": ["<subnets?>"]}}, "Tags": [{"Key": "<key?>"}]})
    (asked,) = act.asked({"name": "a", "subnets": []})
    assert asked.parameters == {"Name": "a"}


def test_a_call_is_made_where_its_value_is_given_or_is_not() -> None:
    act = acts()["write-output"]
    with_key = act.asked({"bucket": "b", "keys": "k", "output-key": "1"})
    assert [one.operation for one in with_key] == ["Encrypt", "PutObject"]
    assert with_key[1].parameters["SSEKMSKeyId"] == "1"
    (without,) = act.asked({"bucket": "b", "keys": "k"})
    assert without.parameters == {"Bucket": "b", "Key": "k"}


def _act(parameters: dict[str, Any]) -> Act:
    return Act("act", "ec2.amazonaws.com", (ServiceCall(Asked("ec2", "Call", parameters), "https://page"),))


# The files


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder in place of the one with the acts."""
    monkeypatch.setattr(loader, "FOLDER", tmp_path)
    acts.cache_clear()
    yield tmp_path
    acts.cache_clear()


CALL = "{service: s3, operation: GetObject, source: https://page}"


@pytest.mark.parametrize(
    "text",
    [
        f"principal: a\nact:\n  b: [{CALL}]\nacts: {{}}\n",
        f"principal: a\nacts:\n  b: [{CALL.replace('source', 'sauce: x, source')}]\n",
    ],
)
def test_what_is_written_in_vain_is_told(folder: Path, text: str) -> None:
    (folder / "one.yaml").write_text(text)
    with pytest.raises(ValueError, match=r"one\.yaml.* says nothing of an act"):
        acts()


def test_an_act_has_its_name_alone(folder: Path) -> None:
    for service in ("one", "two"):
        (folder / f"{service}.yaml").write_text(f"principal: {service}\nacts:\n  b: [{CALL}]\n")
    with pytest.raises(ValueError, match=r"two\.yaml: there is another act b"):
        acts()
