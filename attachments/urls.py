"""The addresses of sending a file; the others are in `messaging.urls`."""

from django.urls import path

from attachments import api

urlpatterns = [
    path("api/v1/attachments", api.AttachmentList.as_view(), name="attachments"),
    path(
        "api/v1/attachments/<uuid:attachment_id>/parts",
        api.PartList.as_view(),
        name="attachment-parts",
    ),
]
