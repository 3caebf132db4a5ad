import core.ids
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0018_files_of_notes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name='CannedReply',
            fields=[
                ('id', models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('shortcut', models.CharField(max_length=40, verbose_name='shortcut')),
                ('text_fr', models.TextField(blank=True, verbose_name='French text')),
                ('text_en', models.TextField(blank=True, verbose_name='English text')),
                ('is_shared', models.BooleanField(default=False, verbose_name='shared')),
                ('use_count', models.PositiveIntegerField(default=0)),
                ('last_used_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('owner', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='canned_replies', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'canned reply',
                'verbose_name_plural': 'canned replies',
                'ordering': ('shortcut', 'id'),
                'constraints': [models.UniqueConstraint(fields=('owner', 'shortcut'), name='canned_reply_once'), models.UniqueConstraint(condition=models.Q(('is_shared', True)), fields=('shortcut',), name='canned_reply_shared_once'), models.CheckConstraint(condition=models.Q(models.Q(('text_fr', ''), _negated=True), models.Q(('text_en', ''), _negated=True), _connector='OR'), name='canned_reply_has_a_text')],
            },
        ),
    ]
