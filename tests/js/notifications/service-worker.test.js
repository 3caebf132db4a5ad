import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { beforeEach, describe, test } from "node:test";
import vm from "node:vm";

import "fake-indexeddb/auto";

import { SavedStore } from "#core/saved-store.js";

const PARTS = ["store", "files", "pages", "previews", "share", "push", "start"];
const ORIGIN = "https://liaison.example";
const BUILD = {
  version: "v2", statics: "/static/", pages: ["/shell/client/fr", "/offline/fr"], files: ["/static/icon.png"],
  apps: { "client-fr": ["/static/bundles/client-1.js"] },
};

/** Caches as a browser has them, with the two calls that the worker makes of a Request: its address. */
class Caches {
  /** @type {Map<string, Map<string, Response>>} */
  all = new Map();

  keys = async () => [...this.all.keys()];
  delete = async (/** @type {string} */ name) => this.all.delete(name);
  match = async (/** @type {any} */ asked) => {
    for (const name of this.all.keys()) {
      const found = await (await this.open(name)).match(asked);
      if (found) return found;
    }
    return undefined;
  };

  open = async (/** @type {string} */ name) => {
    const held = this.all.get(name) ?? new Map();
    this.all.set(name, held);
    const key = (/** @type {any} */ asked) => new URL(asked.url ?? asked, ORIGIN).href;
    return {
      put: async (/** @type {any} */ asked, /** @type {Response} */ response) => void held.set(key(asked), response),
      match: async (/** @type {any} */ asked) => held.get(key(asked))?.clone(),
      delete: async (/** @type {any} */ asked) => held.delete(key(asked)),
      keys: async () => [...held.keys()].map((url) => ({ url })),
    };
  };
}

/** @typedef {Record<string, any>} Worker */

/** Run the worker's parts. @param {(url: string) => Promise<Response>} fetch */
function started(fetch) {
  const caches = new Caches();
  /** @type {Record<string, (event: any) => void>} */
  const listeners = {};
  const self = {
    addEventListener: (/** @type {string} */ type, /** @type {any} */ listener) => (listeners[type] = listener),
    registration: {}, skipped: 0, clients: { matchAll: async () => [], claim: async () => {} },
    skipWaiting() { this.skipped += 1; },
  };
  const asked = (/** @type {any} */ what) => fetch(new URL(what.url ?? what, ORIGIN).pathname);
  const globals = {
    BUILD, self, caches, indexedDB, crypto, Response, Request, Blob, File, URL, Set, Date, setTimeout, TextEncoder, TextDecoder, Promise,
    navigator: { language: "fr" }, location: new URL(ORIGIN), fetch: asked,
  };
  const context = vm.createContext(globals);
  const folder = new URL("../../../notifications/static/notifications/sw/", import.meta.url);
  vm.runInContext(PARTS.map((name) => readFileSync(new URL(`${name}.js`, folder), "utf8")).join("\n"), context);
  /** @type {Promise<unknown>[]} */
  const work = [];
  /** Send a request through the worker. @param {string} path @param {{ mode?: string, method?: string }} [how] @returns {Promise<Response | undefined>} */
  const ask = async (path, { mode = "navigate", method = "GET" } = {}) => {
    /** @type {Promise<Response> | undefined} */
    let answer;
    const request = { url: ORIGIN + path, mode, method };
    listeners.fetch?.({ request, respondWith: (/** @type {any} */ given) => (answer = given), waitUntil: (/** @type {any} */ more) => work.push(more) });
    return answer;
  };
  /** @param {string} type @param {object} [event] */
  const send = async (type, event = {}) => {
    listeners[type]?.({ ...event, waitUntil: (/** @type {any} */ more) => work.push(more) });
    await Promise.all(work);
  };
  return { ask, send, caches, self, work, context: /** @type {Worker} */ (context) };
}

const page = (/** @type {string} */ text, status = 200) => new Response(text, { status });
const immutable = (/** @type {string} */ text) => new Response(text, { headers: { "Cache-Control": "max-age=315360000, public, immutable" } });
const noNetwork = async () => Promise.reject(new TypeError("no network"));

/** A worker that was installed with a network, and lost it. */
async function installed() {
  let isOnline = true;
  const worker = started(async (path) => (isOnline ? page(`<p>${path}</p>`) : noNetwork()));
  await worker.send("install");
  isOnline = false;
  return worker;
}

/** @param {string} person @param {Partial<import("#core/saved-store.js").Owner>} [about] */
async function kept(person, { side = "client" } = {}) {
  const saved = new SavedStore(person);
  await saved.claim({ side, lang: "fr" });
  await saved.putList({ me: { id: person } });
  return saved;
}

/** @param {Response | undefined} response */
const text = async (response) => (await response)?.text();

describe("a page without a network", () => {
  beforeEach(() => new Promise((resolve) => (indexedDB.deleteDatabase("liaison:saved").onsuccess = () => resolve(undefined))));

  test("of an inbox is the page without a person, if somebody's conversations are kept", async () => {
    const worker = await installed();
    await kept("camille");

    assert.equal(await text(await worker.ask("/client/messages/1")), "<p>/shell/client/fr</p>");
    assert.equal(await text(await worker.ask("/staff/messages")), "<p>/offline/fr</p>");
    assert.equal(await text(await worker.ask("/client/notifications")), "<p>/offline/fr</p>");
  });

  test("is our own page, if nothing is kept", async () => {
    const worker = await installed();

    assert.equal(await text(await worker.ask("/client/messages")), "<p>/offline/fr</p>");
    assert.equal(await text(await worker.ask("/login", { method: "POST" })), "<p>/offline/fr</p>");
  });

  test("shows nothing that is kept after a logout", async () => {
    const worker = await installed();
    const saved = await kept("camille");
    await saved.putConversation("tiles", { subject: "Carrelage" }, 1);

    await worker.ask("/logout", { method: "POST" });

    assert.equal(await text(await worker.ask("/client/messages")), "<p>/offline/fr</p>");
    assert.deepEqual(await saved.rows(), []);
  });

  test("shows nothing that is kept after the end of a session", async () => {
    const worker = started(async (path) => (/^\/(login|offline|shell|static)/.test(path) ? page(path) : noNetwork()));
    await worker.send("install");
    await kept("camille");
    await worker.ask("/login");
    await Promise.all(worker.work);

    assert.equal(await text(await worker.ask("/client/messages")), "/offline/fr");
    await kept("camille");
    assert.equal(await text(await worker.ask("/client/messages")), "/shell/client/fr");
  });
});

describe("a page with a network", () => {
  test("is the server's, also an error, and is never kept", async () => {
    const worker = started(async (path) => page(path, path.startsWith("/client") ? 500 : 200));
    await worker.send("install");
    await kept("camille");

    assert.equal((await worker.ask("/client/messages"))?.status, 500);
    const held = await Promise.all((await worker.caches.keys()).map(async (name) => (await worker.caches.open(name)).keys()));
    assert.ok(!held.flat().some(({ url }) => url.includes("/messages")));
  });

  test("of a proxy whose application is down is as without a network", async () => {
    const worker = started(async (path) => page(path, path.startsWith("/client") ? 502 : 200));
    await worker.send("install");
    await kept("camille");

    assert.equal(await text(await worker.ask("/client/messages")), "/shell/client/fr");
  });
});

describe("files of the app", () => {
  test("of an earlier deployment are answered after a new one", async () => {
    const worker = started(noNetwork);
    await (await worker.caches.open("liaison-app-v1")).put("/static/old.1234.js", immutable("old"));

    await worker.send("activate");

    assert.equal(await text(await worker.ask("/static/old.1234.js", { mode: "cors" })), "old");
  });

  test("of the deployments before the last one are dropped", async () => {
    const worker = started(noNetwork);
    for (const version of ["v0", "v1", "v2"]) await worker.caches.open(`liaison-app-${version}`);

    await worker.send("activate");

    assert.deepEqual(await worker.caches.keys(), ["liaison-app-v1", "liaison-app-v2"]);
  });

  test("whose name never changes are asked for anew, and kept for later", async () => {
    let isOnline = true;
    let version = 1;
    const worker = started(async () => (isOnline ? page(`version ${version++}`) : noNetwork()));
    assert.equal(await text(await worker.ask("/static/plain.js", { mode: "cors" })), "version 1");
    assert.equal(await text(await worker.ask("/static/plain.js", { mode: "cors" })), "version 2");
    await Promise.all(worker.work);
    isOnline = false;

    assert.equal(await text(await worker.ask("/static/plain.js", { mode: "cors" })), "version 2");
  });

  test("that fail are not kept", async () => {
    const worker = started(async () => page("gone", 404));
    await worker.ask("/static/gone.js", { mode: "cors" });
    await Promise.all(worker.work);

    assert.deepEqual(await (await worker.caches.open("liaison-app-v2")).keys(), []);
  });
});

describe("previews", () => {
  const path = "/api/v1/attachments/018f0000-0000-7000-8000-000000000000/preview/320";
  const larger = path.replace("320", "1280");

  test("are answered without a network to the person whom they were shown to", async () => {
    let isOnline = true;
    const worker = started(async () => (isOnline ? page("webp") : noNetwork()));
    await kept("camille");
    await worker.ask(path, { mode: "no-cors" });
    await Promise.all(worker.work);
    isOnline = false;

    assert.equal(await text(await worker.ask(path, { mode: "no-cors" })), "webp");
    assert.equal(await text(await worker.ask(larger, { mode: "no-cors" })), "webp");
    const sealed = await (await worker.caches.open("liaison:previews")).match(path);
    assert.doesNotMatch((await text(sealed)) ?? "", /webp/);
    await kept("yanis");
    await assert.rejects(async () => worker.ask(path, { mode: "no-cors" }));
  });

  test("are not kept if the answer is an error", async () => {
    const worker = started(async () => page("not ready", 409));
    await kept("camille");
    await worker.ask(path, { mode: "no-cors" });
    await Promise.all(worker.work);

    assert.equal(await (await worker.caches.open("liaison:previews")).match(path), undefined);
  });

  test("are bounded in number and bytes: the oldest go", () => {
    const { previewsBeyond } = started(noNetwork).context;
    const rows = Array.from({ length: 602 }, (_, at) => ({ url: `p${at}`, bytes: 1_000, at }));
    assert.deepEqual([...previewsBeyond(rows)], ["p1", "p0"]);

    const large = Array.from({ length: 5 }, (_, at) => ({ url: `p${at}`, bytes: 10 * 1024 * 1024, at }));
    assert.deepEqual([...previewsBeyond(large)], ["p0"]);
  });
});

describe("a new version", () => {
  test("waits until a page asks for it", async () => {
    const worker = started(async (path) => page(path));

    await worker.send("install");
    assert.equal(worker.self.skipped, 0);
    await worker.send("message", { data: { kind: "activate" } });

    assert.equal(worker.self.skipped, 1);
  });

  test("is not installed if a page without a person cannot be had", async () => {
    const worker = started(async (path) => page(path, path === "/offline/fr" ? 503 : 200));

    await assert.rejects(worker.send("install"));
  });
});
