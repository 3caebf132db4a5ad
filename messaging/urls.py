"""The addresses of messaging: the REST endpoints and the pages."""

from django.urls import path

from messaging import api, attachment_api, pages

conversation = "api/v1/conversations/<uuid:conversation_id>"
attachment = "api/v1/attachments/<uuid:attachment_id>"

urlpatterns = [
    path("api/v1/me", api.Me.as_view(), name="me"),
    path("api/v1/conversations", api.ConversationList.as_view(), name="conversations"),
    path(conversation, api.ConversationDetail.as_view(), name="conversation"),
    path(f"{conversation}/messages", api.MessageList.as_view(), name="messages"),
    path(f"{conversation}/messages/<uuid:message_id>", api.MessageDetail.as_view(), name="message"),
    path(
        f"{conversation}/messages/<uuid:message_id>/revisions",
        api.MessageRevisionList.as_view(),
        name="revisions",
    ),
    path(f"{conversation}/changes", api.ChangeList.as_view(), name="changes"),
    path(f"{conversation}/read", api.ReadMark.as_view(), name="read"),
    path(f"{conversation}/unread", api.UnreadMark.as_view(), name="mark-unread"),
    path(f"{conversation}/typing", api.Typing.as_view(), name="typing"),
    path(f"{conversation}/notes", api.NoteList.as_view(), name="notes"),
    path(f"{conversation}/notes/<uuid:note_id>", api.NoteDetail.as_view(), name="note"),
    path(
        f"{conversation}/attachments",
        attachment_api.ConversationLibrary.as_view(),
        name="conversation-attachments",
    ),
    path(
        "api/v1/chantiers/<uuid:chantier_id>/attachments",
        attachment_api.ChantierLibrary.as_view(),
        name="chantier-attachments",
    ),
    path(attachment, attachment_api.AttachmentDetail.as_view(), name="attachment"),
    path(
        f"{attachment}/complete",
        attachment_api.AttachmentCompletion.as_view(),
        name="attachment-complete",
    ),
    path(
        f"{attachment}/content",
        attachment_api.AttachmentContent.as_view(),
        name="attachment-content",
    ),
    path(
        f"{attachment}/preview/<int:max_px>",
        attachment_api.AttachmentPreview.as_view(),
        name="attachment-preview",
    ),
    path("api/v1/unread", api.Unread.as_view(), name="unread"),
    path("client/messages", pages.client_messages, name="client-messages"),
    path("client/messages/new", pages.client_new, name="client-new"),
    path(
        "client/messages/<uuid:conversation_id>", pages.client_messages, name="client-conversation"
    ),
    path("staff/messages", pages.staff_messages, name="staff-messages"),
    path("staff/messages/new", pages.staff_new, name="staff-new"),
    path("staff/messages/<uuid:conversation_id>", pages.staff_messages, name="staff-conversation"),
]
