"""Conversations are opened, changed and closed: events and fetches end with the same screen."""

import pytest

from messaging.actions.conversations import archive_conversation, open_conversation
from messaging.actions.messages import send_message
from messaging.conversation.idempotency import Draft, Opening
from tests.flows.race.cast import Cast, Story, Watcher, ends_as_a_fresh_fetch


def the_subject_is_changed(cast: Cast) -> None:
    cast.change(cast.camille, subject="Parquet")


def the_chantier_is_changed(cast: Cast) -> None:
    """To a chantier without a responsible person: every manager takes part."""
    cast.say(cast.camille, "Bonjour")
    cast.change(cast.odile, chantier_id=cast.garage.pk)
    cast.fan_out()


def it_is_closed_and_opens_again(cast: Cast) -> None:
    cast.say(cast.camille, "Merci")
    cast.change(cast.odile, status="closed")
    cast.say(cast.camille, "Encore une chose")


def it_is_archived(cast: Cast) -> None:
    cast.say(cast.camille, "Merci")
    archive_conversation(archiver=cast.odile, conversation=cast.conversation)


def another_is_opened_by_the_client(cast: Cast) -> None:
    opening = Opening(
        subject="Facture", client=cast.conversation.client_id, message=Draft(body="Bonjour")
    )
    open_conversation(opener=cast.camille, opening=opening)
    cast.fan_out()


def another_is_opened_by_the_company(cast: Cast) -> None:
    opening = Opening(
        subject="Rendez-vous",
        client=cast.conversation.client_id,
        chantier=cast.conversation.chantier_id,
        message=Draft(body="Mardi à 9 h ?"),
    )
    opened = open_conversation(opener=cast.marc, opening=opening)
    send_message(
        author=cast.camille, conversation_id=opened.conversation.pk, draft=Draft(body="Parfait")
    )
    cast.fan_out()


STORIES: list[Story] = [
    the_subject_is_changed,
    the_chantier_is_changed,
    it_is_closed_and_opens_again,
    it_is_archived,
    another_is_opened_by_the_client,
    another_is_opened_by_the_company,
]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_state_fetched_before_the_events_ends_as_a_fresh_fetch(
    watchers: list[Watcher], cast: Cast, story: Story
) -> None:
    ends_as_a_fresh_fetch(watchers, cast, story)
