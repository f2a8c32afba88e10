"""Failures that a person is told of in a line, without a traceback."""


class StepFailed(Exception):  # noqa: N818 - the name says what happened
    """A step could not be done; the message says why and what to do. The command line ends with 1."""


class WrongInput(Exception):  # noqa: N818 - the name says what happened
    """What was typed on the command line names something that there is not. The command line ends with 2."""
