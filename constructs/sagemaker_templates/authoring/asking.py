"""Questions in a terminal: help above, what there is to choose from, and again until the answer is right."""

import sys
from collections.abc import Callable, Mapping
from typing import Protocol

import typer

from sagemaker_templates.authoring.draft import Draft
from sagemaker_templates.authoring.questions import open_questions
from sagemaker_templates.failures import WrongInput
from sagemaker_templates.terminal import errors


class Askable(Protocol):
    """What a terminal needs of a question; ``questions.Question`` says what each is."""

    @property
    def what(self) -> str: ...
    @property
    def help(self) -> str: ...
    @property
    def choices(self) -> Mapping[str, str]: ...
    @property
    def usual(self) -> str | None: ...
    @property
    def objection(self) -> Callable[[str], str | None]: ...


def can_ask() -> bool:
    """Whether somebody sits there: answers come from a terminal, and questions are seen in one."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def asked(draft: Draft) -> Draft:
    """The draft with all that it needs.

    Raises:
        WrongInput: whoever was asked ended it.
    """
    while question := next(open_questions(draft), None):
        draft = question.answer(answer_to(question))
    return draft


def answer_to(question: Askable) -> str:
    """What somebody answers, once nothing is wrong with it.

    Raises:
        WrongInput: whoever was asked ended it.
    """
    errors.print(f"\n{question.help}")
    width = max(map(len, question.choices), default=0)
    for number, (name, about) in enumerate(question.choices.items(), 1):
        errors.print(f"  {number:>2}  {name:<{width}}  {about}")
    label = f"{question.what} (name or number)" if question.choices else question.what
    try:
        answer: str = typer.prompt(label, default=question.usual, value_proc=_checked(question), err=True)
    except typer.Abort:
        raise WrongInput("\nended before all was answered; nothing was written") from None
    return answer


def _checked(question: Askable) -> Callable[[str], str]:
    names = list(question.choices)

    def checked(text: str) -> str:
        text = text.strip()
        if text.isascii() and text.isdigit() and 1 <= int(text) <= len(names):
            return names[int(text) - 1]
        if wrong := question.objection(text):
            raise typer.BadParameter(wrong)
        return text

    return checked
