"""The addresses of notifications: the REST endpoints, the pages, the service worker."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from notifications import (
    api,
    client_sheet_api,
    folders_api,
    forward_api,
    pages,
    webhook_api,
)
from notifications.inbound_email import api as emails_api
from notifications.inbound_email import webhook

conversation = "api/v1/conversations/<id:conversation_id>"
message = f"{conversation}/messages/<id:message_id>"
deliveries = f"{message}/deliveries"
emails = "api/v1/staff/emails"
webhook_address = "api/v1/webhooks/<id:webhook_id>"

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/push-subscriptions", api.DeviceList.as_view(), name="devices"),
    path("api/v1/push-subscriptions/<id:device_id>", api.DeviceDetail.as_view(), name="device"),
    path(
        "api/v1/push-subscriptions/<id:device_id>/test",
        api.DeviceTest.as_view(),
        name="device-test",
    ),
    path("api/v1/push/key", api.PushKey.as_view(), name="push-key"),
    path("api/v1/push/displayed", api.PushDisplayed.as_view(), name="push-displayed"),
    path("api/v1/push/read", api.PushRead.as_view(), name="push-read"),
    path("api/v1/push/unread", api.PushUnread.as_view(), name="push-unread"),
    path("api/v1/push/renewed", api.PushRenewed.as_view(), name="push-renewed"),
    path("api/v1/preferences", api.Preferences.as_view(), name="preferences"),
    path("api/v1/preferences/emails-again", api.EmailsAgain.as_view(), name="emails-again"),
    path("api/v1/presence", api.Presence.as_view(), name="presence"),
    path(f"{conversation}/mute", api.MuteMark.as_view(), name="mute"),
    path(
        f"{conversation}/deliveries",
        api.SpanDeliveries.as_view(),
        name="conversation-deliveries",
    ),
    path(deliveries, api.DeliveryList.as_view(), name="deliveries"),
    path(f"{deliveries}/retry", api.DeliveryRetry.as_view(), name="deliveries-retry"),
    path(f"{message}/email", emails_api.MessageEmail.as_view(), name="message-email"),
    path(f"{conversation}/forward", forward_api.Forward.as_view(), name="forward"),
    path("api/v1/folders", folders_api.Folders.as_view(), name="folders"),
    path(
        "api/v1/clients/<id:client_id>/sheet",
        client_sheet_api.ClientSheetView.as_view(),
        name="client-sheet",
    ),
    path(
        "api/v1/clients/<id:client_id>/remark",
        client_sheet_api.ClientRemarkView.as_view(),
        name="client-remark",
    ),
    path(emails, emails_api.EmailList.as_view(), name="emails"),
    path(f"{emails}/summary", emails_api.EmailSummary.as_view(), name="emails-summary"),
    path(f"{emails}/<id:email_id>", emails_api.EmailDetail.as_view(), name="email"),
    path(f"{emails}/<id:email_id>/place", emails_api.EmailPlace.as_view(), name="email-place"),
    path(f"{emails}/<id:email_id>/open", emails_api.EmailOpen.as_view(), name="email-open"),
    path(
        f"{emails}/<id:email_id>/set-aside",
        emails_api.EmailSetAside.as_view(),
        name="email-set-aside",
    ),
    path(
        f"{emails}/<id:email_id>/bring-back",
        emails_api.EmailBringBack.as_view(),
        name="email-bring-back",
    ),
    path("api/v1/webhooks", webhook_api.WebhookList.as_view(), name="webhooks"),
    path(webhook_address, webhook_api.WebhookDetail.as_view(), name="webhook"),
    path(f"{webhook_address}/rotate", webhook_api.WebhookRotate.as_view(), name="webhook-rotate"),
    path(f"{webhook_address}/replay", webhook_api.WebhookReplay.as_view(), name="webhook-replay"),
    path(f"{webhook_address}/test", webhook_api.WebhookTest.as_view(), name="webhook-test"),
    path("staff/emails", pages.emails_to_sort, name="staff-emails"),
    path("notifications", pages.my_notifications, name="notifications"),
    path("client/notifications", pages.client_preferences, name="client-notifications"),
    path("staff/notifications", pages.staff_preferences, name="staff-notifications"),
    path("components", pages.components, name="components"),
    path("staff/mailbox", pages.demo_mailbox, name="demo-mailbox"),
    path("unsubscribe/<str:token>", pages.unsubscribe, name="unsubscribe"),
    path("inbound/email", webhook.inbound_email, name="inbound-email"),
    path("sw.js", pages.worker, name="service-worker"),
    path("offline/<str:language>", pages.offline, name="offline"),
    path("share", pages.share, name="share"),
    path("manifest.webmanifest", pages.manifest, name="manifest"),
]

if "WEBHOOK_SECRET" in settings.ANYMAIL:
    # The webhooks of email providers. Emails that come in arrive by anymail's signal.
    urlpatterns.append(path("anymail/", include("anymail.urls")))
