"""The photo or the initials of a person, as the element person-avatar shows them."""

from functools import lru_cache

from django.utils.html import format_html
from django.utils.safestring import SafeString

from core import leaving
from core.templatetags.people import initials

__all__ = ["avatar", "first_name", "initials"]


@lru_cache(maxsize=1024)
def avatar(name: str, role: str, photo: str | None = None) -> SafeString:
    """Return the element: round for a client, square for the company. Screen readers skip it."""
    shown = format_html('<img src="{}" alt="">', photo) if photo else initials(name)
    return format_html(
        '<s-person-avatar of="{}" aria-hidden="true">{}</s-person-avatar>', role, shown
    )


def first_name(name: str) -> str:
    return name if name == leaving.NAME else name.split(" ")[0]
