"""Check the services that the environment names in place of the embedded ones."""

import http.client
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

import psycopg
import redis

from deploy.launcher.errors import StartError

_TIMEOUT_SECONDS = 5


def require_external_services(environment: Mapping[str, str]) -> None:
    """Connect to each external service. Raises StartError for the first that does not answer."""
    for variable, ask in (
        ("DATABASE_URL", _ask_postgres),
        ("REDIS_URL", _ask_redis),
        ("S3_ENDPOINT_URL", _ask_s3),
    ):
        if url := environment.get(variable):
            try:
                ask(url)
            except (
                OSError,
                ValueError,
                psycopg.Error,
                redis.RedisError,
                http.client.HTTPException,
            ) as error:
                raise StartError(_no_answer(variable, url, error)) from error


def _ask_postgres(url: str) -> None:
    psycopg.connect(url, connect_timeout=_TIMEOUT_SECONDS).close()


def _ask_redis(url: str) -> None:
    with redis.Redis.from_url(
        url, socket_connect_timeout=_TIMEOUT_SECONDS, socket_timeout=_TIMEOUT_SECONDS
    ) as client:
        client.ping()


def _ask_s3(url: str) -> None:
    """Accept any HTTP answer. `/readyz` checks the credentials."""
    address = urlsplit(url)
    connection_types = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
    if address.scheme not in connection_types or not address.hostname:
        raise ValueError("not an http:// or https:// address")
    connection = connection_types[address.scheme](
        address.hostname, address.port, timeout=_TIMEOUT_SECONDS
    )
    try:
        connection.request("HEAD", "/")
        connection.getresponse()
    finally:
        connection.close()


def _no_answer(variable: str, url: str, error: Exception) -> str:
    first_line = next(iter(str(error).strip().splitlines()), type(error).__name__)
    return (
        f"{variable} is set but {_without_password(urlsplit(url))} does not answer "
        f"({first_line}): start that service or correct {variable}, "
        "or unset it to use the embedded one"
    )


def _without_password(url: SplitResult) -> str:
    return f"{url.scheme}://{url.netloc.rpartition('@')[2]}{url.path}"
