"""Keep the words of messages, files, notes and conversations in one table. Triggers say what changed."""

from importlib import import_module

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from messaging.migrations import _search_sql as search_sql

before = import_module("messaging.migrations.0008_search_words")


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0008_search_words"),
        ("attachments", "0001_initial"),
        ("core", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.RemoveIndex("message", "message_search"),
        migrations.RemoveIndex("conversation", "conversation_search"),
        migrations.RemoveIndex("note", "note_search"),
        migrations.RunSQL("DROP INDEX attachment_search", before.ADD_NAMES),
        migrations.RunSQL("DROP FUNCTION search_words(text)", before.ADD),
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=12)),
                ("row_id", models.UUIDField(unique=True)),
                ("at", models.DateTimeField()),
                ("has_file", models.BooleanField(default=False)),
                ("words", django.contrib.postgres.search.SearchVectorField()),
                (
                    "author",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "conversation",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="messaging.conversation",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["-at", "-id"], name="search_newest"),
                    models.Index(fields=["author", "-at"], name="search_author"),
                    models.Index(fields=["conversation"], name="search_conversation"),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["words"], gin_pending_list_limit=256, name="search_words"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                ("word", models.CharField(max_length=30, primary_key=True, serialize=False)),
                ("stem", models.CharField(db_index=False, max_length=30)),
                (
                    "near",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField()),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["stem"], name="search_stem"),
                    django.contrib.postgres.indexes.GinIndex(fields=["near"], name="search_near"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchOwed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=12)),
                ("row_id", models.UUIDField()),
                ("is_again", models.BooleanField(default=False)),
            ],
            options={
                "indexes": [models.Index(fields=["is_again", "-id"], name="search_owed")],
            },
        ),
        *[migrations.RunSQL(add, drop) for add, drop in search_sql.FUNCTIONS],
        migrations.RunSQL(search_sql.FILL, migrations.RunSQL.noop),
        *[migrations.RunSQL(add, drop) for add, drop in search_sql.triggers()],
    ]
