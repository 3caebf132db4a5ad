from django.db import migrations


class Migration(migrations.Migration):
    operations = [migrations.RunSQL("ALTER TABLE core_client RENAME COLUMN name TO title", migrations.RunSQL.noop)]
