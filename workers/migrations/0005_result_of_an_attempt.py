from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('workers', '0004_backups'),
    ]

    operations = [
        migrations.AddField(
            model_name='taskrun',
            name='result',
            field=models.CharField(blank=True, db_default='', default='', max_length=200),
        ),
    ]
