from django.db import migrations


class Migration(migrations.Migration):
    operations = [migrations.RunSQL("CREATE INDEX client_name ON core_client (name)", migrations.RunSQL.noop)]
