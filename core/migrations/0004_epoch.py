import uuid

from django.db import migrations, models


def begin(apps, schema_editor):
    apps.get_model("core", "Epoch").objects.using(schema_editor.connection.alias).create()


class Migration(migrations.Migration):
    dependencies = [("core", "0003_no_password_in_clear")]

    operations = [
        migrations.CreateModel(
            name="Epoch",
            fields=[
                (
                    "id",
                    models.SmallIntegerField(
                        default=1, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("value", models.UUIDField(default=uuid.uuid4, editable=False)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="one_epoch")
                ],
            },
        ),
        migrations.RunPython(begin, migrations.RunPython.noop),
    ]
