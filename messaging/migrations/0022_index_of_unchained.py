from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # The table is written to while it is built.
    atomic = False
    dependencies = [("messaging", "0021_chain")]
    operations = [
        AddIndexConcurrently(
            model_name='conversation',
            index=models.Index(condition=models.Q(('chained_seq__lt', models.F('last_seq'))), fields=['id'], name='conversation_unchained'),
        ),
    ]
