"""Services that the environment names instead of the embedded ones: do they answer?"""

import http.client
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

import psycopg
import redis

from deploy.launcher.errors import StartError

_SECONDS = 5


def require_answers(environment: Mapping[str, str]) -> None:
    """Ask each service whose address is given; StartError names the first silent one."""
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
                raise StartError(_silence(variable, url, error)) from error


def _ask_postgres(url: str) -> None:
    psycopg.connect(url, connect_timeout=_SECONDS).close()


def _ask_redis(url: str) -> None:
    with redis.Redis.from_url(
        url, socket_connect_timeout=_SECONDS, socket_timeout=_SECONDS
    ) as client:
        client.ping()


def _ask_s3(url: str) -> None:
    """Any answer will do: whether the credentials are right is for `/readyz` to say."""
    parts = urlsplit(url)
    kinds = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
    if parts.scheme not in kinds or not parts.hostname:
        raise ValueError("not an http:// or https:// address")
    connection = kinds[parts.scheme](parts.hostname, parts.port, timeout=_SECONDS)
    try:
        connection.request("HEAD", "/")
        connection.getresponse()
    finally:
        connection.close()


def _silence(variable: str, url: str, error: Exception) -> str:
    first_line = next(iter(str(error).strip().splitlines()), type(error).__name__)
    return (
        f"{variable} is given but {_without_password(urlsplit(url))} does not answer "
        f"({first_line}): start that service or correct {variable}, "
        "or unset it to use the embedded one"
    )


def _without_password(url: SplitResult) -> str:
    return f"{url.scheme}://{url.netloc.rpartition('@')[2]}{url.path}"
