from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # The tables are written to while they are built.
    atomic = False
    dependencies = [("messaging", "0025_retention")]
    operations = [
        AddIndexConcurrently(
            model_name='message',
            index=models.Index(condition=models.Q(('reply_to__isnull', False)), fields=['reply_to'], name='message_answered'),
        ),
        AddIndexConcurrently(
            model_name='conversation',
            index=models.Index(condition=models.Q(('last_message__isnull', False)), fields=['last_message'], name='conversation_ends_with'),
        ),
    ]
