from django.db import migrations


class Migration(migrations.Migration):
    operations = [migrations.RunSQL("ALTER TABLE core_client ADD COLUMN colour text NOT NULL", migrations.RunSQL.noop)]
