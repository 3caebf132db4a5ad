"""List all addresses. The other apps are named as strings, since imports go down only."""

from django.contrib import admin
from django.urls import include, path, register_converter

from core import (
    api,
    audit_api,
    audit_pages,
    first_start_page,
    leaving_api,
    oidc_pages,
    outgoing_api,
    pages,
    password_pages,
    provisioning_api,
    second_step_page,
    security_pages,
)
from core.auth import api as auth_api
from core.auth import credential_api
from core.auth.admin_login import admin_login
from core.doctor import caller
from core.realtime import endpoint
from core.web import health, openapi
from core.web.paths import IdConverter

# Before the other apps are included, which name it.
register_converter(IdConverter, "id")

api_v1 = [
    path("session", auth_api.SessionView.as_view(), name="session"),
    path("credentials", credential_api.CredentialsView.as_view(), name="credentials"),
    path(
        "credentials/<id:credential_id>",
        credential_api.CredentialView.as_view(),
        name="credential",
    ),
    path(
        "credentials/<id:credential_id>/rotate",
        credential_api.RotateCredentialView.as_view(),
        name="credential-rotate",
    ),
    path("clients", api.ClientList.as_view(), name="clients"),
    path("chantiers", api.ChantierList.as_view(), name="chantiers"),
    path("staff", api.StaffList.as_view(), name="staff"),
    path(
        "provisioning/clients/<str:external_id>",
        provisioning_api.ProvisionedClient.as_view(),
        name="provisioned-client",
    ),
    path(
        "provisioning/users/<str:external_id>",
        provisioning_api.ProvisionedUser.as_view(),
        name="provisioned-user",
    ),
    path(
        "provisioning/users/<str:external_id>/anonymise",
        leaving_api.ProvisionedUserAnonymisation.as_view(),
        name="provisioned-user-anonymise",
    ),
    path(
        "provisioning/chantiers/<str:external_id>",
        provisioning_api.ProvisionedChantier.as_view(),
        name="provisioned-chantier",
    ),
    path(
        "provisioning/bulk",
        provisioning_api.ProvisioningBulk.as_view(),
        name="provisioning-bulk",
    ),
    path("audit", audit_api.AuditList.as_view(), name="audit"),
    path("audit/export", audit_api.AuditExport.as_view(), name="audit-export"),
    path("events", outgoing_api.EventsView.as_view(), name="events"),
    path("stream-tickets", auth_api.StreamTicketView.as_view(), name="stream-tickets"),
    path("stream", endpoint.stream, name="stream"),
]

urlpatterns = [
    path("", pages.home, name="home"),
    path("start", first_start_page.first_start, name="first-start"),
    path("login", pages.login, name="login"),
    path("login/code", second_step_page.second_step_page, name="second-step"),
    path("login/oidc", oidc_pages.begin, name="oidc"),
    path("login/oidc/callback", oidc_pages.callback, name="oidc-callback"),
    path("security", security_pages.overview, name="security"),
    path("security/again", security_pages.log_in_again, name="security-again"),
    path("security/app", security_pages.app, name="security-app"),
    path("security/codes", security_pages.codes, name="security-codes"),
    path("security/codes/new", security_pages.new_codes, name="security-new-codes"),
    path("security/passkey", security_pages.new_passkey, name="security-passkey"),
    path("security/<int:factor_id>/name", security_pages.rename, name="security-rename"),
    path("security/<int:factor_id>/remove", security_pages.remove, name="security-remove"),
    path("staff/audit", audit_pages.audit, name="staff-audit"),
    path("staff/audit/<int:position>", audit_pages.entry, name="staff-audit-entry"),
    path("logout", pages.logout, name="logout"),
    path("language", pages.language, name="language"),
    path("password", password_pages.forgotten, name="forgotten-password"),
    path("password/<str:key>/<str:token>", password_pages.choose, name="new-password"),
    path("", include("messaging.urls")),
    path("", include("notifications.urls")),
    path("", include("workers.urls")),
    path("api/v1/", include(api_v1)),
    path("api/schema", openapi.SchemaView.as_view(), name="schema"),
    path("api/docs", pages.api_docs, name="api-docs"),
    path("api/redoc", pages.api_redoc, name="api-redoc"),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("doctor/<str:token>", caller.caller, name="doctor"),
    path("admin/login/", admin_login),
    path("admin/", admin.site.urls),
]

handler400 = "core.pages.error_400"
handler403 = "core.pages.error_403"
handler404 = "core.pages.error_404"
handler500 = "core.pages.error_500"
