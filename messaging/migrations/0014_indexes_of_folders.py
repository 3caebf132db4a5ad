from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # The table is written to while they are built.
    atomic = False
    dependencies = [("messaging", "0013_put_off_and_mentions")]
    operations = [
        AddIndexConcurrently(
            model_name='conversation',
            index=models.Index(condition=models.Q(('archived_at__isnull', True), ('status', 'open')), fields=['assigned_to'], name='conversation_open_of'),
        ),
        AddIndexConcurrently(
            model_name='conversation',
            index=models.Index(condition=models.Q(('answer_due_at__isnull', False)), fields=['answer_due_at', 'id'], name='conversation_answer_due'),
        ),
        AddIndexConcurrently(
            model_name='conversation',
            index=models.Index(condition=models.Q(('snoozed_until__isnull', False)), fields=['snoozed_until'], name='conversation_snoozed'),
        ),
    ]
