from django.db import migrations


class Migration(migrations.Migration):
    atomic = False
    operations = [migrations.RunSQL("SELECT 1", migrations.RunSQL.noop)]
