"""Exports, purges and holds: events and fetches end with the same screen."""

import pytest

from messaging.actions import exports
from messaging.exporting.scope import scope_for
from messaging.models import Conversation, PurgeOrder
from messaging.retention import holds, orders, purge
from tests.flows.race.cast import Cast, Story, Watcher, ends_as_a_fresh_fetch


def an_export_is_asked_for(cast: Cast) -> None:
    scope = scope_for(cast.odile, "conversation", cast.conversation.pk)
    exports.ask_export(cast.odile, scope, with_notes=True, with_files=True)
    cast.say(cast.camille, "Encore un mot")


def it_is_purged(cast: Cast) -> None:
    order = purge_of(cast)
    purge.perform(order.pk)
    order.refresh_from_db()
    assert orders.state_of(order) == "done"


def a_hold_stops_its_purge(cast: Cast) -> None:
    order = purge_of(cast)
    assert purge._step(order.pk), "it is hidden now"
    holds.place(cast.marc, cast.conversation, "Assignation reçue ce matin")
    purge.perform(order.pk)
    order.refresh_from_db()
    assert orders.state_of(order) == "stopped"


def a_hold_stops_its_purge_and_people_go_on(cast: Cast) -> None:
    a_hold_stops_its_purge(cast)
    cast.say(cast.camille, "Où en est-on ?")
    cast.fan_out()
    cast.read(cast.odile, 4)


def purge_of(cast: Cast) -> PurgeOrder:
    cast.change(cast.odile, status=Conversation.Status.CLOSED.value)
    mine = Conversation.objects.filter(pk=cast.conversation.pk)
    assert orders.order_by_hand(cast.marc, mine, "Demande du client") == 1
    return PurgeOrder.objects.get(conversation=cast.conversation)


STORIES: list[Story] = [
    an_export_is_asked_for,
    it_is_purged,
    a_hold_stops_its_purge,
    a_hold_stops_its_purge_and_people_go_on,
]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_state_fetched_before_the_events_ends_as_a_fresh_fetch(
    watchers: list[Watcher], cast: Cast, story: Story
) -> None:
    ends_as_a_fresh_fetch(watchers, cast, story)
