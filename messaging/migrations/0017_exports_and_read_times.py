import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0016_index_of_moved_messages'),
    ]

    operations = [
        migrations.AlterField(
            model_name='historyline',
            name='kind',
            field=models.CharField(choices=[('opened', 'Opened'), ('assigned', 'Assigned'), ('taken_over', 'Taken over'), ('escalated', 'Escalated'), ('snoozed', 'Snoozed'), ('woken', 'Woken'), ('closed', 'Closed'), ('reopened', 'Reopened'), ('renamed', 'Renamed'), ('moved', 'Moved to another chantier'), ('merged', 'Merged'), ('split', 'Split'), ('forwarded', 'Forwarded by email'), ('exported', 'Printed or exported')], max_length=20),
        ),
        migrations.CreateModel(
            name='ReadTime',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('up_to_seq', models.PositiveBigIntegerField()),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('participant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='messaging.participant')),
            ],
            options={
                'verbose_name': 'time of a reading',
                'verbose_name_plural': 'times of readings',
                'constraints': [models.UniqueConstraint(fields=('participant', 'up_to_seq'), name='read_time_once')],
            },
        ),
    ]
