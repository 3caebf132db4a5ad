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
from messaging.queries.folders import Folder, in_folder
from messaging.queries.search import conversations_about, mentioning
from messaging.queries.unread import with_unread
from messaging.search.index import AT_A_SEARCH_SECONDS, catch_up
from messaging.serializers.input import Q_LENGTH


class ConversationFilter(django_filters.FilterSet):
    # A search box without a word in it.
    MAY_BE_EMPTY = ("q", "about")

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
    about = django_filters.CharFilter(
        method="filter_about",
        max_length=Q_LENGTH,
        label="Words of the subject, the client or the chantier",
    )
    folder = django_filters.ChoiceFilter(
        method="filter_folder",
        choices=[(folder.value, folder.value) for folder in Folder],
        label="A folder of the staff inbox; empty for a client's user",
    )
    sort = django_filters.ChoiceFilter(
        method="filter_sort",
        choices=[("answer_due", "answer_due")],
        label="`answer_due`: only what a client waits for, the most pressing first",
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
        catch_up(AT_A_SEARCH_SECONDS)
        return mentioning(person(self.request), conversations, value)

    def filter_about(
        self, conversations: QuerySet[Conversation], name: str, value: str
    ) -> QuerySet[Conversation]:
        catch_up(AT_A_SEARCH_SECONDS)
        return conversations_about(person(self.request), conversations, value)

    def filter_folder(
        self, conversations: QuerySet[Conversation], name: str, value: str
    ) -> QuerySet[Conversation]:
        return in_folder(conversations, Folder(value), person(self.request))

    def filter_sort(
        self, conversations: QuerySet[Conversation], name: str, value: str
    ) -> QuerySet[Conversation]:
        # The order is the pagination's: `pagination.ByActivityOrClock`.
        return conversations.filter(answer_due_at__isnull=False)

    def filter_changed_since(
        self, conversations: QuerySet[Conversation], name: str, value: datetime
    ) -> QuerySet[Conversation]:
        return conversation_queries.changed_since(conversations, value)
