"""The form of a new conversation, as the element conversation-form shows it.

Subject and text can be written before the element is there, which takes them over. The choices and
the buttons need a script.
"""

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from messaging.rendering.answers import who_answers
from messaging.rendering.files import NOTHING, size_label
from messaging.rendering.icons import icon
from messaging.rendering.texts import file_text, t

Json = dict[str, Any]


def new_conversation(me: Json, *, is_company: bool, base: str) -> SafeString:
    return format_html(
        '<s-conversation-form class="needs-script"><header><a class="icon-button" href="{}"'
        ' aria-label="{}">{}</a><h2>{}</h2></header><div class="window"><form>{}{}{}{}{}{}{}</form>'
        "</div></s-conversation-form>{}",
        base,
        t("back"),
        icon("back"),
        t("newConversation"),
        _choices_of_company() if is_company else NOTHING,
        NOTHING if is_company else _choice("chantier", t("about"), t("freeSubject")),
        _subject(),
        _text(),
        _files(me["limits"]),
        _answers(me["answers"]),
        _buttons(base),
        _form_needs_script(base),
    )


def _field(name: str, label: str, control: SafeString) -> SafeString:
    return format_html(
        '<div class="field"><label for="new-{}">{}</label>{}</div>', name, label, control
    )


def _choice(name: str, label: str, option: str) -> SafeString:
    control = format_html(
        '<select id="new-{}" class="control" disabled><option>{}</option></select>', name, option
    )
    return _field(name, label, control)


def _choices_of_company() -> SafeString:
    """Return the three fields that messaging/components/opening-choice.js shows."""
    return format_html(
        "{}{}{}",
        _picker("client", t("client"), _("Name of the client…")),
        _picker("chantier", t("about"), t("freeSubject")),
        _picker("owner", _("Followed by"), _("As the site says")),
    )


def _picker(name: str, label: str, hint: str) -> SafeString:
    control = format_html(
        '<input id="new-{}" class="control" placeholder="{}" disabled>', name, hint
    )
    return _field(name, label, control)


def _subject() -> SafeString:
    control = format_html(
        '<input id="new-subject" class="control" autocomplete="off" placeholder="{}">',
        t("subjectHint"),
    )
    return _field("subject", t("subject"), control)


def _text() -> SafeString:
    control = SafeString('<textarea id="new-body" class="control" dir="auto"></textarea>')
    return _field("body", t("firstMessage"), control)


def _files(limits: Json) -> SafeString:
    return format_html(
        '<div class="files"><s-attachment-upload worded><span class="button">{}{}</span>'
        '<span class="button camera">{}{}</span><span class="hint">{}</span>'
        "</s-attachment-upload></div>",
        icon("attach"),
        file_text("attach"),
        icon("camera"),
        file_text("takePhoto"),
        file_text("dropHint", max=size_label(limits["file_max_bytes"])),
    )


def _answers(answers: Json | None) -> SafeString:
    return who_answers(answers["person"] if answers else None, answers)


def _buttons(base: str) -> SafeString:
    return format_html(
        '<div class="buttons"><a class="button" href="{}">{}</a>'
        '<button class="button primary" disabled>{}{}</button></div>',
        base,
        t("cancel"),
        icon("send"),
        t("start"),
    )


def _form_needs_script(base: str) -> SafeString:
    return format_html(
        '<noscript><div class="empty"><h2>{}</h2><p>{}</p><a class="button" href="{}">{}</a></div>'
        "</noscript>",
        t("newConversation"),
        _("To write, allow JavaScript for this site, then reload the page."),
        base,
        t("back"),
    )
