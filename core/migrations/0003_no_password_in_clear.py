import re

import structlog
from django.contrib.auth.hashers import identify_hasher, make_password
from django.db import migrations


# What Django writes for a password that nobody can use. "!secret" may have been typed.
UNUSABLE = re.compile(r"!([A-Za-z0-9]{40})?")


def is_kept(password):
    """Tell whether a stored password is empty, unusable, or a hash."""
    if not password or UNUSABLE.fullmatch(password):
        return True
    try:
        # `argon2$hello` may have been typed: only what the algorithm can read is its hash.
        identify_hasher(password).decode(password)
    except Exception:
        return False
    return True


def make_unusable(apps, schema_editor):
    """Forget passwords that the admin stored as they were typed: nobody could log in with them."""
    people = apps.get_model("core", "User").objects.using(schema_editor.connection.alias)
    for pk, password in people.values_list("pk", "password"):
        if not is_kept(password):
            people.filter(pk=pk).update(password=make_password(None))
            structlog.get_logger(__name__).warning("clear_password_removed", user_id=str(pk))


class Migration(migrations.Migration):
    dependencies = [("core", "0002_one_spelling_of_addresses")]

    operations = [migrations.RunPython(make_unusable, migrations.RunPython.noop)]
