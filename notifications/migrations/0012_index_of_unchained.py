from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # The table is written to while it is built.
    atomic = False
    dependencies = [("notifications", "0011_chained_status")]
    operations = [
        AddIndexConcurrently(
            model_name='delivery',
            index=models.Index(condition=models.Q(('status__in', ['sent', 'displayed', 'failed', 'dead']), ('chained_status__isnull', False), models.Q(('chained_status', models.F('status')), _negated=True)), fields=['conversation'], name='delivery_unchained'),
        ),
    ]
