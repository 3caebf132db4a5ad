from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("slow_app", "0001_takes_long")]
    # As ALTER TABLE does.
    operations = [
        migrations.RunSQL(
            "LOCK TABLE core_user IN ACCESS EXCLUSIVE MODE", migrations.RunSQL.noop
        )
    ]
