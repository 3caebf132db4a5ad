"""Who answers a client and when, as messaging/components/usual-delay.js says it."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from messaging.rendering.dates import local, soon_label
from messaging.rendering.people import avatar
from messaging.rendering.texts import t

Json = dict[str, Any]
NOTHING = SafeString("")
ONE = {"hour": "usualHour", "day": "usualDay"}
SEVERAL = {"minute": "usualMinutes", "hour": "usualHours", "day": "usualDays"}


def who_answers(person: Json | None, answers: Json | None, *, slot: str = "") -> SafeString:
    """Return the element, or nothing if neither person nor wait is known."""
    if answers is None:
        return NOTHING
    said = sentence(person, answers)
    if not said:
        return NOTHING
    return format_html(
        "<s-who-answers{}>{}<span>{}</span></s-who-answers>",
        format_html(' slot="{}"', slot) if slot else NOTHING,
        avatar(person["name"] if person else t("company"), "staff", photo_of(person, answers)),
        said,
    )


def awaited(conversation: Json, answers: Json | None) -> SafeString:
    """Return what a client reads above the field while the company's answer is awaited."""
    if not (conversation["awaiting_reply_since"] and conversation["accepts_messages"]):
        return NOTHING
    of_company = (each for each in conversation["participants"] if each["role"] != "client")
    person = conversation["assigned_to"] or next(of_company, None)
    return who_answers(person, answers, slot="above-composer")


def sentence(person: Json | None, answers: Json) -> str:
    """Return when the company works again, who answers, and how soon they usually do."""
    now = timezone.localtime()
    opens = _upcoming(answers["office_opens_at"], now)
    closed = t("officeOpens", when=soon_label(opens, now)) if opens else ""
    return " ".join(filter(None, (closed, _who(person, answers, now))))


def _who(person: Json | None, answers: Json, now: datetime) -> str:
    delay = delay_in_words(answers["usual"])
    is_the_person = _id(person) == _id(answers["person"])
    absent = answers["absent"]
    if person and absent and (is_the_person or _id(person) == _id(absent["person"])):
        return _replaced(answers["person"]["name"], absent, delay, now)
    is_away = answers["status"] == "absent" and is_the_person
    back = _upcoming(answers["back_at"], now) if is_away else None
    if person and back:
        return (
            f"{t('backOn', name=person['name'], when=soon_label(back, now))} {t('meanwhileTeam')}"
        )
    if delay:
        return t("answersWithin", name=person["name"] if person else t("company"), delay=delay)
    return t("answersYou", name=person["name"]) if person else ""


def photo_of(person: Json | None, answers: Json) -> str | None:
    """Return the photo of the person, if it came with who answers."""
    absent = answers["absent"]["person"] if answers["absent"] else None
    known = (each for each in (answers["person"], absent) if each)
    return next((each["photo"] for each in known if each["id"] == _id(person)), None)


def _replaced(name: str, absent: Json, delay: str, now: datetime) -> str:
    of, back = absent["person"]["name"], _upcoming(absent["back_at"], now)
    away = t("backOn", name=of, when=soon_label(back, now)) if back else t("awayNow", name=of)
    here = t("meanwhileWithin", name=name, delay=delay) if delay else t("meanwhile", name=name)
    return f"{away} {here}"


def _id(person: Json | None) -> Any:
    return person.get("id") if person else None


def _upcoming(moment: str | None, now: datetime) -> datetime | None:
    date = local(moment) if moment else None
    return date if date and date > now else None


def delay_in_words(usual: Json | None) -> str:
    """Examples: 15 minutes, 1 heure ouvrée, 2 jours ouvrés. Empty if it is not known."""
    if usual is None:
        return ""
    count, unit = usual["count"], usual["unit"]
    return t(ONE[unit]) if count == 1 and unit in ONE else t(SEVERAL[unit], count=count)
