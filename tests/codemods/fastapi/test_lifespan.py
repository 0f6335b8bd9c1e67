"""Event handlers -> one lifespan."""

import pytest

from tests.codemods.fastapi.support import assert_same_events
from tests.codemods.support import Files, apply, assert_fixed, assert_left

RULE = "fastapi-lifespan"

FIX: dict[str, tuple[str, str]] = {
    "function for each event": (
        """
        from fastapi import FastAPI

        app = FastAPI(title="x")


        @app.on_event("startup")
        async def connect():
            log.append("connect")


        @app.get("/")
        def read(): ...


        # at the end
        @app.on_event("shutdown")
        def close():
            log.append("close")
        """,
        """
        from collections.abc import AsyncIterator
        from contextlib import asynccontextmanager
        from fastapi import FastAPI


        @asynccontextmanager
        async def lifespan(app: FastAPI) -> AsyncIterator[None]:
            await connect()
            yield
            close()


        app = FastAPI(title="x", lifespan=lifespan)


        async def connect():
            log.append("connect")


        @app.get("/")
        def read(): ...


        # at the end
        def close():
            log.append("close")
        """,
    ),
    "several sync and async handlers in order": (
        """
        import fastapi
        app = fastapi.FastAPI()

        @app.on_event("startup")
        def first(): log.append("first")

        @app.on_event("shutdown")
        @app.on_event("startup")
        async def both(): log.append("both")

        @app.on_event("startup")
        def third():
            app.state.x = 1
            log.append("third")

        @app.on_event("shutdown")
        def last(): log.append(f"last {app.state.x}")
        """,
        """
        from collections.abc import AsyncIterator
        from contextlib import asynccontextmanager
        import fastapi


        @asynccontextmanager
        async def lifespan(app: fastapi.FastAPI) -> AsyncIterator[None]:
            first()
            await both()
            third()
            yield
            await both()
            last()


        app = fastapi.FastAPI(lifespan=lifespan)

        def first(): log.append("first")

        async def both(): log.append("both")

        def third():
            app.state.x = 1
            log.append("third")

        def last(): log.append(f"last {app.state.x}")
        """,
    ),
    "handlers returned by functions in a factory": (
        """
        from fastapi import FastAPI

        def starter(app):
            async def start() -> None:
                log.append("start")
            return start

        def stopper(app):
            def stop() -> None:
                log.append("stop")
            return stop

        def make() -> FastAPI:
            application = FastAPI(**{"title": "x"})
            application.add_event_handler("startup", starter(application))
            application.add_event_handler("shutdown", stopper(application))
            return application
        """,
        """
        from collections.abc import AsyncIterator
        from contextlib import asynccontextmanager
        from fastapi import FastAPI

        def starter(app):
            async def start() -> None:
                log.append("start")
            return start

        def stopper(app):
            def stop() -> None:
                log.append("stop")
            return stop

        def make() -> FastAPI:
            @asynccontextmanager
            async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
                await on_startup()
                yield
                on_shutdown()

            application = FastAPI(lifespan=lifespan, **{"title": "x"})
            on_startup = starter(application)
            on_shutdown = stopper(application)
            return application
        """,
    ),
    "lists of handlers": (
        """
        from fastapi import FastAPI

        async def connect(): log.append("connect")
        def warm(): log.append("warm")
        async def close(): log.append("close")

        app = FastAPI(
            title="x",
            on_startup=[connect, warm],
            on_shutdown=[close],
        )
        """,
        """
        from collections.abc import AsyncIterator
        from contextlib import asynccontextmanager
        from fastapi import FastAPI

        async def connect(): log.append("connect")
        def warm(): log.append("warm")
        async def close(): log.append("close")


        @asynccontextmanager
        async def lifespan(app: FastAPI) -> AsyncIterator[None]:
            await connect()
            warm()
            yield
            await close()


        app = FastAPI(
            title="x",
            lifespan=lifespan,
        )
        """,
    ),
    "handlers that may be sync or async": (
        """
        from fastapi import FastAPI

        class Database:
            async def connect(self): log.append("connect")
            def close(self): log.append("close")

        database = Database()
        app = FastAPI()
        app.add_event_handler("startup", database.connect)
        app.add_event_handler("shutdown", database.close)
        """,
        """
        from collections.abc import AsyncIterator
        from contextlib import asynccontextmanager
        from inspect import isawaitable
        from fastapi import FastAPI

        class Database:
            async def connect(self): log.append("connect")
            def close(self): log.append("close")

        database = Database()


        @asynccontextmanager
        async def lifespan(app: FastAPI) -> AsyncIterator[None]:
            if isawaitable(found := database.connect()):
                await found
            yield
            if isawaitable(found := database.close()):
                await found


        app = FastAPI(lifespan=lifespan)
        """,
    ),
    "handler of a router": (
        """
        from fastapi import APIRouter, FastAPI

        router = APIRouter(prefix="/x")

        @router.on_event("startup")
        async def connect(): log.append("connect")

        app = FastAPI()
        # app.include_router(router) is in another module
        """,
        """
        from collections.abc import AsyncIterator
        from contextlib import asynccontextmanager
        from fastapi import APIRouter, FastAPI


        @asynccontextmanager
        async def router_lifespan(_app: FastAPI) -> AsyncIterator[None]:
            await connect()
            yield


        router = APIRouter(prefix="/x", lifespan=router_lifespan)

        async def connect(): log.append("connect")

        app = FastAPI()
        # app.include_router(router) is in another module
        """,
    ),
    "name is taken": (
        """
        from fastapi import FastAPI
        lifespan = 3
        app = FastAPI()
        @app.on_event("startup")
        def start(): log.append(lifespan)
        """,
        """
        from collections.abc import AsyncIterator
        from contextlib import asynccontextmanager
        from fastapi import FastAPI
        lifespan = 3


        @asynccontextmanager
        async def lifespan_(app: FastAPI) -> AsyncIterator[None]:
            start()
            yield


        app = FastAPI(lifespan=lifespan_)
        def start(): log.append(lifespan)
        """,
    ),
    "application is a parameter": (
        """
        from fastapi import FastAPI

        def register(app: FastAPI) -> None:
            app.add_event_handler("startup", lambda: log.append("start"))

        def make():
            app = FastAPI()
            register(app)
            return app
        """,
        """
        from fastapi import FastAPI

        def register(app: FastAPI) -> None:
            app.router.add_event_handler("startup", lambda: log.append("start"))

        def make():
            app = FastAPI()
            register(app)
            return app
        """,
    ),
}

NOOP: dict[str, tuple[Files, str]] = {
    "already migrated": (
        "from fastapi import FastAPI\nasync def lifespan(app): yield  # on_event\n"
        "app = FastAPI(lifespan=lifespan)\n",
        "",
    ),
    "events of another object": (
        "from shop import bus\n@bus.on_event('startup')\ndef f(): ...\n",
        "call its handler in the lifespan",
    ),
    "other event": ("from shop import bus\n@bus.on_event('sold')\ndef f(): ...\n", ""),
    "handler in a condition": (
        "from fastapi import FastAPI\napp = FastAPI()\n@app.on_event('startup')\ndef f(): ...\n"
        "if DEBUG:\n    @app.on_event('startup')\n    def g(): ...\n",
        "some are registered in a function or a condition",
    ),
    "handlers in two modules": (
        {
            "app/__init__.py": "",
            "app/main.py": "from fastapi import FastAPI\napp = FastAPI()\n"
            "@app.on_event('startup')\ndef f(): ...\n",
            "app/more.py": "from app.main import app\n@app.on_event('startup')\ndef g(): ...\n",
        },
        "some may be registered in app/more.py",
    ),
    "decorator on a parameter": (
        "from fastapi import FastAPI\ndef register(app: FastAPI):\n"
        "    @app.on_event('startup')\n    def f(): ...\n",
        "call its handler in the lifespan",
    ),
    "handler with another decorator": (
        "from fastapi import FastAPI\nfrom shop import traced\napp = FastAPI()\n"
        "@app.on_event('startup')\n@traced\ndef f(): ...\n",
        "f has other decorators",
    ),
    "existing lifespan, with which handlers never run": (
        "from fastapi import FastAPI\nfrom shop import lifespan\napp = FastAPI(lifespan=lifespan)\n"
        "@app.on_event('startup')\ndef f(): ...\n",
        "silently ignored",
    ),
    "handlers of application and router, whose order would change": (
        "from fastapi import APIRouter, FastAPI\napp = FastAPI()\nrouter = APIRouter()\n"
        "@app.on_event('startup')\ndef f(): ...\n@router.on_event('startup')\ndef g(): ...\n",
        "run before those of its routers",
    ),
}


@pytest.mark.parametrize("row", FIX)
def test_code_is_migrated(row: str) -> None:
    assert_fixed(RULE, *FIX[row])


@pytest.mark.parametrize("row", FIX)
def test_startup_and_shutdown_do_the_same(row: str) -> None:
    assert_same_events(RULE, FIX[row][0])


@pytest.mark.parametrize("row", NOOP)
def test_code_is_left_unchanged(row: str) -> None:
    assert_left(RULE, *NOOP[row])


def test_handlers_are_added_to_existing_lifespan_on_request() -> None:
    before = """
    from contextlib import asynccontextmanager
    from fastapi import FastAPI


    @asynccontextmanager
    async def lifespan(app: FastAPI):
        log.append("own")
        yield
        log.append("own end")


    app = FastAPI(lifespan=lifespan)


    @app.on_event("startup")
    async def start():
        log.append("start")


    @app.on_event("shutdown")
    def stop():
        log.append("stop")
    """
    after = """
    from contextlib import asynccontextmanager
    from fastapi import FastAPI


    @asynccontextmanager
    async def lifespan(app: FastAPI):
        log.append("own")
        await start()
        yield
        stop()
        log.append("own end")


    app = FastAPI(lifespan=lifespan)


    async def start():
        log.append("start")


    def stop():
        log.append("stop")
    """
    assert_left(RULE, before, "silently ignored")
    assert_fixed(RULE, before, after, unsafe=True)


def test_finding_about_existing_lifespan_names_the_application() -> None:
    text = """
    from fastapi import FastAPI


    async def lifespan(app):
        yield


    phone = FastAPI(lifespan=lifespan)


    @phone.on_event("startup")
    def start(): ...
    """
    (finding, *_) = [one for one in apply(RULE, text).findings if one.certainty == "unsafe"]
    assert finding.what == "1 event handler of phone -> its lifespan"
