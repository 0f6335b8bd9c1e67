"""What the chassis does when the application starts and stops."""

from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class LifespanMiddleware:
    """Calls `start` once the application is up, and `stop` when it goes down."""

    def __init__(self, app: ASGIApp, start: Callable[[], None], stop: Callable[[], None]) -> None:
        self.app = app
        self.start = start
        self.stop = stop

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await self.app(scope, receive, send)
            return

        received = answered = False

        async def observed_receive() -> Message:
            nonlocal received
            message = await receive()
            received = True
            return message

        async def observed_send(message: Message) -> None:
            nonlocal answered
            if not message["type"].startswith("lifespan."):
                raise RuntimeError(f"{message['type']} is no response to lifespan")
            answered = True
            if message["type"] == "lifespan.startup.complete":
                self.start()
            elif message["type"].startswith("lifespan.shutdown."):
                self.stop()
            await send(message)

        try:
            await self.app(scope, observed_receive, observed_send)
        except Exception:
            if answered:
                raise
        if not answered:
            # The application does not support lifespan (ASGI lets it raise), but the chassis does.
            if not received:
                await receive()
            await observed_send({"type": "lifespan.startup.complete"})
            await receive()
            await observed_send({"type": "lifespan.shutdown.complete"})
