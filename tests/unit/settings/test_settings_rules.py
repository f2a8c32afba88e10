"""The rules for names hold for every text, not only for the ones that came to mind."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, get_args

import pytest
import yaml
from botocore.loaders import Loader as ServiceModels
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from sagemaker_templates.settings import InvalidSettings, fields, files, load
from sagemaker_templates.settings.regions import usable_regions
from sagemaker_templates.settings.rules import Rule
from sagemaker_templates.templates.registry import all_templates
from settings.settings_folder import ABALONE, DEV, FILES, PROD, TEMPLATES, TrainParameters, write

RULES = {
    name: next(part for part in get_args(value) if isinstance(part, Rule))
    for name, value in vars(fields).items()
    if isinstance(value, type(Annotated[str, ""])) and any(isinstance(part, Rule) for part in get_args(value))
}
# AWS's own pattern and length for the same text: service, shape, and our rule.
AWS_SHAPES = [
    ("sagemaker", "ProjectEntityName", "ProjectName"),
    ("sagemaker", "ProjectId", "ProjectId"),
    ("sagemaker", "DomainId", "DomainId"),
    ("sagemaker", "DomainArn", "DomainArn"),
    ("sts", "externalIdType", "ExternalId"),
    ("codestar-connections", "ConnectionArn", "ConnectionArn"),
    ("secretsmanager", "NameType", "SecretName"),
]
NEAR_NAMES = st.text(alphabet="abzABZ019-_. é\n", max_size=40)


@cache
def _shapes(service: str) -> dict[str, Any]:
    shapes: dict[str, Any] = ServiceModels().load_service_model(service, "service-2")["shapes"]
    return shapes


@pytest.mark.parametrize(("service", "shape", "name"), AWS_SHAPES)
@given(data=st.data())
@settings(max_examples=20, deadline=None)
def test_what_a_rule_accepts_aws_accepts(service: str, shape: str, name: str, data: st.DataObject) -> None:
    """A name that passes here is not refused by AWS at apply time."""
    aws = _shapes(service)[shape]
    accepted = st.from_regex(re.compile(RULES[name].pattern, re.ASCII), fullmatch=True)
    text = data.draw(accepted.filter(RULES[name].accepts))
    assert re.fullmatch(aws.get("pattern", ".*").removesuffix("$"), text)
    assert aws.get("min", 0) <= len(text) <= aws.get("max", 10_000)


def _rules_of(annotation: object) -> Iterator[Rule]:
    yield from (part for part in get_args(annotation) if isinstance(part, Rule))
    for inner in get_args(annotation):
        if not isinstance(inner, Rule):
            yield from _rules_of(inner)


def _written_by_users() -> Iterator[tuple[str, Rule]]:
    models: list[type[BaseModel]] = [
        files.EnvironmentKeys,
        files.ProjectKeys,
        files.TargetKeys,
        files.S3StateKeys,
        files.LocalStateKeys,
    ]
    for model in [*models, *(template.parameters for template in all_templates().values())]:
        for name, info in model.model_fields.items():
            for rule in _rules_of(info.rebuild_annotation()):
                yield f"{model.__name__}.{name}", rule


@given(data=st.data())
@settings(max_examples=10, deadline=None)
def test_no_setting_that_may_come_into_an_arn_holds_a_wildcard(data: st.DataObject) -> None:
    """A name with "*" or "?" would stand for other people's in a role's policy; schedules stand in no ARN."""
    in_arns = [(name, rule) for name, rule in _written_by_users() if not name.endswith("schedule_expression")]
    assert len(in_arns) > 30
    for name, rule in in_arns:
        text = data.draw(st.from_regex(re.compile(rule.pattern, re.ASCII), fullmatch=True))
        assert not re.search(r"[*?]", text), name
        at = data.draw(st.integers(0, len(text)))
        for wildcard in "*?":
            assert not rule.accepts(text[:at] + wildcard + text[at:]), name


@given(text=NEAR_NAMES)
def test_an_accepted_project_name_may_begin_a_bucket(text: str) -> None:
    """Whatever is accepted is lower case, 1 to 32 characters, and begins and ends with a letter or digit."""
    if RULES["ProjectName"].accepts(text):
        assert re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?", text, re.ASCII)


@given(text=NEAR_NAMES)
def test_a_hint_is_always_accepted(text: str) -> None:
    """ "did you mean" never proposes what would be refused."""
    for rule in RULES.values():
        for suggestion in re.findall(r'did you mean "(.*)"\?', rule.hint(text)):
            assert rule.accepts(suggestion)
            assert suggestion != text


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("ProjectName", ["a", "a-b", "a--b", "a" * 32, "0"], ["", "-a", "a-", "A", "a_b", "a" * 33, "a\n", "é"]),
        ("ProjectId", ["x" * 20], ["", "-a", "a-", "x" * 21, "a_b"]),
        ("EnvironmentName", ["dev", "pre-prod", "a" * 32], ["Dev", "a--b", "-a", "a-", "a" * 33, "a_b"]),
        ("AccountId", ["000000000000"], ["1" * 11, "1" * 13, "11111111111a", "\u0661" * 12]),
        ("VpcId", ["vpc-01234567", "vpc-0123456789abcdef0"], ["vpc-", "vpc-0123456g", "subnet-01234567"]),
        (
            "BucketName",
            ["abc", "a.b-c", "1.2.3", "1.2.3.4.a", "xn-abc", "s3alias"],
            ["ab", "a..b", "-abc", "Abc", "a" * 64, "192.168.0.1", "xn--abc", "a-s3alias", "a--x-s3", "a.mrap"],
        ),
        (
            "BucketArn",
            ["arn:aws-us-gov:s3:::abc"],
            ["abc", "arn:aws:s3:::abc/d", "arn:aws:s3:::Abc", "arn:aws:s3:::10.0.0.1"],
        ),
        ("KeyPrefix", ["a", "a/b", "a.b/c-d"], ["", "/a", "a/", "a//b", "../a", "a/../b", "team*", "a/*"]),
        (
            "KmsKeyId",
            [
                "alias/a/b",
                "12345678-1234-1234-1234-123456789012",
                "mrk-" + "0" * 32,
                "arn:aws:kms:us-east-1:111111111111:alias/a",
                "arn:aws:kms:us-east-1:111111111111:key/12345678-1234-1234-1234-123456789012",
            ],
            ["a", "alias/", "arn:aws:kms:us-east-1:111111111111:key/a"],
        ),
        ("RelativePath", ["a", "a/b", ".state", "a..b"], ["", "/a", "..", "a/../b", "a/..", "./a", "~/a b", "C:\\a"]),
        ("VersionConstraint", ["6", ">= 5.100, < 7", "~>6.1", "= 6.0.0-beta1"], ["", "latest", ">= ", "6,", "v6"]),
        ("RepositoryOwner", ["a", "my-org", "user_corp", "x-", "a--b", "a" * 39], ["", "-a", "a/b", "a b", "a" * 40]),
        (
            "GitHubBaseUrl",
            [
                "https://github.example.com",
                "https://ghe.example.com:8443/",
                "https://ghe.example.com:65535",
                "http://localhost:3000",
                "http://127.0.0.1",
                "http://[::1]:80",
            ],
            [
                "",
                "github.example.com",
                "http://github.example.com",
                "http://127.0.0.1.example.com",
                "http://localhost.example.com",
                "https://github.com",
                "https://api.github.com/",
                "https://github.example.com/api/v3",
                "https://user:secret@github.example.com",
                "https://a b",
                "https://ghe.example.com:65536",
                "https://ghe.example.com:0",
            ],
        ),
        ("GitHubNumber", ["1", "1" * 20], ["", "0", "1" * 21, "a1"]),
        ("GitHubTopic", ["a", "0-a", "a" * 50], ["", "-a", "A", "a_b", "a" * 51]),
        (
            "ConnectionArn",
            ["arn:aws:codeconnections:us-east-1:111111111111:connection/0-a"],
            ["arn:aws:codecommit:us-east-1:111111111111:a", "arn:aws:codeconnections:us-east-1:1:connection/a"],
        ),
        ("SecretName", ["github_token", "hf_access_token_secret", "a/b"], ["", "a b", "ghp_" + "a1" * 18]),
        ("ExternalId", ["ab", "a" * 1224], ["a", "a" * 1225, "a b"]),
        (
            "PolicyName",
            ["a", "a" * 128, "a/b", "team/ml/boundary"],
            ["", "/a", "a/", "a//b", "arn:aws:iam::1:policy/a", "a" * 129],
        ),
        (
            "Region",
            ["us-east-1", "us-gov-west-1", "cn-north-1"],
            ["us-east-9", "us-iso-east-1", "eusc-de-east-1", "fips-us-east-1", "aws-global", ""],
        ),
        ("DomainId", ["d-a", "d-abc123"], ["d-", "abc", "d-A", "d-" + "a" * 62]),
        (
            "DomainArn",
            ["arn:aws:sagemaker:us-east-1:111111111111:domain/d-a"],
            ["d-a", "arn:aws:sagemaker:::domain/a"],
        ),
    ],
)
def test_each_rule_at_its_edges(name: str, right: list[str], wrong: list[str]) -> None:
    """Each rule accepts the shortest and longest right text and refuses the nearest wrong one."""
    assert [text for text in right if not RULES[name].accepts(text)] == []
    assert [text for text in wrong if RULES[name].accepts(text)] == []


def test_regions_are_those_of_every_partition() -> None:
    """China and GovCloud are regions; FIPS endpoints are not."""
    assert {"us-east-1", "mx-central-1", "cn-north-1", "us-gov-west-1"} <= set(usable_regions())
    assert not [region for region in usable_regions() if "fips" in region or "iso" in region]


_NEAR_NUMBERS = st.one_of(
    st.text(alphabet="0123456789", min_size=1, max_size=6),
    st.from_regex(r"[-+]?(0[xXbo]?)?[0-9a-f_:.]{1,6}([eE][-+]?[0-9])?", fullmatch=True),
    st.sampled_from(["yes", "on", "true", "Off", ".inf", ".nan", "1_0", "1:10", "0o12", "1e1"]),
)


@given(text=_NEAR_NUMBERS)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_number_that_is_taken_is_the_one_that_stands_there(text: str, tmp_path: Path) -> None:
    """No octal, hexadecimal, base 60, underscore or boolean becomes another number than a reviewer reads."""
    write(tmp_path, {ABALONE: FILES[ABALONE] + f"rounds: {text}\n"})
    try:
        parameters = load(tmp_path, TEMPLATES, environ={}).projects[0].parameters
    except InvalidSettings:
        return
    assert isinstance(parameters, TrainParameters)
    assert str(parameters.rounds) == text


_scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
_values = st.recursive(
    _scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["valueFrom", "envVariable", "type", "vpc-id", "a", ""]), inner, max_size=3)
    ),
    max_leaves=6,
)
_keys = sorted(
    {key for text in FILES.values() for key in yaml.safe_load(text)}
    | {"defaults", "tags", "custom-tags", "repository-type", "rounds", "images", "prod-subnet-ids", "dev-vpc-id"}
)


@given(
    file=st.sampled_from([DEV, PROD, ABALONE]), changed=st.dictionaries(st.sampled_from(_keys), _values, max_size=3)
)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_whatever_stands_in_a_file_is_loaded_or_told_in_lines(
    file: str, changed: dict[str, object], tmp_path: Path
) -> None:
    """No content of a file ends in a traceback, and each problem is one line."""
    text = yaml.safe_dump({**yaml.safe_load(FILES[file]), **changed}, allow_unicode=True)
    write(tmp_path, {file: text})
    try:
        load(tmp_path, TEMPLATES, environ={"a": "x"})
    except InvalidSettings as invalid:
        lines = [str(problem).splitlines() for problem in invalid.problems]
        assert len(list(chain(*lines))) == len(invalid.problems) > 0


@given(data=st.binary(max_size=60) | st.text(alphabet="ab:-[]{}&*!|>'\"#%@`, \n\t?", max_size=40).map(str.encode))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_bytes_a_file_holds_are_told_in_lines(data: bytes, tmp_path: Path) -> None:
    """A file that is no YAML at all is a problem, not a traceback."""
    write(tmp_path, {ABALONE: data})
    with pytest.raises(InvalidSettings):
        load(tmp_path, TEMPLATES, environ={})
