from django.db import migrations, models

import core.database.email_field
from core.database.email_field import collisions
from core.text import email_spelling


def give_one_spelling(apps, schema_editor):
    """Refuse in words before anything is changed: the database would name an index only."""
    people = apps.get_model("core", "User").objects.using(schema_editor.connection.alias)
    stored = dict(people.values_list("pk", "email"))
    if found := collisions(stored.values()):
        raise ValueError(
            "\n".join([*found, "Give all but one of them another address, then migrate again."])
        )
    for pk, email in stored.items():
        if email_spelling(email) != email:
            people.filter(pk=pk).update(email=email_spelling(email))


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="user",
            name="email",
            field=core.database.email_field.OneSpellingEmailField(
                max_length=254, unique=True, verbose_name="email"
            ),
        ),
        migrations.RunPython(give_one_spelling, migrations.RunPython.noop),
        migrations.RemoveConstraint(model_name="user", name="user_email_any_case"),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(("email__regex", "[A-Z[:space:]]"), _negated=True),
                name="user_email_in_one_spelling",
            ),
        ),
    ]
