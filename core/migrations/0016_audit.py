"""Make the tables of the audit, and triggers that refuse to change or remove what is in them.

`SET LOCAL liaison.purge = 'all'` lets rows be removed, never changed: for a purge of what is too
old, and for tests that empty the tables.
"""

import core.ids
import django.contrib.postgres.indexes
import django.utils.timezone
from django.db import migrations, models

# An entry stays as it is.
KEEP_ENTRY = """
    CREATE FUNCTION core_audit_keep_entry() RETURNS trigger LANGUAGE plpgsql AS $function$
    BEGIN
        IF TG_OP <> 'UPDATE' AND current_setting('liaison.purge', true) = 'all' THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'The audit is only added to: % on % is refused.', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END $function$
"""
# A fact stays until an entry says it.
KEEP_FACT = """
    CREATE FUNCTION core_audit_keep_fact() RETURNS trigger LANGUAGE plpgsql AS $function$
    BEGIN
        IF EXISTS (SELECT FROM core_auditentry WHERE uid = OLD.uid)
            OR current_setting('liaison.purge', true) = 'all' THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'This row of the audit has no place in the chain yet: it stays.'
            USING ERRCODE = 'integrity_constraint_violation';
    END $function$
"""
TRIGGERS = {
    "core_audit_entry_rows": "BEFORE UPDATE OR DELETE ON core_auditentry FOR EACH ROW"
    " EXECUTE FUNCTION core_audit_keep_entry()",
    "core_audit_entry_table": "BEFORE TRUNCATE ON core_auditentry"
    " EXECUTE FUNCTION core_audit_keep_entry()",
    "core_audit_fact_rows": "BEFORE DELETE ON core_auditfact FOR EACH ROW"
    " EXECUTE FUNCTION core_audit_keep_fact()",
    "core_audit_fact_columns": "BEFORE UPDATE ON core_auditfact FOR EACH ROW"
    " EXECUTE FUNCTION core_audit_keep_entry()",
    "core_audit_fact_table": "BEFORE TRUNCATE ON core_auditfact"
    " EXECUTE FUNCTION core_audit_keep_entry()",
}


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0015_installation'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditFact',
            fields=[
                ('uid', models.UUIDField(default=core.ids.new_id, editable=False, unique=True)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('actor_kind', models.CharField(max_length=10)),
                ('actor_id', models.CharField(blank=True, max_length=100)),
                ('actor_name', models.CharField(blank=True, max_length=200)),
                ('action', models.CharField(max_length=60)),
                ('object_kind', models.CharField(blank=True, max_length=60)),
                ('object_id', models.CharField(blank=True, max_length=100)),
                ('object_label', models.CharField(blank=True, max_length=200)),
                ('address', models.CharField(blank=True, max_length=45)),
                ('details', models.JSONField(default=dict)),
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('uid', models.UUIDField(default=core.ids.new_id, editable=False, unique=True)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('actor_kind', models.CharField(max_length=10)),
                ('actor_id', models.CharField(blank=True, max_length=100)),
                ('actor_name', models.CharField(blank=True, max_length=200)),
                ('action', models.CharField(max_length=60)),
                ('object_kind', models.CharField(blank=True, max_length=60)),
                ('object_id', models.CharField(blank=True, max_length=100)),
                ('object_label', models.CharField(blank=True, max_length=200)),
                ('address', models.CharField(blank=True, max_length=45)),
                ('details', models.JSONField(default=dict)),
                ('position', models.BigIntegerField(primary_key=True, serialize=False)),
                ('content_hash', models.BinaryField(max_length=32)),
                ('hash', models.BinaryField(max_length=32)),
            ],
            options={
                'indexes': [models.Index(fields=['actor_id', 'position'], name='audit_by_actor'), models.Index(fields=['action', 'position'], name='audit_by_action'), models.Index(fields=['object_id', 'position'], name='audit_by_object'), django.contrib.postgres.indexes.BrinIndex(fields=['at'], name='audit_age')],
            },
        ),
        migrations.CreateModel(
            name='AuditHead',
            fields=[
                ('id', models.SmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('position', models.BigIntegerField(default=0)),
                ('hash', models.BinaryField(max_length=32)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='one_audit_head')],
            },
        ),
        migrations.RunSQL(KEEP_ENTRY, "DROP FUNCTION core_audit_keep_entry()"),
        migrations.RunSQL(KEEP_FACT, "DROP FUNCTION core_audit_keep_fact()"),
        *[
            migrations.RunSQL(
                f"CREATE TRIGGER {name} {does}",
                f"DROP TRIGGER {name} ON {does.split(' ON ')[1].split()[0]}",
            )
            for name, does in TRIGGERS.items()
        ],
    ]
