"""Whether the client of a request still waits for its response.

Nothing tells an ASGI application: it has to look, through the channel that the body comes in by.
"""

from contextvars import ContextVar
from typing import TYPE_CHECKING

from starlette.types import Message, Receive

if TYPE_CHECKING:
    from .request import Request


class Caller:
    """The client of one request, and the body that it sends."""

    answered = False  # or it never will be
    _ahead: Message | None = None  # received here, and meant for the application
    _body_complete = False
    _receive: Receive

    def gone(self) -> bool:
        """Tell whether the client has hung up. It is not known before its body has arrived.

        Once it has its response, what still goes on does so for others.
        """
        if self.answered:
            return False
        if not self._body_complete and self._ahead is None and (message := self._poll()):
            self._ahead = message
            self._body_complete = message["type"] == "http.request" and not message.get("more_body")
        seen = (self._ahead, self._poll() if self._body_complete else None)
        return any(message and message["type"] == "http.disconnect" for message in seen)

    def _poll(self) -> Message | None:
        """Receive what is there already; nothing, where that would mean to wait."""
        step = self._receive().__await__()
        try:
            next(step)
        except StopIteration as received:
            message: Message = received.value
            return message
        step.close()
        return None


current: ContextVar["Request | None"] = ContextVar("caller", default=None)
