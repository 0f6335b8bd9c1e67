"""Settings of a service, with a value of every kind."""

# ruff: noqa: RUF012 - pydantic copies defaults

from chassis.settings import ChassisSettings, Section
from pydantic import SecretStr


class Upstream(Section):
    """An entry of a list of sections."""

    url: str = ""
    retries: int = 0


class Greeting(Section):
    """A section."""

    salutation: str = "Hello"
    token: SecretStr = SecretStr("")


class Cluster(Section):
    """A section with a list."""

    hosts: list[str] = []


class Settings(ChassisSettings):
    """The keys of the chassis and these."""

    greeting: Greeting = Greeting()
    hosts: list[str] = []
    cluster: Cluster = Cluster()
    upstreams: list[Upstream] = []
    fallback: Upstream | None = None
    regions: dict[str, Upstream] = {}
    quotas: dict[int, int] = {}
    token: SecretStr = SecretStr("")
    extra: dict[str, object] = {}


class Needy(ChassisSettings):
    """A key without a default."""

    bucket: str


class Impostor:
    """No settings at all."""
