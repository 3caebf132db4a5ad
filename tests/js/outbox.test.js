import assert from "node:assert/strict";
import { beforeEach, describe, mock, test } from "node:test";

import { ApiError, NetworkError } from "#core/api.js";
import { LocalDrafts } from "#messaging/state/local-drafts.js";
import { Outbox } from "#messaging/state/outbox.js";

import { message } from "./people.js";

/** What the browser gives, in memory. */
class MemoryStorage {
  /** @param {string} key */
  getItem(key) {
    return Object.hasOwn(this, key) ? /** @type {any} */ (this)[key] : null;
  }

  /** @param {string} key @param {string} value */
  setItem(key, value) {
    /** @type {any} */ (this)[key] = value;
  }

  /** @param {string} key */
  removeItem(key) {
    delete (/** @type {any} */ (this)[key]);
  }
}

/** @type {LocalDrafts} */
let drafts;

beforeEach(() => {
  drafts = new LocalDrafts("camille", /** @type {any} */ (new MemoryStorage()));
});

/** Let promises that are settled be heard. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("a message on its way", () => {
  test("is kept on the device until the server has it", async () => {
    const outbox = new Outbox({ send: async (pending) => message(1, { id: pending.id }), drafts });

    outbox.add("tiles", "Bonjour");
    assert.equal(drafts.unsent().length, 1);
    await settled();

    assert.deepEqual(drafts.unsent(), []);
    assert.deepEqual(outbox.messages, []);
  });

  test("leaves again under the same id when the answer was lost", async () => {
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

  test("that the server refuses says why, and holds nobody back", async () => {
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

  test("keeps its place behind one that waits", async () => {
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

  test("left by an earlier page is sent by the next one", async () => {
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

describe("a draft", () => {
  test("is kept for its conversation, and forgotten when emptied", () => {
    drafts.keepDraft("reply:tiles", "Bonj");
    assert.equal(drafts.draft("reply:tiles"), "Bonj");

    drafts.keepDraft("reply:tiles", " ");

    assert.equal(drafts.draft("reply:tiles"), "");
  });
});
