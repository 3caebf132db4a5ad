import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


# Nothing of the chain is changed or deleted, whoever asks. Two settings of a transaction say
# otherwise: with `SET LOCAL liaison.purge = 'on'` the salt and the content of entries may be set to
# NULL; 'all' is for emptying the tables of tests and of the demonstration.
KEEP = """
    CREATE FUNCTION chain_is_kept() RETURNS trigger LANGUAGE plpgsql AS $function$
    DECLARE
        allowed text := current_setting('liaison.purge', true);
    BEGIN
        IF allowed = 'all' THEN
            IF TG_OP = 'UPDATE' THEN
                RETURN NEW;
            ELSIF TG_OP = 'DELETE' THEN
                RETURN OLD;
            END IF;
            RETURN NULL;
        END IF;
        IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'messaging_chainentry' AND allowed = 'on' THEN
            -- As it was, but for what a purge takes away.
            IF to_jsonb(NEW) - 'salt' - 'content' = to_jsonb(OLD) - 'salt' - 'content'
                AND to_jsonb(NEW) ->> 'salt' IS NULL AND to_jsonb(NEW) ->> 'content' IS NULL
            THEN
                RETURN NEW;
            END IF;
        END IF;
        IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'messaging_chainroot' THEN
            -- A time stamp is added once.
            IF to_jsonb(NEW) - '{stamp,stamped_at,stamp_due_at,stamp_attempts,stamp_error}'::text[]
                = to_jsonb(OLD) - '{stamp,stamped_at,stamp_due_at,stamp_attempts,stamp_error}'::text[]
                AND (to_jsonb(OLD) ->> 'stamp' IS NULL
                    OR to_jsonb(NEW) ->> 'stamp' = to_jsonb(OLD) ->> 'stamp')
            THEN
                RETURN NEW;
            END IF;
        END IF;
        RAISE EXCEPTION '% of % refused: the chain is append only', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END
    $function$
"""
TABLES = ("messaging_chainentry", "messaging_chainroot", "messaging_chainleaf")
TRIGGERS = [
    f"""
    CREATE TRIGGER chain_row_is_kept BEFORE UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION chain_is_kept();
    CREATE TRIGGER chain_is_kept BEFORE TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION chain_is_kept();
    """
    for table in TABLES
]
LEAVE = ";".join(
    f"DROP TRIGGER chain_row_is_kept ON {table}; DROP TRIGGER chain_is_kept ON {table}"
    for table in TABLES
)


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0015_installation'),
        ('messaging', '0020_order_of_names'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ChainEntry',
            fields=[
                ('pk', models.CompositePrimaryKey('conversation_id', 'position', blank=True, editable=False, primary_key=True, serialize=False)),
                ('conversation', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='messaging.conversation')),
                ('position', models.PositiveBigIntegerField()),
                ('kind', models.CharField(choices=[('message', 'Message'), ('edit', 'Edit'), ('delete', 'Deletion'), ('move', 'Move'), ('note', 'Internal note'), ('read', 'Reading'), ('delivery', 'Delivery'), ('file', 'File'), ('merge', 'Two people joined'), ('purge', 'Purge'), ('start', 'Beginning of the chain')], max_length=10)),
                ('subject', models.UUIDField(null=True)),
                ('person', models.UUIDField(null=True)),
                ('number', models.PositiveBigIntegerField(null=True)),
                ('recorded_at', models.DateTimeField()),
                ('salt', models.BinaryField(max_length=16, null=True)),
                ('content', models.TextField(null=True)),
                ('content_hash', models.BinaryField(max_length=32)),
                ('hash', models.BinaryField(max_length=32)),
            ],
            options={
                'verbose_name': 'entry of the chain',
                'verbose_name_plural': 'entries of the chain',
            },
        ),
        migrations.CreateModel(
            name='ChainRoot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(unique=True)),
                ('tree_hash', models.BinaryField(max_length=32)),
                ('leaves', models.PositiveBigIntegerField()),
                ('previous_hash', models.BinaryField(max_length=32)),
                ('hash', models.BinaryField(max_length=32)),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('stamp', models.BinaryField(null=True)),
                ('stamped_at', models.DateTimeField(null=True)),
                ('stamp_due_at', models.DateTimeField(null=True)),
                ('stamp_attempts', models.PositiveIntegerField(default=0)),
                ('stamp_error', models.TextField(default='')),
            ],
            options={
                'verbose_name': 'daily root of the chains',
                'verbose_name_plural': 'daily roots of the chains',
                'ordering': ('day',),
            },
        ),
        migrations.CreateModel(
            name='ChainLeaf',
            fields=[
                ('pk', models.CompositePrimaryKey('conversation_id', 'root_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('conversation', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='messaging.conversation')),
                ('root', models.ForeignKey(on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='messaging.chainroot')),
                ('length', models.PositiveBigIntegerField()),
                ('head', models.BinaryField(max_length=32)),
            ],
            options={
                'verbose_name': 'conversation in a daily root',
                'verbose_name_plural': 'conversations in daily roots',
            },
        ),
        migrations.AddField(
            model_name='conversation',
            name='chain_head',
            field=models.BinaryField(blank=True, max_length=32, null=True),
        ),
        migrations.AddField(
            model_name='conversation',
            name='chain_length',
            field=models.PositiveBigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='conversation',
            name='chained_seq',
            field=models.PositiveBigIntegerField(db_default=0, default=0),
        ),
        migrations.AddIndex(
            model_name='chainroot',
            index=models.Index(condition=models.Q(('stamp_due_at__isnull', False)), fields=['stamp_due_at'], name='chain_root_unstamped'),
        ),
        migrations.RunSQL([KEEP, *TRIGGERS], f"{LEAVE}; DROP FUNCTION chain_is_kept()"),
    ]
