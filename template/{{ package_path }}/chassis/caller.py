"""Whether the client of a request still waits for its response.

ASGI does not notify an application: it has to poll the channel that the body arrives on.
"""

from contextvars import ContextVar
from typing import TYPE_CHECKING

from starlette.types import Message, Receive

if TYPE_CHECKING:
    from .request import Request


class Caller:
    """The client of one request, and the body that it sends."""

    answered = False  # the response is complete, or never will be
    _ahead: Message | None = None  # received here, but meant for the application
    _body_complete = False
    _receive: Receive

    def gone(self) -> bool:
        """Return whether the client has hung up; unknown, so False, until its body has arrived.

        False once it has its response: work that continues after that is not for this client.
        """
        if self.answered:
            return False
        if not self._body_complete and self._ahead is None and (message := self._poll()):
            self._ahead = message
            self._body_complete = message["type"] == "http.request" and not message.get("more_body")
        seen = (self._ahead, self._poll() if self._body_complete else None)
        return any(message and message["type"] == "http.disconnect" for message in seen)

    def _poll(self) -> Message | None:
        """Receive a message that has arrived already; return None instead of waiting."""
        step = self._receive().__await__()
        try:
            next(step)
        except StopIteration as received:
            message: Message = received.value
            return message
        step.close()
        return None


current: ContextVar["Request | None"] = ContextVar("caller", default=None)
