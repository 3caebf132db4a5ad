"""Show a person in a page of the server as the elements do."""

import re
from datetime import datetime, timedelta

from django import template
from django.utils import timezone

from core.company_hours import is_absent
from core.models import Availability, User

register = template.Library()

LETTER = re.compile(r"[^\W\d_]")


@register.filter
def initials(name: str) -> str:
    """Return OP of Odile Perrin, O of Odile. `core/static/core/components/person-avatar.js` too."""
    words = [word for word in re.split(r"[\s'’-]+", name) if LETTER.search(word)]
    chosen = [words[0], words[-1]] if len(words) > 1 else words
    return "".join(word[0].upper() for word in chosen)


@register.simple_tag
def absence_of(person: User) -> Availability | None:
    """Return how long a person of the company is away; None while they are there."""
    return person.availability if is_absent(person) else None


@register.simple_tag
def next_day() -> datetime:
    """Return tomorrow: the first day until which one can be away."""
    return timezone.localtime() + timedelta(days=1)
