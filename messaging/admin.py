"""Conversations in the Django admin, read-only: only the actions write."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from messaging.models import Conversation, Participant


class ReadOnly:
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ParticipantInline(ReadOnly, admin.TabularInline[Participant, Conversation]):
    model = Participant
    fields = ("user", "last_read_seq", "unread_count", "left_at")
    extra = 0


@admin.register(Conversation)
class ConversationAdmin(ReadOnly, admin.ModelAdmin[Conversation]):
    list_display = ("subject", "client", "chantier", "status", "assigned_to", "last_activity_at")
    list_filter = ("status",)
    search_fields = ("subject__folded", "client__name__folded", "chantier__name__folded")
    date_hierarchy = "last_activity_at"
    inlines = (ParticipantInline,)
