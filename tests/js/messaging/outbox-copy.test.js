import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";

import "fake-indexeddb/auto";

import { NetworkError } from "#core/api.js";
import { SavedStore } from "#core/saved-store.js";
import { LocalDrafts } from "#messaging/state/local-drafts.js";
import { OutboxCopy } from "#messaging/state/outbox-copy.js";
import { sendUnsent } from "#messaging/state/outbox-worker.js";
import { Outbox } from "#messaging/state/outbox.js";
import { contentOf } from "#messaging/state/pending.js";

import { MemoryStorage } from "../memory-storage.js";
import { message } from "../people.js";

// What the elements of a page have, and node has not.
Object.assign(globalThis, { document: new EventTarget() });

let storage = /** @type {any} */ (new MemoryStorage());
const original = globalThis.fetch;
let stop = new AbortController();
/** @type {SavedStore} */
let saved;

/** Open a page whose network is away. */
async function openPage() {
  const outbox = new Outbox({ send: async () => { throw new NetworkError("away"); }, drafts: new LocalDrafts("camille", storage), locks: null });
  const copy = new OutboxCopy(outbox, saved);
  outbox.load();
  await copy.start(stop.signal);
  outbox.resume();
  return outbox;
}

/** Wait until the copy holds texts. @param {string[]} bodies */
async function copied(...bodies) {
  for (;;) {
    const rows = await saved.unsent();
    if (JSON.stringify(rows.map(({ pending }) => pending.body).sort()) === JSON.stringify([...bodies].sort())) return rows;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Answer the requests of the worker. @param {(body: any) => [number, unknown]} answer @returns {string[]} the texts that came, in order */
function serve(answer) {
  /** @type {string[]} */
  const came = [];
  globalThis.fetch = /** @type {any} */ (async (/** @type {string} */ _url, /** @type {{ body: string }} */ { body }) => {
    const sent = JSON.parse(body);
    came.push(sent.body);
    const [status, said] = answer(sent);
    return new Response(JSON.stringify(said), { status });
  });
  return came;
}

beforeEach(async () => {
  storage = new MemoryStorage();
  stop = new AbortController();
  saved = new SavedStore("camille");
  await saved.claim({ side: "client", lang: "fr" });
  await saved.putList({ csrf: "token", me: {} });
  for (const { pending } of await saved.unsent()) await saved.forgetUnsent(pending.id);
});

afterEach(() => {
  stop.abort();
  globalThis.fetch = original;
});

test("a page that finds something sent by the service worker takes its answer", async () => {
  /** @type {{ name: string }[]} */
  const held = [];
  const locks = /** @type {any} */ ({
    request: async (/** @type {string} */ _name, /** @type {unknown} */ _how, /** @type {() => unknown} */ task) => task(),
    query: async () => ({ held }),
  });
  const drafts = new LocalDrafts("camille", storage);
  const outbox = new Outbox({ send: async () => { throw new NetworkError("away"); }, drafts, locks });
  const answered = new Promise((resolve) => outbox.addEventListener("sent", resolve, { once: true }));
  outbox.load();
  await new OutboxCopy(outbox, saved).start(stop.signal);
  outbox.resume();
  outbox.add("tiles", "Un");
  const [{ pending } = assert.fail()] = await copied("Un");

  await saved.putUnsent({ pending, isSent: true, answer: message(1, { id: pending.id, body: "Un" }) });
  held.push({ name: `liaison-sent- ${contentOf(pending)}` });
  outbox.flush();

  const { detail } = /** @type {CustomEvent} */ (await answered);
  assert.equal(detail.answer.body, "Un");
  await copied();
  assert.deepEqual([outbox.all, drafts.unsent()], [[], []]);
});

describe("what waits while no page is open", () => {
  test("it is sent in order by the service worker, and the next page takes the answers without a request", async () => {
    const outbox = await openPage();
    outbox.add("tiles", "Un");
    outbox.add("tiles", "Deux");
    await copied("Un", "Deux");
    stop.abort();
    outbox.stop();
    const came = serve(({ id, body }) => [201, message(1, { id, body })]);

    await sendUnsent();

    assert.deepEqual(came, ["Un", "Deux"]);
    stop = new AbortController();
    const next = new Outbox({ send: async () => assert.fail("sent twice"), drafts: new LocalDrafts("camille", storage), locks: null });
    /** @type {string[]} */
    const answers = [];
    next.addEventListener("sent", (event) => answers.push(/** @type {CustomEvent} */ (event).detail.answer.body));
    next.load();
    assert.equal(next.messages.length, 2);
    await new OutboxCopy(next, saved).start(stop.signal);
    assert.deepEqual([next.messages, answers.sort()], [[], ["Deux", "Un"]]);
    await copied();
  });

  test("what is refused stays for a page, with what was written after it", async () => {
    const outbox = await openPage();
    outbox.add("tiles", "Refusé");
    outbox.add("tiles", "Après");
    outbox.add("roof", "Ailleurs");
    await copied("Refusé", "Après", "Ailleurs");
    outbox.stop();
    const came = serve(({ id, body }) => (body === "Refusé" ? [422, { errors: [{ code: "x", detail: "Non." }] }] : [201, message(1, { id, body })]));

    await sendUnsent();

    assert.deepEqual(came.sort(), ["Ailleurs", "Refusé"]);
    const left = (await saved.unsent()).filter(({ isSent }) => !isSent).map(({ pending }) => pending.body);
    assert.deepEqual(left.sort(), ["Après", "Refusé"]);
  });

  test("a session that has ended keeps everything, and the browser does not try again", async () => {
    const outbox = await openPage();
    outbox.add("tiles", "Un");
    await copied("Un");
    outbox.stop();
    serve(() => [401, { errors: [{ code: "not_authenticated", detail: "Non." }] }]);

    await sendUnsent();

    assert.equal((await copied("Un"))[0]?.isSent, false);
  });

  test("without an answer of the server the browser is to try again", async () => {
    const outbox = await openPage();
    outbox.add("tiles", "Un");
    await copied("Un");
    outbox.stop();
    serve(() => [503, { errors: [] }]);

    await assert.rejects(sendUnsent());

    assert.equal((await copied("Un"))[0]?.isSent, false);
  });

  test("what was taken back is not sent", async () => {
    const outbox = await openPage();
    outbox.add("tiles", "Un");
    const [row] = await copied("Un");
    outbox.forget(row?.pending.id);

    assert.deepEqual(await copied(), []);
  });
});
