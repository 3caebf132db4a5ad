"""A model of what a browser holds, kept up to date by the rule of the contract.

The event with the next version is applied; an older one is known already; for a later one the
changes are fetched, since something was missed. A counter is applied unless its version is older.
"""

from typing import Any

from tests.wire import Caller, Frame

Json = dict[str, Any]


class Screen:
    """One person's conversations and all their messages."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.me = str(caller.person.pk)
        self.conversations: dict[str, Json] = {}
        self.messages: dict[str, dict[int, Json]] = {}
        self.lines: dict[str, dict[str, Json]] = {}
        self.questions = 0
        for conversation in self.pages("/conversations"):
            self.keep(conversation)

    def shown(self) -> tuple[list[Json], dict[str, list[Json]]]:
        """Return the list and every thread with its lines, as a person would see them."""
        listed = sorted(
            (one for one in self.conversations.values() if not one["archived_at"]),
            key=lambda one: (one["last_activity_at"], one["id"]),
            reverse=True,
        )
        threads = {
            one["id"]: [message for _, message in sorted(self.messages[one["id"]].items())]
            + sorted(self.lines[one["id"]].values(), key=lambda line: (line["version"], line["id"]))
            for one in listed
        }
        return listed, threads

    def pages(self, path: str) -> list[Json]:
        found: list[Json] = []
        address: str = path
        while address:
            page = self.caller.get(address)
            found += page["results"]
            address = str(page["next"] or "").partition("/api/v1")[2]
        return found

    def keep(self, conversation: Json) -> None:
        """Keep a conversation, and fetch its history."""
        identity = conversation["id"]
        self.conversations[identity] = conversation
        page = self.caller.get(f"/conversations/{identity}/messages?after=0&limit=100")
        self.messages[identity] = {message["seq"]: message for message in page["results"]}
        self.lines[identity] = {line["id"]: line for line in page["lines"]}

    def apply(self, frame: Frame) -> None:
        name, data = frame
        if name == "resync":
            for held in tuple(self.conversations):
                self.catch_up(held)
            return
        if name not in HANDLERS and name != "unread.updated":
            return
        named = data["conversation"]
        identity = str(named["id"] if isinstance(named, dict) else named)
        known = self.conversations.get(identity)
        if known is None:
            self.questions += 1
            self.keep(self.caller.get(f"/conversations/{identity}"))
        elif name == "unread.updated":
            if data["version"] >= known["version"]:
                known |= {key: data[key] for key in ("unread_count", "unread_after_seq")}
        elif data["version"] == known["version"] + 1:
            HANDLERS[name](self, known, data)
            known["version"] = data["version"]
            self.forget_counter_of_a_bystander(known)
        elif data["version"] > known["version"]:
            self.catch_up(identity)

    def message_changed(self, known: Json, data: Json) -> None:
        message = data["message"]
        self.messages[known["id"]][message["seq"]] = message
        known |= data["state"]
        if message["seq"] == known["last_seq"]:
            known["last_message"] = message

    def conversation_changed(self, known: Json, data: Json) -> None:
        was_participant = self.participant(known) is not None
        self.lines[known["id"]] |= {line["id"]: line for line in data["lines"]}
        known |= data["conversation"]
        participant = self.participant(known)
        if participant is not None and not was_participant:
            known |= {"unread_count": 0, "unread_after_seq": participant["last_read_seq"]}

    def mark_moved(self, known: Json, data: Json) -> None:
        for person in known["participants"]:
            if person["id"] == data["user"]:
                person["last_read_seq"] = data["last_read_seq"]

    def participant(self, conversation: Json) -> Json | None:
        return next((one for one in conversation["participants"] if one["id"] == self.me), None)

    def forget_counter_of_a_bystander(self, known: Json) -> None:
        """Set the counter of a person who takes no part: nothing is unread."""
        if self.participant(known) is None:
            known |= {"unread_count": 0, "unread_after_seq": known["last_seq"]}

    def catch_up(self, identity: str) -> None:
        self.questions += 1
        known = self.conversations[identity]
        changes = self.caller.get(f"/conversations/{identity}/changes?since={known['version']}")
        if changes["start_anew"]:
            self.messages[identity], self.lines[identity] = {}, {}
        for message in changes["messages"]:
            self.messages[identity][message["seq"]] = message
        self.lines[identity] |= {line["id"]: line for line in changes["lines"]}
        if changes["conversation"]:
            known |= changes["conversation"]
        known["version"] = changes["version"]
        if not changes["complete"]:
            self.catch_up(identity)


HANDLERS = {
    "message.created": Screen.message_changed,
    "message.updated": Screen.message_changed,
    "conversation.created": Screen.conversation_changed,
    "conversation.updated": Screen.conversation_changed,
    "read.updated": Screen.mark_moved,
}
