"""Real PostgreSQL, Valkey and S3 from wheels, one module a service."""

from collections.abc import Mapping

from deploy.embedded.postgres import Postgres
from deploy.embedded.s3 import S3
from deploy.embedded.valkey import Valkey
from deploy.launcher.data_dir import Home
from deploy.launcher.service_types import Service


def services_not_given(
    home: Home,
    environment: Mapping[str, str],
    postgres_settings: Mapping[str, str] | None = None,
) -> list[Service]:
    """Those whose address the environment does not name, the slowest to start last."""
    services: list[Service] = []
    if not environment.get("S3_ENDPOINT_URL"):
        services.append(S3(home))
    if not environment.get("REDIS_URL"):
        services.append(Valkey(home))
    if not environment.get("DATABASE_URL"):
        services.append(Postgres(home, postgres_settings))
    return services
