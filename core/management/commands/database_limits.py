from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection


class Command(BaseCommand):
    help = (
        "Give the time limits of statements, locks and transactions to the role of DATABASE_URL, "
        "for its new connections to this database. Needed behind a pooler (DATABASE_POOLER), which "
        "does not pass them on."
    )

    def handle(self, *args: Any, **options: Any) -> str:
        limits = settings.DATABASE_LIMITS
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user, current_database()")
            role, database = cursor.fetchone()
            where = " IN DATABASE ".join(map(connection.ops.quote_name, (role, database)))
            for name, milliseconds in limits.items():
                cursor.execute(f"ALTER ROLE {where} SET {name} = {milliseconds:d}")
        return "\n".join(f"{name} = {limit} ms" for name, limit in limits.items())
