"""A request that an SDK sends again is not carried out again: it gets the reply that the first got.

On a busy machine a client may give a connection up before it has read the reply, and ask again for what was done:
"already exists". AWS's SDKs number the attempts of one call and give the call an id, the same in each
(https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html).
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any, Generic, TypeVar

Reply = TypeVar("Reply")

_CALL_ID = "HTTP_AMZ_SDK_INVOCATION_ID"
_READS = ("GET", "HEAD")
_KEPT = 1000
"""Replies that are remembered: a repetition follows within seconds."""


class Repetitions(Generic[Reply]):
    """Remembers the latest replies by the id of their calls."""

    def __init__(self, kept: int = _KEPT) -> None:
        self._kept = kept
        self._replies: OrderedDict[str, Future[Reply]] = OrderedDict()
        self._changing = threading.Lock()

    def once(self, environ: Mapping[str, Any], carry_out: Callable[[], Reply]) -> Reply:
        """Carry a request out, or give the reply of the attempt before; one that is under way is waited for.

        Args:
            environ: the request; one that changes nothing, or has no id of a call, is always carried out.
        """
        call = str(environ.get(_CALL_ID, ""))
        if not call or environ.get("REQUEST_METHOD") in _READS:
            return carry_out()
        reply, is_first = self._promised(call)
        if is_first:
            try:
                reply.set_result(carry_out())
            except BaseException as error:
                self._forget(call)
                reply.set_exception(error)
        return reply.result()

    def _promised(self, call: str) -> tuple[Future[Reply], bool]:
        with self._changing:
            if call in self._replies:
                return self._replies[call], False
            promised = self._replies[call] = Future()
            if len(self._replies) > self._kept:
                self._replies.popitem(last=False)
            return promised, True

    def _forget(self, call: str) -> None:
        with self._changing:
            self._replies.pop(call, None)
