from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # The table is written to while it is built.
    atomic = False
    dependencies = [("messaging", "0015_moved_messages")]
    operations = [
        AddIndexConcurrently(
            model_name='message',
            index=models.Index(condition=models.Q(('moved_to__isnull', False)), fields=['moved_to'], name='message_moved'),
        ),
    ]
