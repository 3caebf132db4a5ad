import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { Store } from "#messaging/state/store.js";

import { asMe, camille, conversation, created, message, messages, odile } from "../people.js";

/** Camille's store, holding the conversation and its first three messages. */
function opened() {
  const store = new Store(asMe(camille));
  store.mergeConversations([conversation({ version: 4, last_seq: 3, last_message: message(3) })]);
  store.mergePage("tiles", { results: messages(1, 3), has_before: false, has_after: false });
  return store;
}

/** @param {Store} store */
const bodies = (store) => store.historyOf("tiles").messages.map(({ body }) => body);
/** @param {Store} store */
const tiles = (store) => /** @type {import("#messaging/types.js").Conversation} */ (store.conversations.get("tiles"));

describe("an event", () => {
  test("an event with the next version is applied", () => {
    const store = opened();

    assert.equal(store.apply("message.created", created(message(4))), "applied");

    assert.deepEqual(bodies(store).at(-1), "Message 4");
    assert.equal(tiles(store).version, 5);
    assert.equal(tiles(store).last_seq, 4);
    assert.equal(tiles(store).last_message?.id, "m4");
  });

  test("an event that comes twice changes nothing the second time", () => {
    const store = opened();
    store.apply("message.created", created(message(4)));

    assert.equal(store.apply("message.created", created(message(4))), "stale");

    assert.equal(bodies(store).length, 4);
  });

  test("an event about a file updates its message", () => {
    const store = opened();
    const scanned = { ...created(message(3, { version: 5, body: "Avec photo" })), attachment: {} };

    assert.equal(store.apply("attachment.updated", scanned), "applied");

    assert.deepEqual(bodies(store).at(-1), "Avec photo");
    assert.equal(tiles(store).version, 5);
  });

  test("an event about a file without a message changes nothing", () => {
    assert.equal(opened().apply("attachment.updated", { conversation: null, attachment: {} }), "stale");
  });

  test("an event after a gap is not applied", () => {
    const store = opened();

    assert.equal(store.apply("message.created", created(message(5))), "gap");

    assert.equal(bodies(store).length, 3);
    assert.equal(tiles(store).version, 4);
  });

  test("an event of an unknown conversation reports it as unknown", () => {
    assert.equal(new Store(asMe(camille)).apply("message.created", created(message(1))), "unknown");
  });

  test("an edit event replaces the text, also in the list", () => {
    const store = opened();

    store.apply("message.updated", { ...created(message(3, { version: 5, body: "Corrigé" })), version: 5 });

    assert.deepEqual(bodies(store), ["Message 1", "Message 2", "Corrigé"]);
    assert.equal(tiles(store).last_message?.body, "Corrigé");
  });

  test("an event about an older message does not change the last line of the list", () => {
    const store = opened();

    store.apply("message.updated", { ...created(message(1, { version: 5, body: "Corrigé" })), version: 5 });

    assert.equal(tiles(store).last_message?.id, "m3");
  });

  test("a read event moves the read mark forwards only", () => {
    const store = opened();

    store.apply("read.updated", { conversation: "tiles", version: 5, user: odile.id, last_read_seq: 3 });
    store.apply("read.updated", { conversation: "tiles", version: 6, user: odile.id, last_read_seq: 1 });

    assert.equal(tiles(store).participants.find(({ id }) => id === odile.id)?.last_read_seq, 3);
  });
});

describe("the changes after a cut", () => {
  test("changes after a cut give the same state as the events", () => {
    const [live, cut] = [opened(), opened()];
    live.apply("message.created", created(message(4)));
    live.apply("message.created", created(message(5)));

    cut.mergeChanges("tiles", { epoch: "first", start_anew: false, version: 6, complete: true, conversation: null, messages: messages(4, 5), read: [] });

    assert.deepEqual(bodies(cut), bodies(live));
    assert.deepEqual(tiles(cut), tiles(live));
  });

  test("changes may come in the order of versions instead of seq", () => {
    const store = opened();
    const edited = message(4, { version: 9, body: "Corrigé" });

    store.mergeChanges("tiles", { epoch: "first", start_anew: false, version: 9, complete: true, conversation: null, messages: [message(5), edited], read: [] });

    assert.deepEqual(bodies(store).slice(3), ["Corrigé", "Message 5"]);
  });

  test("changes that arrive after newer events undo nothing", () => {
    const store = opened();
    store.apply("message.created", created(message(4)));
    const late = { epoch: "first", start_anew: false, version: 4, complete: true, conversation: conversation({ version: 4, subject: "Ancien" }), messages: [], read: [] };

    store.mergeChanges("tiles", late);

    assert.equal(tiles(store).version, 5);
    assert.equal(tiles(store).subject, "Carrelage du séjour");
  });
});

describe("a row of the list", () => {
  test("a list row newer than a loaded conversation asks for its changes", () => {
    const store = opened();

    assert.deepEqual(store.mergeConversations([conversation({ version: 9 })]), ["tiles"]);

    assert.equal(tiles(store).version, 4);
  });

  test("a list row of a conversation without loaded messages is taken", () => {
    const store = new Store(asMe(camille));
    store.mergeConversations([conversation({ version: 4 })]);

    assert.deepEqual(store.mergeConversations([conversation({ version: 9, subject: "Nouveau" })]), []);

    assert.equal(tiles(store).subject, "Nouveau");
  });

  test("an archived conversation leaves the list", () => {
    const store = opened();

    store.apply("conversation.updated", { version: 5, conversation: conversation({ version: 5, archived_at: "2026-11-17T08:00:00Z" }) });

    assert.deepEqual(store.list(), []);
  });
});

describe("a counter", () => {
  const event = { conversation: "tiles", version: 5, unread_count: 2, unread_after_seq: 1 };

  test("unread counters add up over the conversations", () => {
    const store = new Store(asMe(camille));

    store.apply("unread.updated", event);
    store.apply("unread.updated", { ...event, conversation: "roof", unread_count: 3 });

    assert.equal(store.unreadTotal, 5);
  });

  test("a counter event that comes late is ignored", () => {
    const store = opened();
    store.apply("unread.updated", event);

    assert.equal(store.apply("unread.updated", { ...event, version: 4, unread_count: 9 }), "stale");

    assert.equal(store.unreadTotal, 2);
  });

  test("a counter from an event stays after an older answer about all counters", () => {
    const store = opened();
    const askedAt = store.counterMoment;
    store.apply("unread.updated", event);

    store.mergeUnread({ total: 4, conversations: { roof: 4 } }, askedAt);

    assert.deepEqual([...store.unread].sort(), [["roof", 4], ["tiles", 2]]);
  });

  test("a counter is never taken from an event for several people", () => {
    const store = opened();
    store.apply("unread.updated", event);

    store.apply("conversation.updated", { version: 5, conversation: conversation({ version: 5 }) });

    assert.equal(store.unreadTotal, 2);
  });

  test("a person who no longer takes part has no counter", () => {
    const store = opened();
    store.apply("unread.updated", event);

    const moved = conversation({ version: 5, last_seq: 3, participants: [{ ...odile, locale: "fr", last_read_seq: 0 }] });
    store.apply("conversation.updated", { conversation: moved, version: 5 });

    assert.equal(store.unreadTotal, 0);
  });
});
