# A version before these columns writes rows beside a newer one, and back on its database.
import django.db.models.functions.datetime
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0009_email_fault'),
    ]

    operations = [
        migrations.AlterField(
            model_name='devicepush',
            name='created_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now),
        ),
        migrations.AlterField(
            model_name='devicepush',
            name='failure',
            field=models.CharField(blank=True, db_default='', default='', max_length=300),
        ),
        migrations.AlterField(
            model_name='devicepush',
            name='tells',
            field=models.JSONField(blank=True, db_default={}, default=dict),
        ),
        migrations.AlterField(
            model_name='pushsubscription',
            name='failure',
            field=models.CharField(blank=True, db_default='', default='', max_length=300),
        ),
    ]
