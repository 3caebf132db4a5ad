from django.db import migrations


class Migration(migrations.Migration):
    """Locks two tables, and leaves time for somebody to lock them the other way round."""

    dependencies = [("slow_app", "0002_locks_a_table")]
    operations = [
        migrations.RunSQL(
            "LOCK TABLE core_user; SELECT pg_sleep(0.7); LOCK TABLE core_client", migrations.RunSQL.noop
        ),
    ]
