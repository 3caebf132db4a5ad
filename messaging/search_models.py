"""What a search finds, and the words by which it finds it. In `models` by name."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from core.models import User


class SearchEntry(models.Model):
    """What a search finds: the words of a message, file, note or conversation.

    `messaging.search.index` writes it. Besides its own words it holds those of what is around it,
    after "^": subject, client, chantier, author. "#" is the end of an id, "@" the day, "=" its kind
    ("file" for a file of a note too) or that it has files, and "%" a word of an email address, for
    the company only.
    """

    kind = models.CharField(max_length=12)
    row_id = models.UUIDField(unique=True)
    conversation = models.ForeignKey(
        "Conversation", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False,
        related_name="+",
    )  # fmt: skip
    author = models.ForeignKey(
        User, on_delete=models.DO_NOTHING, null=True, db_constraint=False, db_index=False,
        related_name="+",
    )  # fmt: skip
    at = models.DateTimeField()
    has_file = models.BooleanField(default=False)
    words = SearchVectorField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["-at", "-id"], name="search_newest"),
            models.Index(fields=["author", "-at"], name="search_author"),
            models.Index(fields=["conversation"], name="search_conversation"),
            GinIndex(fields=["words"], name="search_words", gin_pending_list_limit=256),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.row_id}"


class SearchWord(models.Model):
    """A word that was written somewhere, by which its other forms and spellings are found.

    It stays when its texts are deleted: it is only looked for among those that the reader sees.
    """

    word = models.CharField(max_length=30, primary_key=True)
    stem = models.CharField(max_length=30)
    near = ArrayField(models.TextField())

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["stem"], name="search_stem"),
            GinIndex(fields=["near"], name="search_near"),
        ]

    def __str__(self) -> str:
        return self.word


class SearchOwed(models.Model):
    """A row whose entry is not up to date. Triggers write it, whoever changes the row."""

    kind = models.CharField(max_length=12)
    row_id = models.UUIDField()
    # Only what is around it changed: it waits for what people have just written.
    is_again = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["is_again", "-id"], name="search_owed")]

    def __str__(self) -> str:
        return f"{self.kind} {self.row_id}"
