"""Name what the audit records, in words. Codes are kept for ever: add some, change none."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Action(models.TextChoices):
    """What was done. The apps above name theirs here too: the page shows all of them."""

    LOGGED_IN = "login", _("Login")
    LOGIN_REFUSED = "login.refused", _("Login refused")
    LOGIN_BLOCKED = "login.blocked", _("Login refused: too many attempts")
    LOGGED_OUT = "logout", _("Logout")
    TOKEN_ISSUED = "token.issued", _("Token issued")
    PASSWORD_CHANGED = "password.changed", _("Password changed")
    FACTOR_ADDED = "factor.added", _("Second factor added")
    FACTOR_REMOVED = "factor.removed", _("Second factor removed")
    RECOVERY_CODES_MADE = "factor.codes", _("New recovery codes made")
    FACTORS_RESET = "factors.reset", _("Second factors reset")

    CONVERSATION_READ = "conversation.read", _("Conversation read")
    CONVERSATION_PRINTED = "conversation.printed", _("Conversation printed")
    CONVERSATION_ASSIGNED = "conversation.assigned", _("Conversation given to somebody")
    CONVERSATION_REPLACED = "conversation.replaced", _("Conversation moved to another chantier")
    CONVERSATION_SPLIT = "conversation.split", _("Messages moved to a new conversation")
    CONVERSATION_MERGED = "conversation.merged", _("Conversations merged")
    CONVERSATION_FORWARDED = "conversation.forwarded", _("Message forwarded by email")
    MESSAGE_DELETED = "message.deleted", _("Message deleted")
    NOTE_DELETED = "note.deleted", _("Internal note deleted")

    PERSON_CREATED = "person.created", _("Person created")
    PERSON_CHANGED = "person.changed", _("Person changed")
    PERSON_DEACTIVATED = "person.deactivated", _("Person deactivated")
    PERSON_ACTIVATED = "person.activated", _("Person activated again")
    PEOPLE_MERGED = "people.merged", _("Two people merged")
    PERSON_DELETED = "person.deleted", _("Person deleted")
    PERSON_INVITED = "person.invited", _("Person invited")
    CLIENT_CREATED = "client.created", _("Client created")
    CLIENT_CHANGED = "client.changed", _("Client changed")
    CLIENT_DELETED = "client.deleted", _("Client deleted")
    CHANTIER_CREATED = "chantier.created", _("Chantier created")
    CHANTIER_CHANGED = "chantier.changed", _("Chantier changed")
    CHANTIER_DELETED = "chantier.deleted", _("Chantier deleted")

    CREDENTIAL_MADE = "credential.made", _("Credential of a program made")
    CREDENTIAL_ROTATED = "credential.rotated", _("Credential of a program replaced")
    CREDENTIAL_REVOKED = "credential.revoked", _("Credential of a program withdrawn")
    SETTING_CREATED = "setting.created", _("Setting added")
    SETTING_CHANGED = "setting.changed", _("Setting changed")
    SETTING_DELETED = "setting.deleted", _("Setting removed")
    EVENTS_SENT_AGAIN = "events.again", _("Events sent again")
    TASKS_DECIDED = "tasks.decided", _("Decision about background work")

    EXPORT_ORDERED = "export.ordered", _("Export ordered")
    EXPORT_DOWNLOADED = "export.downloaded", _("Export downloaded")
    EXPORT_CANCELLED = "export.cancelled", _("Export cancelled")
    EXPORT_EXPIRED = "export.expired", _("Export removed at its end")
    CHAIN_TAKEN_OVER = "chain.taken_over", _("Chained after an upgrade")
    HOLD_PLACED = "hold.placed", _("Legal hold placed")
    HOLD_LIFTED = "hold.lifted", _("Legal hold lifted")
    PURGE_PREVIEWED = "purge.previewed", _("Purge previewed")
    PURGE_ORDERED = "purge.ordered", _("Purge ordered")
    PURGED = "purge.done", _("Data purged")
    PERSON_EXPORTED = "person.exported", _("Data of a person exported")
    PERSON_ANONYMISED = "person.anonymised", _("Person anonymised")
    AUDIT_EXPORTED = "audit.exported", _("Audit exported")


# Somebody wanted something and did not get it.
REFUSED = frozenset({Action.LOGIN_REFUSED, Action.LOGIN_BLOCKED})
