import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { ApiError } from "#core/api.js";
import { lostMessages } from "#messaging/state/lost-messages.js";
import { Store } from "#messaging/state/store.js";
import { Sync } from "#messaging/state/sync.js";

import { asMe, camille, conversation, created, message, messages } from "../people.js";

/** @import { Changes } from "#messaging/types.js" */

/** @type {Store} */
let store;
/** @type {EventTarget & { state: string }} */
let stream;
/** What the server answers to `changes`. @type {() => Partial<Changes>} */
let changes;
let loads = 0;

beforeEach(() => {
  store = new Store(asMe(camille));
  store.mergeConversations([conversation({ version: 6, last_seq: 5, last_message: message(5) })]);
  store.mergePage("tiles", { results: messages(1, 5), has_before: false, has_after: false });
  stream = Object.assign(new EventTarget(), { state: "open", start() {}, stop() {} });
  changes = () => ({});
  loads = 0;
});

function syncing() {
  // Only what `Sync` reads of a page.
  Object.assign(globalThis, { document: new EventTarget() });
  const api = {
    listChanges: async () => ({ epoch: "first", start_anew: false, version: 6, complete: true, conversation: null, messages: [], read: [], ...changes() }),
    listConversations: async () => ({ results: [], next: null }),
    getUnread: async () => ({ total: 0, conversations: {} }),
  };
  const loadAnew = async () => void loads++;
  const sync = new Sync(/** @type {any} */ ({ store, api, stream, loadAnew }));
  sync.start();
  return sync;
}

/** @param {string} type @param {unknown} data */
const receive = (type, data) => stream.dispatchEvent(new CustomEvent("event", { detail: { type, data } }));
const settled = () => new Promise((resolve) => setTimeout(resolve));

describe("a server that was restored", () => {
  test("another epoch on the stream empties the store and loads once", async () => {
    syncing();

    receive("epoch", { epoch: "second" });
    assert.equal(store.conversations.size, 0);
    receive("epoch", { epoch: "second" });
    await settled();

    assert.deepEqual([store.epoch, loads], ["second", 1]);
  });

  test("the same epoch on the stream changes nothing", async () => {
    syncing();

    receive("epoch", { epoch: "first" });
    await settled();

    assert.deepEqual([store.conversations.size, loads], [1, 0]);
  });

  for (const [name, answer] of /** @type {[string, Partial<Changes>][]} */ ([
    ["another epoch in the changes", { epoch: "second" }],
    ["a version that the server does not have", { start_anew: true, version: 3 }],
  ])) {
    test(`${name} loads anew`, async () => {
      changes = () => answer;

      await syncing().catchUp("tiles");
      await settled();

      assert.deepEqual([store.epoch, loads], [answer.epoch ?? "first", 1]);
    });
  }

  test("a conversation that is gone loads anew", async () => {
    changes = () => {
      throw new ApiError(404, [], null);
    };

    await syncing().catchUp("tiles");
    await settled();

    assert.equal(loads, 1);
  });

  test("a new message in a version that is known asks for the changes", async () => {
    syncing();
    changes = () => ({ start_anew: true, version: 3 });

    receive("message.created", created(message(2, { id: "other", version: 3 })));
    await settled();

    assert.equal(loads, 1);
  });

  test("a message that comes twice asks for nothing", async () => {
    syncing();
    changes = () => assert.fail("asked for the changes");

    receive("message.created", created(message(5)));
    await settled();

    assert.equal(loads, 0);
  });
});

describe("what a restore has lost", () => {
  const own = (/** @type {number} */ seq) => message(seq, { author: camille });

  test("own messages that the server does not have are lost, and no others", () => {
    store.mergePage("tiles", { results: [own(6), own(7), message(8)], has_before: true, has_after: false }, "after");
    const held = store.startAnew("second");
    store.mergeConversations([conversation({ version: 7, last_seq: 6 })]);
    store.mergePage("tiles", { results: [message(4), message(5), message(6, { id: "new" })], has_before: true, has_after: false });

    const lost = lostMessages(held, { store, me: camille });

    assert.deepEqual(lost.map(({ id }) => id), ["m6", "m7"]);
  });

  test("a message whose place was taken before the page knew is lost too", () => {
    store.mergePage("tiles", { results: [own(6)], has_before: true, has_after: false }, "after");
    store.mergeMessage(message(6, { id: "new", author: camille }));
    const held = store.startAnew("second");
    store.mergeConversations([conversation({ version: 7, last_seq: 6 })]);
    store.mergePage("tiles", { results: [...messages(1, 5), message(6, { id: "new", author: camille })], has_before: false, has_after: false });

    assert.deepEqual(lostMessages(held, { store, me: camille }).map(({ id }) => id), ["m6"]);
  });
});
