import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("attachments", "0003_recheck"),
        ("messaging", "0017_exports_and_read_times"),
    ]
    operations = [
        migrations.AlterField(
            model_name='note',
            name='body',
            field=models.TextField(blank=True),
        ),
        migrations.CreateModel(
            name='NoteAttachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('attachment', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='attachments.attachment')),
                ('note', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='attachment_links', to='messaging.note')),
            ],
            options={
                'verbose_name': 'file of a note',
                'verbose_name_plural': 'files of notes',
                'ordering': ('position',),
                'constraints': [models.UniqueConstraint(fields=('note', 'position'), name='note_attachment_in_order')],
            },
        ),
    ]
