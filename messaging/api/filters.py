"""Filters of the list of conversations."""

from datetime import datetime

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError

from core.ids import id_of
from core.web.filters import FlagFilter, IdFilter, MomentFilter
from core.web.requests import person
from messaging.models import Conversation
from messaging.queries import conversations as conversation_queries
from messaging.queries.conversations import mentioning
from messaging.queries.unread import with_unread

# PostgreSQL takes no word of more than 2,046 bytes; a letter has up to four.
Q_LENGTH = 500


class ConversationFilter(django_filters.FilterSet):
    # A search box without a word in it.
    MAY_BE_EMPTY = ("q",)

    request: HttpRequest

    status = django_filters.ChoiceFilter(choices=Conversation.Status.choices)
    chantier = IdFilter()
    client = IdFilter()
    assigned_to = django_filters.CharFilter(
        method="filter_assigned_to", label="`me`, `none` or a person's id"
    )
    awaiting_reply = FlagFilter(
        field_name="awaiting_reply_since", lookup_expr="isnull", exclude=True
    )
    unread = FlagFilter(method="filter_unread")
    q = django_filters.CharFilter(
        method="filter_q", max_length=Q_LENGTH, label="Words of the subject or the messages"
    )
    changed_since = MomentFilter(method="filter_changed_since")

    class Meta:
        model = Conversation
        fields = ("status", "chantier", "client")

    def filter_assigned_to(
        self, conversations: QuerySet[Conversation], name: str, value: str
    ) -> QuerySet[Conversation]:
        if value == "none":
            return conversations.filter(assigned_to=None)
        if value == "me":
            return conversations.filter(assigned_to=person(self.request))
        try:
            return conversations.filter(assigned_to=id_of(value))
        except ValueError as error:
            raise ValidationError({name: _("Give me, none or a person's id.")}) from error

    def filter_unread(
        self, conversations: QuerySet[Conversation], name: str, value: bool
    ) -> QuerySet[Conversation]:
        return with_unread(conversations, person(self.request)) if value else conversations

    def filter_q(
        self, conversations: QuerySet[Conversation], name: str, value: str
    ) -> QuerySet[Conversation]:
        return mentioning(conversations, value)

    def filter_changed_since(
        self, conversations: QuerySet[Conversation], name: str, value: datetime
    ) -> QuerySet[Conversation]:
        return conversation_queries.changed_since(conversations, value)
