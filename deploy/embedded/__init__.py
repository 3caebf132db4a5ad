"""PostgreSQL, Valkey and S3 from Python wheels, one module per service."""

from collections.abc import Callable, Mapping

from deploy.embedded.postgres import Postgres
from deploy.embedded.s3 import S3
from deploy.embedded.valkey import Valkey
from deploy.launcher.data_dir import DataDir
from deploy.launcher.service_types import EmbeddedService


def embedded_services(
    data_dir: DataDir,
    environment: Mapping[str, str],
    postgres_settings: Mapping[str, str] | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> list[EmbeddedService]:
    """Return the services whose address `environment` does not name, in the order to start them."""
    services: list[EmbeddedService] = []
    if not environment.get("S3_ENDPOINT_URL"):
        services.append(S3(data_dir))
    if not environment.get("REDIS_URL"):
        services.append(Valkey(data_dir))
    if not environment.get("DATABASE_URL"):
        services.append(Postgres(data_dir, postgres_settings, say))
    return services
