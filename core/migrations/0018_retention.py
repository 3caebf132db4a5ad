"""Keep since when a chantier is archived, and when a person was anonymised.

By a trigger, since a chantier is archived by the admin, by a program, by an import and by SQL. Of
those that were archived before nobody knows since when: their time begins now.
"""

from django.db import migrations, models

FUNCTION = """
    CREATE FUNCTION core_chantier_archived() RETURNS trigger LANGUAGE plpgsql AS $function$
    BEGIN
        IF NEW.status <> 'archived' THEN
            NEW.archived_at := NULL;
        ELSIF TG_OP = 'INSERT' THEN
            NEW.archived_at := coalesce(NEW.archived_at, clock_timestamp());
        ELSE
            -- An object that was read before does not know it, and must not begin the time anew.
            NEW.archived_at := coalesce(NEW.archived_at, OLD.archived_at, clock_timestamp());
        END IF;
        RETURN NEW;
    END $function$
"""
TRIGGER = """
    CREATE TRIGGER core_chantier_archived
    BEFORE INSERT OR UPDATE OF status, archived_at ON core_chantier
    FOR EACH ROW EXECUTE FUNCTION core_chantier_archived()
"""
# Some thousand rows at most.
FILL = "UPDATE core_chantier SET archived_at = clock_timestamp() WHERE status = 'archived'"


class Migration(migrations.Migration):
    dependencies = [("core", "0016_audit")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="anonymised_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="chantier",
            name="archived_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION core_chantier_archived()"),
        migrations.RunSQL(TRIGGER, "DROP TRIGGER core_chantier_archived ON core_chantier"),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
