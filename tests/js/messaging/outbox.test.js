import assert from "node:assert/strict";
import { beforeEach, describe, mock, test } from "node:test";

import { ApiError, NetworkError } from "#core/api.js";
import { LocalDrafts } from "#messaging/state/local-drafts.js";
import { Outbox } from "#messaging/state/outbox.js";

import { MemoryStorage } from "../memory-storage.js";
import { message } from "../people.js";

/** @type {LocalDrafts} */
let drafts;

beforeEach(() => {
  drafts = new LocalDrafts("camille", /** @type {any} */ (new MemoryStorage()));
});

/** Wait until settled promises have run their callbacks. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("a message on its way", () => {
  test("an unsent message is stored on the device until the server has it", async () => {
    const outbox = new Outbox({ send: async (pending) => message(1, { id: pending.id }), drafts });

    outbox.add("tiles", "Bonjour");
    assert.equal(drafts.unsent().length, 1);
    await settled();

    assert.deepEqual(drafts.unsent(), []);
    assert.deepEqual(outbox.messages, []);
  });

  test("a message is sent again under the same id after a lost answer", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    /** @type {string[]} */
    const tried = [];
    const send = async (/** @type {{ id: string }} */ { id }) => {
      tried.push(id);
      if (tried.length === 1) throw new NetworkError("lost");
      return message(1, { id });
    };
    const outbox = new Outbox({ send, drafts });

    outbox.add("tiles", "Bonjour");
    await settled();
    assert.equal(outbox.messages[0]?.state, "waiting");
    mock.timers.tick(60_000);
    await settled();

    assert.equal(tried.length, 2);
    assert.equal(tried[0], tried[1]);
    mock.timers.reset();
  });

  test("a refused message shows the reason and does not delay later ones", async () => {
    const send = async (/** @type {{ id: string, body: string }} */ { id, body }) => {
      if (body === "Refusé") throw new ApiError(409, [{ code: "conversation_closed", detail: "Trop tard.", attr: null }], null);
      return message(1, { id });
    };
    const outbox = new Outbox({ send, drafts });

    outbox.add("tiles", "Refusé");
    outbox.add("tiles", "Bonjour");
    await settled();

    assert.deepEqual(outbox.messages.map(({ body, state, error }) => [body, state, error]), [["Refusé", "failed", "Trop tard."]]);
  });

  test("messages are sent in order after one had to wait", async () => {
    let isDown = true;
    /** @type {string[]} */
    const arrived = [];
    const send = async (/** @type {{ id: string, body: string }} */ { id, body }) => {
      if (isDown) throw new NetworkError("down");
      arrived.push(body);
      return message(1, { id });
    };
    const outbox = new Outbox({ send, drafts });
    outbox.add("tiles", "Un");
    outbox.add("tiles", "Deux");
    await settled();

    isDown = false;
    outbox.flush();
    await settled();

    assert.deepEqual(arrived, ["Un", "Deux"]);
  });

  test("a message left unsent by a page is sent by the next page", async () => {
    const offline = new Outbox({ send: () => Promise.reject(new NetworkError("down")), drafts });
    offline.add("tiles", "Bonjour");
    await settled();
    /** @type {string[]} */
    const arrived = [];

    const next = new Outbox({ send: async ({ id, body }) => (arrived.push(body), message(1, { id })), drafts });
    next.resume();
    await settled();

    assert.deepEqual(arrived, ["Bonjour"]);
    offline.forget(/** @type {string} */ (offline.messages[0]?.id));
  });
});
