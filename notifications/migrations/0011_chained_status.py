from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0022_index_of_unchained'),
        ('notifications', '0010_defaults_in_the_database'),
    ]

    operations = [
        # NULL in the rows that exist: of those the chain does not tell.
        migrations.AddField(
            model_name='delivery',
            name='chained_status',
            field=models.CharField(blank=True, max_length=10, null=True),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='chained_status',
            field=models.CharField(blank=True, db_default='', default='', max_length=10, null=True),
        ),
    ]
