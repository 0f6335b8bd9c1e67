"""A typical service of 2021: events, Pydantic 1, requirements.txt, gunicorn."""

from tests.legacy import Legacy

ROOMS = Legacy(
    files={
        "requirements.txt": (
            "fastapi==0.68.1\nuvicorn==0.15.0\ngunicorn==20.1.0\npydantic[dotenv]>=1.8.2,<2\n"
        ),
        "requirements-dev.txt": "-r requirements.txt\npytest==6.2.5\nrequests==2.26.0\n",
        "gunicorn.conf.py": (
            'bind = "0.0.0.0:8080"\nworkers = 2\nworker_class = "uvicorn.workers.UvicornWorker"\n'
            "graceful_timeout = 20\n"
        ),
        "Dockerfile": (
            "FROM python:3.9-slim\nWORKDIR /srv\nCOPY requirements.txt .\n"
            "RUN pip install --no-cache-dir -r requirements.txt\nCOPY . .\n"
            'CMD ["gunicorn", "rooms.main:app", "-c", "gunicorn.conf.py"]\n'
        ),
        "README.md": "# rooms\n\nBooks meeting rooms.\n",
        "rooms/__init__.py": "",
        "rooms/settings.py": (
            "from typing import Optional\n\nfrom pydantic import BaseSettings\n\n\n"
            "class Settings(BaseSettings):\n"
            '    database: str = "rooms.db"\n'
            "    contact: Optional[str]\n\n"
            "    class Config:\n"
            '        env_prefix = "ROOMS_"\n'
        ),
        "rooms/schemas.py": (
            "from datetime import datetime\n"
            "from typing import List, Optional\n\n"
            "from pydantic import BaseModel, Field, root_validator, validator\n\n\n"
            "class BookingIn(BaseModel):\n"
            '    room: str = Field(..., regex="^[a-z]+$")\n'
            "    start: datetime\n"
            "    end: datetime\n"
            "    guests: List[str] = []\n"
            "    note: Optional[str]\n\n"
            '    @validator("guests", each_item=True)\n'
            "    def tidy(cls, value):\n"
            "        return value.strip().lower()\n\n"
            "    @root_validator\n"
            "    def in_order(cls, values):\n"
            '        if values.get("end") and values["end"] < values["start"]:\n'
            '            raise ValueError("it ends before it starts")\n'
            "        return values\n\n\n"
            "class Booking(BookingIn):\n"
            "    id: int\n\n"
            "    class Config:\n"
            "        orm_mode = True\n"
        ),
        "rooms/store.py": (
            "import sqlite3\n\nfrom rooms.schemas import Booking, BookingIn\n\n\n"
            "class Store:\n"
            "    def __init__(self, path: str) -> None:\n"
            "        self.connection = sqlite3.connect(path, check_same_thread=False)\n"
            "        self.connection.execute(\n"
            '            "create table if not exists booking (id integer primary key, said text)"\n'
            "        )\n\n"
            "    def add(self, booking: BookingIn) -> Booking:\n"
            "        found = self.connection.execute(\n"
            '            "insert into booking (said) values (?)", (booking.json(),)\n'
            "        )\n"
            "        self.connection.commit()\n"
            "        return Booking(id=found.lastrowid, **booking.dict())\n\n"
            "    def all(self) -> list:\n"
            '        rows = self.connection.execute("select id, said from booking order by id")\n'
            "        return [Booking(id=row[0], **BookingIn.parse_raw(row[1]).dict()) "
            "for row in rows]\n\n"
            "    def remove(self, booking_id: int) -> bool:\n"
            "        found = self.connection.execute(\n"
            '            "delete from booking where id = ?", (booking_id,)\n'
            "        )\n"
            "        self.connection.commit()\n"
            "        return bool(found.rowcount)\n\n"
            "    def close(self) -> None:\n"
            "        self.connection.close()\n"
        ),
        "rooms/main.py": (
            "from typing import List\n\n"
            "from fastapi import FastAPI, HTTPException, Query, Response\n\n"
            "from rooms.schemas import Booking, BookingIn\n"
            "from rooms.settings import Settings\n"
            "from rooms.store import Store\n\n"
            "settings = Settings()\n"
            'app = FastAPI(title="rooms", description="Books meeting rooms.")\n\n\n'
            '@app.on_event("startup")\n'
            "def open_store():\n"
            "    app.state.store = Store(settings.database)\n\n\n"
            '@app.on_event("shutdown")\n'
            "def close_store():\n"
            "    app.state.store.close()\n\n\n"
            '@app.get("/bookings", response_model=List[Booking])\n'
            'def bookings(room: str = Query(None, regex="^[a-z]+$")):\n'
            "    return [one for one in app.state.store.all() if room in (None, one.room)]\n\n\n"
            '@app.post("/bookings", response_model=Booking, status_code=201)\n'
            "def book(booking: BookingIn):\n"
            "    return app.state.store.add(booking)\n\n\n"
            '@app.delete("/bookings/{booking_id}", status_code=204, response_class=Response)\n'
            "def cancel(booking_id: int):\n"
            "    if not app.state.store.remove(booking_id):\n"
            '        raise HTTPException(404, "no such booking")\n'
            "    return Response(status_code=204)\n\n\n"
            '@app.get("/contact")\n'
            "def contact():\n"
            '    return {"contact": settings.contact}\n'
        ),
        "tests/test_rooms.py": (
            "import pytest\nfrom fastapi.testclient import TestClient\n\n"
            "from rooms.main import app\n\n\n"
            "@pytest.fixture\n"
            "def client():\n"
            "    with TestClient(app) as client:\n"
            "        yield client\n\n\n"
            "def test_a_booking_is_kept(client):\n"
            '    body = {"room": "blue", "start": "2021-09-01T10:00", "end": "2021-09-01T11:00"}\n'
            '    made = client.post("/bookings", json={**body, "guests": [" Ada "]})\n'
            "    assert made.status_code == 201\n"
            '    assert made.json()["guests"] == ["ada"]\n'
            '    assert made.json() in client.get("/bookings?room=blue").json()\n\n\n'
            "def test_the_end_comes_last(client):\n"
            '    body = {"room": "blue", "start": "2021-09-01T10:00", "end": "2021-09-01T09:00"}\n'
            '    assert client.post("/bookings", json=body).status_code == 422\n'
        ),
        ".gitignore": "*.db\n",
    },
    answers={
        "adopted": True,
        "service_name": "rooms",
        "package_path": "rooms",
        "app": "rooms.main:app",
        "service_port": 8080,
    },
)
