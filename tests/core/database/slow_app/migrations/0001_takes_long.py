from django.db import migrations


class Migration(migrations.Migration):
    initial = True
    # Longer than `statement_timeout` in tests/core/database/slow_settings.py.
    operations = [migrations.RunSQL("SELECT pg_sleep(1.5)", migrations.RunSQL.noop)]
