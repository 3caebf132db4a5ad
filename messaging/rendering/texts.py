"""The texts that server and elements share, by app and under the keys of the apps' i18n/fr.js.

tests/messaging/rendering/test_texts.py holds them equal in both languages.
"""

from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

Text = Promise | str | tuple[Promise | str, Promise | str]

CORE: dict[str, Text] = {
    "today": _("today"),
    "yesterday": _("yesterday"),
    "tomorrow": _("tomorrow"),
    "dayAt": _("{day} at {time}"),
    "now": _("just now"),
    "labelled": _("{label}: {text}"),
}
ATTACHMENTS: dict[str, Text] = {
    "attach": _("Attach files"),
    "takePhoto": _("Take a photo"),
    "uploading": _("Being sent"),
    "scanning": _("Being checked…"),
    "blocked": _("Blocked"),
    "unreadable": _("Unreadable"),
    "failed": _("Not sent"),
    "openFile": _("Enlarge {name}"),
    "downloadFile": _("Download {name} ({size})"),
    "listenTo": _("Listen to {name}"),
    "showPicture": _("Show"),
    "showFile": _("Show {name} ({size})"),
    "aboutSize": _("about {size}"),
    "files": (_("{n} file"), _("{n} files")),
    "photos": (_("{n} photo"), _("{n} photos")),
    "library": _("Photos and documents"),
    "ofConversation": _("This conversation"),
    "ofChantier": _("Whole site"),
    "scope": _("Files to show"),
    "show": _("Kind of files"),
    "showAll": _("All"),
    "showPhotos": _("Photos"),
    "showDocuments": _("Documents"),
    "libraryEmpty": _("No file yet. The photos and documents of the messages are kept here."),
    "loadMore": _("Show more"),
    "sentBy": _("{name}, {date}"),
    "dropHint": _("PDF, photo, video, voice note or document, up to {max} each"),
}
MESSAGING: dict[str, Text] = {
    "conversation": _("Conversation"),
    "conversations": _("Conversations"),
    "messages": _("Messages"),
    "newConversation": _("New conversation"),
    "back": _("Back to conversations"),
    "company": _("The company"),
    "you": _("You"),
    "youSaid": _("You: {text}"),
    "deletedMessage": _("Message deleted"),
    "goToQuoted": _("Go to the message of {name}: {text}"),
    "edited": _("edited"),
    "editedAt": _("Edited on {date}"),
    "closed": _("Closed"),
    "unreadCount": (_("{n} unread message"), _("{n} unread messages")),
    "loading": _("Loading…"),
    "loadMore": _("Show more"),
    "emptyClientTitle": _("A question about your site?"),
    "emptyClientText": _("Write to us here: the person in charge of your works answers."),
    "answersWithin": _("{name} usually answers within {delay}."),
    "answersYou": _("{name} answers you."),
    "officeOpens": _("Our offices open again {when}."),
    "backOn": _("{name} will be back {when}."),
    "awayNow": _("{name} cannot answer at the moment."),
    "meanwhile": _("Until then, {name} answers you."),
    "meanwhileWithin": _("Until then, {name} answers you, usually within {delay}."),
    "meanwhileTeam": _("Until then, the team answers you."),
    "usualMinutes": _("{count}\u00a0minutes"),
    "usualHour": _("1\u00a0working hour"),
    "usualHours": _("{count}\u00a0working hours"),
    "usualDay": _("1\u00a0working day"),
    "usualDays": _("{count}\u00a0working days"),
    "emptyClientButton": _("Write to the company"),
    "pickTitle": _("Choose a conversation"),
    "pickText": _("It will be shown here, with its whole history."),
    "emptyStaff": _("No conversation here."),
    "emptyThread": _("Write the first message."),
    "thread": _("Messages of the conversation"),
    "newMessages": _("New messages"),
    "composerClient": _("Write a message…"),
    "composerStaff": _("Answer the client…"),
    "send": _("Send"),
    "isClosedClient": _("This conversation is closed. Your message will reopen it."),
    "isClosedStaff": _("Closed conversation. A message from the client will reopen it."),
    "acceptsNone": _(
        "This site is archived: the conversation can be read, nobody writes in it any more."
    ),
    "sent": _("Sent"),
    "readByOther": _("Read"),
    "byEmail": _("by email"),
    "details": _("Details"),
    "awaiting": _("To answer"),
    "thanks": _("Thanks"),
    "reopenedBy": _("Reopened by the message of {name}"),
    "lineOpened": _("Conversation opened by {name}"),
    "lineClosed": _("Closed by {name}"),
    "lineClosedWithChantier": _("Closed: the site {chantier} is archived"),
    "lineReopened": _("Reopened by {name}"),
    "lineRenamed": _("Subject changed by {name}: “{former}” is now “{subject}”"),
    "lineMoved": _("Moved to {to} by {name}"),
    "lineMovedOut": _("Taken off the site {from} by {name}"),
    "lineMergedInto": (
        _("{n} message merged into {place} by {name}"),
        _("{n} messages merged into {place} by {name}"),
    ),
    "lineMergedFrom": (
        _("{n} message taken over from {place} by {name}"),
        _("{n} messages taken over from {place} by {name}"),
    ),
    "lineSplitInto": (
        _("{n} message moved to {place} by {name}"),
        _("{n} messages moved to {place} by {name}"),
    ),
    "lineSplitFrom": (
        _("{n} message from {place}, moved by {name}"),
        _("{n} messages from {place}, moved by {name}"),
    ),
    "closeAgain": _("Close again"),
    "freeSubject": _("Another subject"),
    "about": _("What is it about?"),
    "chooseClient": _("Choose a client…"),
    "client": _("Client"),
    "subject": _("Subject"),
    "subjectHint": _("E.g. kitchen tiles"),
    "firstMessage": _("Your message"),
    "cancel": _("Cancel"),
    "start": _("Send"),
    "search": _("Search"),
    "searchHint": _("Word, client, site, file…"),
    "searchHintClient": _("Word, reference, file…"),
    "closedOnes": _("Closed conversations ({n})"),
    "closedOnesMore": _("Closed conversations ({n} or more)"),
    "modeLabel": _("What you are writing"),
    "modeReply": _("Reply"),
    "modeNote": _("Internal note"),
}
# Of the company's inbox alone.
DESK: dict[str, Text] = {
    "tomorrow": _("tomorrow"),
    "dayAndHour": _("{day} {hour}"),
    "answerBefore": _("Answer by {when}"),
    "answerBeforeDate": pgettext_lazy("a date", "Answer by {when}"),
    "lateSoon": _("Late soon: {when}"),
    "lateSoonDate": pgettext_lazy("a date", "Late soon: {when}"),
    "lateBy": _("Late by {time}"),
    "snoozedUntil": _("Snoozed until {when}"),
    "snoozedUntilDate": pgettext_lazy("a date", "Snoozed until {when}"),
    "ownedBy": _("Followed by {name}"),
    "ownedByNobody": pgettext_lazy("a conversation", "Unassigned"),
    "folders": _("Folders"),
    "folderToAnswer": pgettext_lazy("folder", "To answer"),
    "folderMine": pgettext_lazy("folder", "Mine"),
    "folderUnassigned": pgettext_lazy("folder", "Unassigned"),
    "folderMentions": pgettext_lazy("folder", "Mentions"),
    "folderSnoozed": pgettext_lazy("folder", "Snoozed"),
    "folderClosed": pgettext_lazy("folder", "Closed"),
    "folderEmails": pgettext_lazy("folder", "Emails to sort"),
    "folderOpen": pgettext_lazy("folder", "All"),
    "sortRecent": _("Most recent"),
    "narrowList": pgettext_lazy("verb", "Filter"),
    "select": pgettext_lazy("rows", "Select"),
}


def said(text: Text, /, **values: object) -> str:
    """Return a text in the current language; `n` chooses between one and several."""
    if isinstance(text, tuple):
        text = text[0 if _is_one(values["n"]) else 1]
    return str(text).format(**values) if values else str(text)


def _is_one(n: object) -> bool:
    """Return what Intl.PluralRules says: French counts 0 as one."""
    return n == 1 or (n == 0 and (get_language() or "fr").startswith("fr"))


def t(key: str, /, **values: object) -> str:
    return said(MESSAGING[key], **values)


def desk_text(key: str, /, **values: object) -> str:
    return said(DESK[key], **values)


def core_text(key: str, /, **values: object) -> str:
    return said(CORE[key], **values)


def file_text(key: str, /, **values: object) -> str:
    return said(ATTACHMENTS[key], **values)
