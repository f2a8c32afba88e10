"""The names of what a deployment replaces: within AWS's limit, and as different as their contents."""

import re
from typing import Any

from deploy.names import MAX_LENGTH, versioned_name
from hypothesis import assume, given
from hypothesis import strategies as st

ENDPOINTS = st.from_regex(r"[a-z0-9]+(-[a-z0-9]+){0,5}", fullmatch=True).filter(lambda name: len(name) <= 54)
VERSIONS = st.integers(min_value=0, max_value=10**9)
CONTENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(endpoint=ENDPOINTS, version=VERSIONS, content=CONTENTS)
def test_a_name_is_one_that_sagemaker_takes_and_begins_with_the_endpoints(
    endpoint: str, version: int, content: Any
) -> None:
    name = versioned_name(endpoint, version, content)

    assert len(name) <= MAX_LENGTH
    assert re.fullmatch(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", name)
    assert name.startswith(f"{endpoint}-")
    assert name == versioned_name(endpoint, version, content)


@given(endpoint=ENDPOINTS, version=VERSIONS, content=CONTENTS, other=CONTENTS)
def test_other_content_has_another_name(endpoint: str, version: int, content: Any, other: Any) -> None:
    assume(repr(content) != repr(other) and content != other)

    assert versioned_name(endpoint, version, content) != versioned_name(endpoint, version, other)


@given(content=st.dictionaries(st.text(), st.integers(), min_size=2))
def test_the_order_of_keys_is_no_content(content: dict[str, int]) -> None:
    turned = dict(reversed(content.items()))

    assert versioned_name("abalone-prod", 1, content) == versioned_name("abalone-prod", 1, turned)
