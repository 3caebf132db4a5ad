"""Plays one conversation through the actions, line by line, at moments in the past."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from core.ids import new_id
from messaging.actions import notes
from messaging.actions.conversations import (
    archive_conversation,
    change_conversation,
    open_conversation,
)
from messaging.actions.fan_out import fan_out_message
from messaging.actions.messages import delete_message, edit_message, send_message
from messaging.actions.reads import read_up_to
from messaging.conversation.idempotency import Draft, Opening
from messaging.conversation.versions import ConversationChanges
from messaging.demo.clock import Hindsight, evening_before, working_moment
from messaging.demo.dialogue import Exchange, Line, say
from messaging.demo.scenarios import Plot
from messaging.models import Conversation, Message

# Minutes of work.
UNTIL_AN_ANSWER = (4, 55)
UNTIL_LATER = (500, 1_100)
UNTIL_THE_NEXT_MATTER = (250, 1_300)

A_MOMENT = timedelta(minutes=2)
SHARE_WRITTEN_IN_THE_EVENING = 0.2
SHARE_ASSIGNED = 0.5
SHARE_CLOSED = 0.6


class Performance:
    """One conversation of the demo while it is being played."""

    def __init__(self, plot: Plot, now: datetime, chance: Random) -> None:
        self.plot = plot
        self.now = now
        self.chance = chance
        self.hindsight = Hindsight()
        self.moment = now
        self.last: Message | None = None
        self.is_read_by_speakers = False

    def play(self) -> None:
        """Open the conversation, say every line and leave it as the plot wants."""
        exchanges = self._exchanges()
        moments = iter(self._moments(exchanges))
        self._at(next(moments))
        conversation = self._open(exchanges[0][0])
        self._assign(conversation)
        for exchange in exchanges:
            if exchange is exchanges[-1]:
                # Earlier read marks leave no trace, so everyone reads only here.
                self._everyone_reads(conversation)
                self.is_read_by_speakers = True
            for line in exchange:
                if line is not exchanges[0][0]:
                    self._at(next(moments))
                    self._say(conversation, line)
        self._leave(conversation)
        self.hindsight.retell(conversation)

    # --- Time -----------------------------------------------------------------------------------

    def _exchanges(self) -> list[Exchange]:
        """Return the plot's exchanges; an unfinished plot ends with a line of its `ends_with`."""
        if self.plot.is_finished:
            return self.plot.exchanges
        kept = max(1, len(self.plot.exchanges) * 3 // 4)
        *done, last = self.plot.exchanges[:kept]
        spoken = [line for line in last if line.speaker != "note"]
        until = max(
            (i for i, x in enumerate(spoken) if _is_of(x, self.plot.ends_with)), default=len(spoken)
        )
        return [*done, tuple(spoken[: until + 1])]

    def _moments(self, exchanges: list[Exchange]) -> list[datetime]:
        """Return the moment of each line, computed from the last one backwards."""
        minutes_ago = self.plot.ends_minutes_ago
        moments = []
        for line, is_first in reversed(list(_in_order(exchanges))):
            moments.append(working_moment(self.now, minutes_ago))
            minutes_ago += self.chance.randint(*_pause_before(line, is_first))
        return self._some_in_the_evening(moments[::-1], list(_in_order(exchanges)))

    def _some_in_the_evening(
        self, moments: list[datetime], lines: list[tuple[Line, bool]]
    ) -> list[datetime]:
        """Move some first lines of clients to the evening before, since clients work by day."""
        for index, (line, is_first) in enumerate(lines):
            if is_first and _is_of(line, "client") and index:
                evening = evening_before(moments[index], self.chance.randrange(120))
                is_after = evening > moments[index - 1]
                if is_after and self.chance.random() < SHARE_WRITTEN_IN_THE_EVENING:
                    moments[index] = evening
        return moments

    def _at(self, moment: datetime) -> None:
        self.moment = moment
        self.hindsight.at(moment)

    def _a_moment_later(self) -> None:
        self._at(min(self.moment + A_MOMENT, self.now))

    # --- What people do -------------------------------------------------------------------------

    def _open(self, line: Line) -> Conversation:
        draft = Draft(body=say(line.text, self.plot.words, self.chance))
        opening = Opening(
            subject=self.plot.subject,
            client=self.plot.client.pk,
            chantier=self.plot.chantier.pk if self.plot.chantier else None,
            message=draft,
        )
        opener = self.plot.speakers[line.speaker]
        conversation = open_conversation(opener=opener, opening=opening).conversation
        self._deliver(Message.objects.select_related("author").get(pk=draft.id))
        return conversation

    def _say(self, conversation: Conversation, line: Line) -> None:
        speaker = self.plot.speakers[line.speaker]
        text, _, corrected = say(line.text, self.plot.words, self.chance).partition(" => ")
        if line.speaker == "note":
            notes.write_note(author=speaker, conversation=conversation, body=text, note_id=new_id())
            return
        if self.is_read_by_speakers and self.last and self.last.author != speaker:
            read_up_to(reader=speaker, conversation=conversation, seq=self.last.seq)
        quoted = self.last.pk if self.last and line.mark == ">" else None
        message = send_message(
            author=speaker, conversation_id=conversation.pk, draft=Draft(body=text, reply_to=quoted)
        ).message
        self._deliver(message)
        if line.mark == "~":
            self._a_moment_later()
            edit_message(editor=speaker, message=message, body=corrected)
        if line.mark == "-":
            self._a_moment_later()
            delete_message(remover=speaker, message=message)
            fan_out_message(message.pk)

    def _deliver(self, message: Message) -> None:
        """Fan the message out at once, as a worker would."""
        fan_out_message(message.pk)
        self.last = message

    def _assign(self, conversation: Conversation) -> None:
        if self.chance.random() < SHARE_ASSIGNED:
            team = self.plot.speakers["equipe"]
            change_conversation(
                editor=team, conversation=conversation, changes={"assigned_to_id": team.pk}
            )

    def _everyone_reads(self, conversation: Conversation) -> None:
        if self.last is None:
            return
        self._a_moment_later()
        for participant in conversation.participants.filter(left_at=None).select_related("user"):
            read_up_to(reader=participant.user, conversation=conversation, seq=self.last.seq)

    def _leave(self, conversation: Conversation) -> None:
        if not self.plot.is_finished:
            return
        self._everyone_reads(conversation)
        team = self.plot.speakers["equipe"]
        if self.plot.is_archived:
            archive_conversation(archiver=team, conversation=conversation)
        elif self._client_had_the_last_word() or self.chance.random() < SHARE_CLOSED:
            closed: ConversationChanges = {"status": Conversation.Status.CLOSED}
            change_conversation(editor=team, conversation=conversation, changes=closed)

    def _client_had_the_last_word(self) -> bool:
        """Tell whether the conversation would wait for an answer to a «Merci» for ever."""
        return self.last is not None and not self.last.author.is_company


def _in_order(exchanges: list[Exchange]) -> Iterator[tuple[Line, bool]]:
    """Yield every line, and whether it is the first of its exchange."""
    for exchange in exchanges:
        for index, line in enumerate(exchange):
            yield line, index == 0


def _pause_before(line: Line, is_first: bool) -> tuple[int, int]:
    if is_first:
        return UNTIL_THE_NEXT_MATTER
    return UNTIL_LATER if line.comes_later else UNTIL_AN_ANSWER


def _is_of(line: Line, side: str) -> bool:
    return (line.speaker in ("client", "autre")) == (side == "client")
