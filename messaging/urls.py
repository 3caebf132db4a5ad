"""The URLs of messaging: the REST endpoints and the pages."""

from django.urls import path

from messaging import pages, print_pages, retention_pages
from messaging.api import (
    attachments,
    bulk,
    canned_replies,
    conversations,
    desk,
    me,
    messages,
    notes,
    portraits,
    reads,
    records,
    saved_filters,
    search,
    uploads,
)

conversation = "api/v1/conversations/<id:conversation_id>"
attachment = "api/v1/attachments/<id:attachment_id>"

urlpatterns = [
    path("api/v1/me", me.Me.as_view(), name="me"),
    path("api/v1/me/photo", portraits.MyPhoto.as_view(), name="my-photo"),
    path("portraits/<str:key>", portraits.portrait, name="portrait"),
    path("api/v1/me/availability", me.MyAvailability.as_view(), name="availability"),
    path("api/v1/conversations", conversations.ConversationList.as_view(), name="conversations"),
    path("api/v1/conversations/bulk", bulk.Bulk.as_view(), name="bulk"),
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
        f"{conversation}/notes/<id:note_id>/revisions",
        notes.NoteRevisionList.as_view(),
        name="note-revisions",
    ),
    path(f"{conversation}/take", desk.Taking.as_view(), name="take"),
    path(f"{conversation}/follow", desk.Following.as_view(), name="follow"),
    path(f"{conversation}/viewing", desk.Viewing.as_view(), name="viewing"),
    path(f"{conversation}/merge", desk.Merging.as_view(), name="merge"),
    path(f"{conversation}/split", desk.Splitting.as_view(), name="split"),
    path(f"{conversation}/snooze", desk.Snoozing.as_view(), name="snooze"),
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
    path(f"{attachment}/links", attachments.AttachmentLinks.as_view(), name="attachment-links"),
    path(
        f"{attachment}/preview/<int:max_px>",
        attachments.AttachmentPreview.as_view(),
        name="attachment-preview",
    ),
    path("api/v1/saved-filters", saved_filters.SavedFilterList.as_view(), name="saved-filters"),
    path(
        "api/v1/saved-filters/<id:filter_id>",
        saved_filters.SavedFilterDetail.as_view(),
        name="saved-filter",
    ),
    path("api/v1/canned-replies", canned_replies.CannedReplyList.as_view(), name="canned-replies"),
    path(
        "api/v1/canned-replies/<id:reply_id>",
        canned_replies.CannedReplyDetail.as_view(),
        name="canned-reply",
    ),
    path("api/v1/unread", reads.Unread.as_view(), name="unread"),
    path(
        "api/v1/records/conversations",
        records.ConversationRecords.as_view(),
        name="conversation-records",
    ),
    path(
        "api/v1/records/conversations/<id:conversation_id>/messages",
        records.MessageRecords.as_view(),
        name="message-records",
    ),
    path(
        "api/v1/records/attachments/<id:attachment_id>",
        records.FileRecord.as_view(),
        name="file-record",
    ),
    path("shell/<str:side>/<str:language>", pages.shell, name="shell"),
    path("api/v1/search", search.Search.as_view(), name="search"),
    path("staff/availability", pages.availability, name="my-availability"),
    path("client/messages", pages.client_messages, name="client-messages"),
    path("client/messages/new", pages.client_new, name="client-new"),
    path("client/messages/<id:conversation_id>", pages.client_messages, name="client-conversation"),
    path("client/messages/<id:conversation_id>/files", pages.client_files, name="client-files"),
    path(
        "client/messages/<id:conversation_id>/print",
        print_pages.client_print,
        name="client-print",
    ),
    path("staff/retention", retention_pages.retention, name="staff-retention"),
    path("staff/replies", pages.staff_replies, name="staff-replies"),
    path("staff/messages", pages.staff_messages, name="staff-messages"),
    path("staff/messages/new", pages.staff_new, name="staff-new"),
    path("staff/messages/<id:conversation_id>", pages.staff_messages, name="staff-conversation"),
    path("staff/messages/<id:conversation_id>/files", pages.staff_files, name="staff-files"),
    path("staff/messages/<id:conversation_id>/print", print_pages.staff_print, name="staff-print"),
]
