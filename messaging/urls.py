"""The URLs of messaging: the REST endpoints and the pages."""

from django.urls import path

from messaging import pages
from messaging.api import attachments, conversations, me, messages, notes, reads, uploads

conversation = "api/v1/conversations/<id:conversation_id>"
attachment = "api/v1/attachments/<id:attachment_id>"

urlpatterns = [
    path("api/v1/me", me.Me.as_view(), name="me"),
    path("api/v1/conversations", conversations.ConversationList.as_view(), name="conversations"),
    path(conversation, conversations.ConversationDetail.as_view(), name="conversation"),
    path(f"{conversation}/messages", messages.MessageList.as_view(), name="messages"),
    path(
        f"{conversation}/messages/<id:message_id>",
        messages.MessageDetail.as_view(),
        name="message",
    ),
    path(
        f"{conversation}/messages/<id:message_id>/revisions",
        messages.MessageRevisionList.as_view(),
        name="revisions",
    ),
    path(f"{conversation}/changes", conversations.ChangeList.as_view(), name="changes"),
    path(f"{conversation}/read", reads.ReadMark.as_view(), name="read"),
    path(f"{conversation}/unread", reads.UnreadMark.as_view(), name="mark-unread"),
    path(f"{conversation}/typing", messages.Typing.as_view(), name="typing"),
    path(f"{conversation}/notes", notes.NoteList.as_view(), name="notes"),
    path(f"{conversation}/notes/<id:note_id>", notes.NoteDetail.as_view(), name="note"),
    path(
        f"{conversation}/attachments",
        attachments.ConversationLibrary.as_view(),
        name="conversation-attachments",
    ),
    path(
        "api/v1/chantiers/<id:chantier_id>/attachments",
        attachments.ChantierLibrary.as_view(),
        name="chantier-attachments",
    ),
    path("api/v1/attachments", uploads.AttachmentList.as_view(), name="attachments"),
    path(f"{attachment}/parts", uploads.PartList.as_view(), name="attachment-parts"),
    path(attachment, attachments.AttachmentDetail.as_view(), name="attachment"),
    path(
        f"{attachment}/complete",
        attachments.AttachmentCompletion.as_view(),
        name="attachment-complete",
    ),
    path(
        f"{attachment}/content",
        attachments.AttachmentContent.as_view(),
        name="attachment-content",
    ),
    path(
        f"{attachment}/preview/<int:max_px>",
        attachments.AttachmentPreview.as_view(),
        name="attachment-preview",
    ),
    path("api/v1/unread", reads.Unread.as_view(), name="unread"),
    path("client/messages", pages.client_messages, name="client-messages"),
    path("client/messages/new", pages.client_new, name="client-new"),
    path("client/messages/<id:conversation_id>", pages.client_messages, name="client-conversation"),
    path("staff/messages", pages.staff_messages, name="staff-messages"),
    path("staff/messages/new", pages.staff_new, name="staff-new"),
    path("staff/messages/<id:conversation_id>", pages.staff_messages, name="staff-conversation"),
]
