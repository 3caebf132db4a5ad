"""Files in the Django admin, to read only."""

from django.contrib import admin
from django.http import HttpRequest

from attachments.models import Attachment


@admin.register(Attachment)
class AttachmentAdmin(admin.ModelAdmin[Attachment]):
    list_display = (
        "name",
        "uploader",
        "status",
        "verdict",
        "reason_code",
        "attempts",
        "created_at",
    )
    list_filter = ("status", "verdict", "reason_code", "kind")
    search_fields = ("name__folded", "uploader__name__folded", "detail")
    list_select_related = ("uploader",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Attachment | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Attachment | None = None) -> bool:
        return False
