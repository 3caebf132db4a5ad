import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import "fake-indexeddb/auto";

import { SavedStore } from "#core/saved-store.js";
import { BOUNDS, SavedConversations, beyondBounds, savedFirstState, showSaved } from "#messaging/state/saved-conversations.js";
import { Store } from "#messaging/state/store.js";

import { asMe, camille, conversation, created, line, message, messages } from "../people.js";

const page = { me: asMe(camille), next: "/api/v1/conversations?cursor=a", csrf: "token" };

/** @returns {Promise<void>} */
const empty = () => new Promise((resolve) => (indexedDB.deleteDatabase("liaison:saved").onsuccess = () => resolve()));

async function keeping() {
  const saved = new SavedStore(camille.id);
  await saved.claim({ side: "client", lang: "fr" });
  return { saved, conversations: new SavedConversations(saved) };
}

/** A store with a conversation of so many messages. @param {number} last */
function opened(last) {
  const store = new Store(asMe(camille));
  store.mergeConversations([conversation({ version: last + 1, last_seq: last, last_message: message(last) })]);
  store.mergePage("tiles", { results: messages(1, last), has_before: false, has_after: false });
  return store;
}

/** @param {Store} store */
const seqs = (store) => store.historyOf("tiles").messages.map(({ seq }) => seq);

describe("conversations kept on a device", () => {
  beforeEach(empty);

  test("keep the lines of the history with the messages beside which they stand", async () => {
    const { saved, conversations } = await keeping();
    const store = opened(3);
    await conversations.keep(store, page);
    store.apply("conversation.updated", { version: 5, conversation: conversation({ version: 5, last_seq: 3, status: "closed" }), lines: [line(3, { version: 5 })] });
    await conversations.keep(store, page);

    const next = new Store(asMe(camille));
    const kept = await conversations.conversation("tiles");
    if (kept) showSaved(next, kept);

    assert.deepEqual(next.historyOf("tiles").lines.map(({ kind, after_seq }) => [kind, after_seq]), [["closed", 3]]);
    saved.close();
  });

  test("make the first state of a page, as the server would", async () => {
    const { saved, conversations } = await keeping();
    await conversations.keep(opened(3), page);

    const first = await savedFirstState(saved, "tiles");

    assert.equal(first?.me.id, "camille");
    assert.equal(first?.conversations.next, page.next);
    assert.deepEqual(first?.conversations.results.map(({ id }) => id), ["tiles"]);
    assert.deepEqual(first?.messages?.results.map(({ seq }) => seq), [1, 2, 3]);
    assert.equal((await savedFirstState(saved, "fence"))?.conversation, null);
  });

  test("are written again only after a change", async () => {
    const { conversations } = await keeping();
    const store = opened(3);

    assert.deepEqual(await conversations.keep(store, page), ["tiles"]);
    assert.deepEqual(await conversations.keep(store, page), []);
    store.apply("message.created", created(message(4)));
    assert.deepEqual(await conversations.keep(store, page), ["tiles"]);
  });

  test("keep the last messages only, and say that there are older ones", async () => {
    const { saved, conversations } = await keeping();
    await conversations.keep(opened(BOUNDS.messages + 5), page);

    const first = await savedFirstState(saved, "tiles");

    assert.equal(first?.messages?.results.length, BOUNDS.messages);
    assert.equal(first?.messages?.results[0]?.seq, 6);
    assert.equal(first?.messages?.has_before, true);
  });

  test("are the last ones opened", async () => {
    const { saved, conversations } = await keeping();
    for (let n = 0; n < BOUNDS.conversations + 2; n++) {
      const store = new Store(asMe(camille));
      store.mergeConversations([conversation({ id: `c${n}` })]);
      store.mergePage(`c${n}`, { results: [], has_before: false, has_after: false });
      await conversations.keep(store, page, n);
    }

    const rows = await saved.rows();

    assert.equal(rows.length, BOUNDS.conversations);
    assert.equal(rows[0]?.id, `c${BOUNDS.conversations + 1}`);
    assert.ok(!rows.some(({ id }) => id === "c0" || id === "c1"));
  });

  test("are bounded in bytes: the ones opened longest ago go", () => {
    const third = Math.ceil(BOUNDS.bytes / 3);

    assert.deepEqual(beyondBounds(["new", "old", "older", "oldest"].map((id) => ({ id, bytes: third }))), ["older", "oldest"]);
  });

  test("ask for all that came since, even if the list knows a newer version", async () => {
    const { saved, conversations } = await keeping();
    await conversations.keep(opened(3), page);
    const store = new Store(asMe(camille));
    store.mergeConversations([conversation({ version: 9, last_seq: 8, last_message: message(8) })]);

    showSaved(store, /** @type {any} */ (await saved.conversation("tiles")));

    assert.deepEqual(seqs(store), [1, 2, 3]);
    assert.equal(store.conversations.get("tiles")?.version, 4);
    assert.equal(store.conversations.get("tiles")?.last_message?.id, "m8");
    assert.equal(store.apply("message.created", created(message(9))), "gap");
  });

  test("give way to a page that does not adjoin them", async () => {
    const { saved, conversations } = await keeping();
    await conversations.keep(opened(3), page);
    const store = new Store(asMe(camille));
    showSaved(store, /** @type {any} */ (await saved.conversation("tiles")));

    store.mergePage("tiles", { results: messages(40, 42), has_before: true, has_after: false });
    assert.deepEqual(seqs(store), [40, 41, 42]);
    store.mergePage("tiles", { results: messages(38, 39), has_before: true, has_after: true }, "before");

    assert.deepEqual(seqs(store), [38, 39, 40, 41, 42]);
  });
});
