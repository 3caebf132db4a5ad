# A version before these columns writes rows beside a newer one, and back on its database.
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('attachments', '0004_portrait'),
    ]

    operations = [
        migrations.AlterField(
            model_name='attachment',
            name='gate',
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AlterField(
            model_name='attachment',
            name='is_withdrawn',
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
