import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";

import { ApiError, NetworkError } from "#core/api.js";
import { LocalDrafts } from "#messaging/state/local-drafts.js";
import { Outbox } from "#messaging/state/outbox.js";

import { MemoryStorage } from "../memory-storage.js";
import { message } from "../people.js";

/**
 * @import { Draft as OutboxDraft } from "#messaging/state/outbox.js"
 * @import { Pending } from "#messaging/types.js"
 */

/** @type {LocalDrafts} */
let drafts;

beforeEach(() => {
  drafts = new LocalDrafts("camille", /** @type {any} */ (new MemoryStorage()));
});

/** Outboxes whose next try would keep the process running. @type {Outbox[]} */
let opened = [];

afterEach(() => {
  mock.timers.reset();
  opened.forEach((outbox) => outbox.stop());
  opened = [];
});

/** Wait until settled promises have run their callbacks. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("a message on its way", () => {
  test("an unsent message is stored on the device until the server has it", async () => {
    const outbox = new Outbox({ send: async (pending) => message(1, { id: pending.id }), drafts, locks: null });

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
    const outbox = new Outbox({ send, drafts, locks: null });

    outbox.add("tiles", "Bonjour");
    await settled();
    assert.equal(outbox.messages[0]?.state, "waiting");
    mock.timers.tick(60_000);
    await settled();

    assert.equal(tried.length, 2);
    assert.equal(tried[0], tried[1]);
  });

  test("a refused message shows the reason and does not delay later ones", async () => {
    const send = async (/** @type {{ id: string, body: string }} */ { id, body }) => {
      if (body === "Refusé") throw new ApiError(409, [{ code: "conversation_closed", detail: "Trop tard.", attr: null }], null);
      return message(1, { id });
    };
    const outbox = new Outbox({ send, drafts, locks: null });

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
    const outbox = new Outbox({ send, drafts, locks: null });
    outbox.add("tiles", "Un");
    outbox.add("tiles", "Deux");
    await settled();

    isDown = false;
    outbox.flush();
    await settled();

    assert.deepEqual(arrived, ["Un", "Deux"]);
  });

  test("a message left unsent by a page is sent by the next page", async () => {
    const offline = new Outbox({ send: () => Promise.reject(new NetworkError("down")), drafts, locks: null });
    offline.add("tiles", "Bonjour");
    await settled();
    /** @type {string[]} */
    const arrived = [];

    const next = new Outbox({ send: async ({ id, body }) => (arrived.push(body), message(1, { id })), drafts, locks: null });
    next.load();
    next.resume();
    await settled();

    assert.deepEqual(arrived, ["Bonjour"]);
    offline.stop();
  });
});

/** @param {number} status @param {number | null} [retryAfter] */
const refusal = (status, retryAfter = null) => new ApiError(status, [{ code: "refused", detail: "Refusé.", attr: null }], retryAfter);

/** An outbox whose server answers as `answer` says, and what it was asked for. @param {(pending: Pending) => unknown} answer @param {any} [options] */
function outboxWith(answer, options = {}) {
  /** @type {string[]} */
  const asked = [];
  const send = async (/** @type {Pending} */ pending) => {
    asked.push(`${pending.kind} ${pending.body || pending.id}`);
    return answer(pending);
  };
  const outbox = new Outbox({ send, drafts, locks: null, ...options });
  opened.push(outbox);
  return { asked, outbox };
}

describe("everything that a person writes", () => {
  const opening = { id: "leak", subject: "Fuite", message: { id: "first", body: "Il pleut" } };
  /** @type {OutboxDraft} */
  const first = { kind: "conversation", id: "first", conversation: "leak", body: "", opening };

  test("what is written in a new conversation waits for it, and other conversations do not", async () => {
    let isDown = true;
    const { outbox, asked } = outboxWith(({ conversation }) => {
      if (conversation === "leak" && isDown) throw new NetworkError("down");
    });

    outbox.put(first);
    outbox.add("leak", "Et aussi");
    outbox.add("tiles", "Bonjour");
    await settled();
    assert.deepEqual(asked, ["conversation first", "message Bonjour"]);
    assert.deepEqual(outbox.all.map(({ state }) => state), ["waiting", "waiting"]);
    isDown = false;
    outbox.flush();
    await settled();

    assert.deepEqual(asked.slice(2), ["conversation first", "message Et aussi"]);
    assert.deepEqual(outbox.all, []);
  });

  test("nothing goes to a conversation that was refused", async () => {
    const { outbox, asked } = outboxWith(() => {
      throw refusal(422);
    });

    outbox.put(first);
    outbox.add("leak", "Et aussi");
    await settled();

    assert.deepEqual(asked, ["conversation first"]);
    assert.deepEqual(outbox.all.map(({ state }) => state), ["failed", "sending"]);
  });

  test("an edit waits for the messages before it, and a second one takes its place", async () => {
    let isDown = true;
    const { outbox, asked } = outboxWith(() => {
      if (isDown) throw new NetworkError("down");
    });
    const edit = { kind: /** @type {const} */ ("edit"), id: "edit-m1", target: "m1", conversation: "tiles", base: "Bonjour", version: 2 };

    outbox.add("tiles", "Avant");
    outbox.put({ ...edit, body: "Bonsoir" });
    outbox.put({ ...edit, base: "Bonsoir", version: 3, body: "Bonne nuit" });
    await settled();
    assert.deepEqual(outbox.all.map(({ body, base, version }) => [body, base, version]), [["Avant", undefined, undefined], ["Bonne nuit", "Bonjour", 2]]);
    isDown = false;
    outbox.flush();
    await settled();

    assert.deepEqual(asked.slice(1), ["message Avant", "edit Bonne nuit"]);
  });

  test("an edit that changes during its request is sent again", async () => {
    /** @type {(answer: unknown) => void} */
    let answer = () => {};
    const { outbox, asked } = outboxWith(() => new Promise((resolve) => (answer = resolve)));
    const edit = { kind: /** @type {const} */ ("edit"), id: "edit-m1", target: "m1", conversation: "tiles", base: "Un", version: 2 };

    outbox.put({ ...edit, body: "Deux" });
    await settled();
    outbox.put({ ...edit, body: "Trois" });
    answer(null);
    await settled();
    answer(null);
    await settled();

    assert.deepEqual(asked, ["edit Deux", "edit Trois"]);
    assert.deepEqual(outbox.all, []);
  });

  test("a read mark waits for no message, only goes forwards, and is not counted", async () => {
    const { outbox, asked } = outboxWith(() => {
      throw new NetworkError("down");
    });
    const read = { kind: /** @type {const} */ ("read"), id: "read-tiles", conversation: "tiles", body: "" };

    outbox.add("tiles", "Bonjour");
    outbox.put({ ...read, seq: 7 });
    outbox.put({ ...read, seq: 5 });
    await settled();

    assert.deepEqual(asked, ["message Bonjour", "read read-tiles"]);
    assert.deepEqual(outbox.all.map(({ seq }) => seq), [undefined, 7]);
    assert.equal(outbox.waiting.length, 1);
  });

  test("a refused read mark is forgotten", async () => {
    const { outbox } = outboxWith(() => {
      throw refusal(404);
    });

    outbox.put({ kind: "read", id: "read-tiles", conversation: "tiles", body: "", seq: 7 });
    await settled();

    assert.deepEqual([outbox.all, drafts.unsent()], [[], []]);
  });

  test("what is written keeps its order when the clock of the device goes back", () => {
    mock.timers.enable({ apis: ["Date"], now: 2_000_000 });
    const { outbox } = outboxWith(() => new Promise(() => {}));

    outbox.add("tiles", "Un");
    mock.timers.setTime(1_000_000);
    outbox.add("tiles", "Deux");

    assert.deepEqual(drafts.unsent().map(({ body }) => body), ["Un", "Deux"]);
  });
});

describe("a server that says no or later", () => {
  test("the end of the session keeps everything, asks for nothing more, and goes on after the login", async () => {
    let isLoggedIn = false;
    const { outbox, asked } = outboxWith(() => {
      if (!isLoggedIn) throw refusal(401);
    });
    let ends = 0;
    outbox.addEventListener("session-ended", () => ends++);

    outbox.add("tiles", "Bonjour");
    await settled();
    outbox.add("garden", "Et le portail ?");
    outbox.flush();
    await settled();
    assert.deepEqual([asked, ends, drafts.unsent().length], [["message Bonjour"], 1, 2]);
    const states = () => outbox.all.map(({ state, needsLogin = false }) => `${state} ${needsLogin}`);
    assert.deepEqual(states(), ["waiting true", "waiting true"]);
    isLoggedIn = true;
    outbox.resume();
    assert.deepEqual(states(), ["waiting false", "waiting false"]);
    await settled();

    assert.deepEqual([asked.slice(1), outbox.all], [["message Bonjour", "message Et le portail ?"], []]);
  });

  test("the time that the server asks to wait holds when the network comes back", async () => {
    mock.timers.enable({ apis: ["setTimeout", "Date"] });
    let isBusy = true;
    const { outbox, asked } = outboxWith(() => {
      if (isBusy) throw refusal(429, 60);
    });

    outbox.add("tiles", "Bonjour");
    await settled();
    isBusy = false;
    outbox.flush();
    await settled();
    assert.equal(asked.length, 1);
    mock.timers.tick(60_000);
    await settled();

    assert.equal(asked.length, 2);
  });

  for (const status of [400, 403, 404, 409, 412, 413, 422]) {
    test(`a refusal ${status} is tried once and kept with its reason`, async () => {
      const { outbox, asked } = outboxWith(() => {
        throw refusal(status);
      });

      outbox.add("tiles", "Bonjour");
      await settled();
      outbox.flush();
      await settled();

      assert.equal(asked.length, 1);
      assert.deepEqual(drafts.unsent().map(({ body, state, error }) => [body, state, error]), [["Bonjour", "failed", "Refusé."]]);
    });
  }
});

describe("two tabs and a device without room", () => {
  /** Web Locks in memory: one after the other for each name. */
  function memoryLocks() {
    /** @type {Map<string, Promise<unknown>>} */
    const last = new Map();
    const request = (/** @type {string} */ name, /** @type {unknown} */ _options, /** @type {() => Promise<unknown>} */ task) => {
      const result = (last.get(name) ?? Promise.resolve()).then(task);
      /** @type {Promise<unknown>} */
      const done = result.then(() => last.get(name) === done && last.delete(name));
      last.set(name, done);
      return result;
    };
    return { request, query: async () => ({ held: [...last.keys()].map((name) => ({ name })) }) };
  }

  test("of two tabs one sends, and the other sees that it is sent", async () => {
    const locks = memoryLocks();
    const one = outboxWith(() => settled(), { locks });
    const other = outboxWith(() => settled(), { locks });

    one.outbox.add("tiles", "Bonjour");
    other.outbox.load();
    other.outbox.resume();
    while (one.outbox.all.length + other.outbox.all.length > 0) await settled();

    assert.deepEqual([...one.asked, ...other.asked], ["message Bonjour"]);
  });

  test("a tab whose storage is behind does not send again what another tab has sent", async () => {
    const locks = memoryLocks();
    const one = outboxWith(() => settled(), { locks });
    one.outbox.add("tiles", "Bonjour");
    // As in another process: it has the message, and its end comes later.
    const behind = new MemoryStorage();
    drafts.unsent().forEach((pending) => new LocalDrafts("camille", /** @type {any} */ (behind)).keepUnsent(pending));
    const other = outboxWith(() => settled(), { locks, drafts: new LocalDrafts("camille", /** @type {any} */ (behind)) });

    other.outbox.load();
    other.outbox.resume();
    while (one.outbox.all.length + other.outbox.all.length > 0) await settled();
    // What is written under the same id afterwards is something else.
    other.outbox.put({ kind: "read", id: "read-tiles", conversation: "tiles", body: "", attachments: [], quoted: null, seq: 1 });
    await settled();
    other.outbox.put({ kind: "read", id: "read-tiles", conversation: "tiles", body: "", attachments: [], quoted: null, seq: 2 });
    await settled();

    assert.deepEqual([...one.asked, ...other.asked], ["message Bonjour", "read read-tiles", "read read-tiles"]);
    const kept = new LocalDrafts("camille", /** @type {any} */ (behind)).unsent().filter(({ kind }) => kind === "message");
    assert.deepEqual(kept.map(({ body }) => body), ["Bonjour"]);
  });

  test("a message that the device cannot keep is sent all the same, and is known as such", async () => {
    const full = new MemoryStorage();
    full.setItem = () => {
      throw new Error("full");
    };
    drafts = new LocalDrafts("camille", /** @type {any} */ (full));
    let isDown = true;
    const { outbox } = outboxWith(() => {
      if (isDown) throw new NetworkError("down");
    });

    outbox.add("tiles", "Bonjour");
    await settled();
    assert.deepEqual(outbox.unkept.map(({ body }) => body), ["Bonjour"]);
    isDown = false;
    outbox.flush();
    await settled();

    assert.deepEqual(outbox.all, []);
  });

  test("another person sees and sends nothing of it", async () => {
    const storage = /** @type {any} */ (new MemoryStorage());
    drafts = new LocalDrafts("camille", storage);
    const camille = outboxWith(() => {
      throw refusal(401);
    });
    camille.outbox.add("tiles", "Bonjour");
    await settled();

    drafts = new LocalDrafts("bruno", storage);
    const bruno = outboxWith(() => {});
    bruno.outbox.load();
    bruno.outbox.resume();
    await settled();

    assert.deepEqual([bruno.asked, bruno.outbox.all], [[], []]);
  });
});
