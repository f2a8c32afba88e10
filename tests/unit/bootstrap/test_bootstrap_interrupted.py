"""Whoever ends ``bootstrap`` half way is told what was done, and what was not."""

import signal

import pytest
from sagemaker_templates.bootstrap.change import Change
from sagemaker_templates.bootstrap.states import States
from sagemaker_templates.doctor.account import Account
from sagemaker_templates.interruption import Interrupted
from sagemaker_templates.settings.model import S3State


def _done(_account: Account) -> None:
    """Nothing is asked of AWS."""


def _interrupted(_account: Account) -> None:
    raise Interrupted(signal.SIGINT)


def test_an_interruption_says_what_was_done_and_what_was_not() -> None:
    states = States("111111111111", S3State("states", "prefix", "us-east-1"))
    with pytest.raises(Interrupted) as ended:
        states.make([Change("one", _done), Change("two", _interrupted), Change("three", _done)])
    assert ended.value.left_undone == "done: one\nnot done: two; three"
