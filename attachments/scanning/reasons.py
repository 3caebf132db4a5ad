"""The sentences that say why a file cannot be opened and what the person can do.

Those about its kind, which also say which kinds are taken, are in `uploads/refusals`.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from attachments.uploads import refusals

REASONS: dict[str, str | Promise] = {
    "infected": _("A virus was found in this file. Check the device it comes from."),
    "script": _("This file hides a script: send it again as exported by its own application."),
    "macro": _(
        "This document holds macros: save it without macros (.docx, .xlsx, .pptx) or as a PDF, "
        "then send it again."
    ),
    "active": _(
        "This file starts a program or loads something from elsewhere when it is opened: take its "
        "links and objects out, or print it to a PDF, then send it again."
    ),
    "active_pdf": _("This PDF holds active content: print it to a new PDF, then send it again."),
    "encrypted": _("This file is protected by a password: send it without one."),
    "too_complex": _("This file is too large to open safely: send a smaller version of it."),
    "location_not_removable": _(
        "The place where it was taken cannot be removed from this photo: "
        "send it again with «Keep the place»."
    ),
    "unreadable": _("This file cannot be opened: it is damaged or incomplete. Send it again."),
    "changed": _("This file arrived altered. Send it again."),
    "cancelled": _("Its sender took this file back before it had arrived."),
    "never_received": _("This file was never received in full. Send it again."),
    "analysis_failed": _("This file could not be checked. Send it again, or call us."),
}
WITHOUT_ANTIVIRUS = _("Not checked by an antivirus.")


def sentence(code: str, verdict: str) -> str:
    """Return the sentence to show with a file, or an empty one when there is nothing to say."""
    if code in refusals.SENTENCES or code == "executable":
        return refusals.sentence(code)
    if code:
        return str(REASONS.get(code, REASONS["unreadable"]))
    return str(WITHOUT_ANTIVIRUS) if verdict == "checked_basic" else ""
