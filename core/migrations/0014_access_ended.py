"""Keep when a person's access last ended: sessions, tokens and devices from before open nothing.

By a trigger, since a deactivation comes by the admin, by a program, by an import and by SQL. An
object that was read before cannot write an older moment back.
"""

from django.db import migrations, models

FUNCTION = """
    CREATE FUNCTION core_user_access_ended() RETURNS trigger LANGUAGE plpgsql AS $function$
    BEGIN
        NEW.access_ended_at := CASE
            WHEN OLD.is_active AND NOT NEW.is_active THEN clock_timestamp()
            -- Deactivated before this migration.
            WHEN NEW.is_active AND NOT OLD.is_active AND OLD.access_ended_at IS NULL
                THEN clock_timestamp()
            ELSE OLD.access_ended_at
        END;
        RETURN NEW;
    END $function$
"""
TRIGGER = """
    CREATE TRIGGER core_user_access_ended BEFORE UPDATE ON core_user FOR EACH ROW
    WHEN (
        OLD.is_active <> NEW.is_active
        OR OLD.access_ended_at IS DISTINCT FROM NEW.access_ended_at
    )
    EXECUTE FUNCTION core_user_access_ended()
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0013_second_factors")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="access_ended_at",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="access ended"
            ),
        ),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION core_user_access_ended()"),
        migrations.RunSQL(TRIGGER, "DROP TRIGGER core_user_access_ended ON core_user"),
    ]
