import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";

Object.assign(globalThis, {
  window: globalThis,
  location: new URL("https://portal.example/clients/12"),
  ResizeObserver: class {},
  sessionStorage: { getItem: () => null },
  addEventListener() {},
  setInterval: () => 0,
});
await import("lit");
const { ApiError, NetworkError, request } = await import("#core/api.js");
const { access } = await import("#core/session.js");
const { locale } = await import("#core/i18n/index.js");
const { contentUrl } = await import("#attachments/attachments-api.js");
const { addresses } = await import("#attachments/addresses.js");
const { place } = await import("#messaging/pages/place.js");
const { connect } = await import("../../../deploy/elements/connect.js");
const own = Object.getOwnPropertyDescriptors(access);
const ownAddresses = { ...addresses };
const ownPlace = { ...place };

/** @typedef {{ url: string, method: string, headers: Record<string, string>, credentials: string }} Sent */
/** @type {Sent[]} */
let sent = [];
/** @type {(sent: Sent) => Response} */
let answer = () => json({});
/** @param {any} url @param {any} options */
globalThis.fetch = async (url, options) => {
  const last = /** @type {any} */ ({ url, ...options });
  sent.push(last);
  return answer(last);
};

/** @param {unknown} body @param {number} [status] */
const json = (body, status = 200) => new Response(JSON.stringify(body), { status });
const refusal = () => json({ type: "client_error", errors: [{ code: "not_authenticated", detail: "Non", attr: null }] }, 401);
/** @param {Sent} asked */
const bearerOf = ({ headers }) => headers.Authorization;

afterEach(() => {
  sent = [];
  answer = () => json({});
  Object.defineProperties(access, own);
  Object.assign(addresses, ownAddresses);
  Object.assign(place, ownPlace);
});

describe("a page of the server", () => {
  test("asks its own origin by its session", async () => {
    await request("GET", "/me");

    assert.equal(sent[0]?.url, "/api/v1/me");
    assert.equal(sent[0]?.credentials, "same-origin");
    assert.equal("Authorization" in (sent[0]?.headers ?? {}), false);
  });

  test("sends its CSRF token with what changes something", async () => {
    await request("POST", "/unread");
    await request("GET", "/unread");

    assert.deepEqual(sent.map(({ headers }) => "X-CSRFToken" in headers), [true, false]);
  });

  test("does not ask again after a 401", async () => {
    answer = refusal;

    await assert.rejects(request("GET", "/me"), ApiError);
    assert.equal(sent.length, 1);
  });
});

describe("a page of another site", () => {
  /** @param {import("../../../deploy/elements/connect.js").Options["token"]} token */
  const connected = (token) => connect({ baseUrl: "https://liaison.example/", token, language: "en" });

  test("asks the server by its bearer token alone", async () => {
    connected(() => "one");

    await request("POST", "/conversations", { subject: "a" });

    const [asked] = sent;
    assert.equal(asked?.url, "https://liaison.example/api/v1/conversations");
    assert.equal(asked && bearerOf(asked), "Bearer one");
    assert.deepEqual(Object.keys(asked?.headers ?? {}).sort(), ["Accept", "Accept-Language", "Authorization", "Content-Type"]);
    assert.equal(asked?.headers["Accept-Language"], "en");
    assert.equal(locale(), "en");
  });

  test("asks the address of a next page below the same server", async () => {
    connected(() => "one");

    await request("GET", "/api/v1/conversations?cursor=a");

    assert.equal(sent[0]?.url, "https://liaison.example/api/v1/conversations?cursor=a");
  });

  test("takes a token once, and another one when it is refused", async () => {
    const tokens = ["one", "two"];
    connected(async () => tokens.shift() ?? null);
    answer = (asked) => (bearerOf(asked) === "Bearer one" && sent.length > 2 ? refusal() : json({ fine: true }));

    await request("GET", "/me");
    await request("GET", "/me");
    assert.deepEqual(await request("GET", "/me"), { fine: true });

    assert.deepEqual(sent.map(bearerOf), ["Bearer one", "Bearer one", "Bearer one", "Bearer two"]);
  });

  test("takes one token for requests that are refused together", async () => {
    let taken = 0;
    connected(async () => `token ${++taken}`);
    await request("GET", "/me");
    answer = (asked) => (bearerOf(asked) === "Bearer token 1" ? refusal() : json({}));

    await Promise.all([request("GET", "/me"), request("GET", "/unread"), request("GET", "/conversations")]);

    assert.equal(taken, 2);
  });

  test("tells once that the session has ended, and goes on after a new login", async () => {
    /** @type {string | null} */
    let token = "one";
    let ends = 0;
    const connection = connected(() => token);
    connection.addEventListener("session-ended", () => (ends += 1));
    answer = (asked) => (bearerOf(asked) === "Bearer two" ? json({}) : refusal());

    for (let n = 0; n < 3; n++) await assert.rejects(request("GET", "/me"), (error) => error instanceof ApiError && error.isOfSession);
    token = null;
    await assert.rejects(request("GET", "/me"), ApiError);
    assert.equal(ends, 1);
    token = "two";

    assert.deepEqual(await request("GET", "/me"), {});
  });

  test("takes a portal that cannot be reached for a lost network", async () => {
    connected(async () => {
      throw new TypeError("Failed to fetch");
    });

    await assert.rejects(request("GET", "/me"), NetworkError);
    assert.deepEqual(sent, []);
  });

  test("sends nothing in the person's name after it is disconnected", async () => {
    const connection = connected(() => "one");
    await request("GET", "/me");
    answer = refusal;
    connection.disconnect();

    await assert.rejects(request("GET", "/me"), ApiError);
    assert.deepEqual(sent.map(bearerOf), ["Bearer one", undefined]);
  });

  test("reads files by short-lived links, which hold no token", async () => {
    connected(() => "secret");
    const link = { url: "https://files.example/a?X-Amz-Signature=1", expires_at: new Date(Date.now() + 3_600_000).toISOString() };
    answer = () => json({ content: link, original: null, preview_320: link, preview_1280: null });
    const drawn = new Promise((resolve) => {
      const host = /** @type {any} */ ({ isConnected: true, requestUpdate: () => resolve(null) });

      assert.equal(addresses.preview("id", 320, host), null);
    });
    await drawn;
    const host = /** @type {any} */ ({ isConnected: true, requestUpdate() {} });

    assert.equal(addresses.preview("id", 320, host), link.url);
    assert.equal(addresses.preview("id", 1280, host), null);
    assert.equal(await addresses.open("id"), link.url);
    assert.deepEqual(sent.map(({ url }) => url), Array(2).fill("https://liaison.example/api/v1/attachments/id/links"));
    assert.equal(contentUrl("id"), "https://liaison.example/api/v1/attachments/id/content");
  });

  test("asks for a link anew before it ends", async () => {
    connected(() => "one");
    let n = 0;
    answer = () => json({ content: null, original: null, preview_1280: null, preview_320: { url: `https://files.example/${++n}`, expires_at: new Date(Date.now() + 20_000).toISOString() } });
    /** @type {(value: unknown) => void} */
    let done = () => {};
    const host = /** @type {any} */ ({ isConnected: true, requestUpdate: () => done(null) });
    const next = () => new Promise((resolve) => (done = resolve));

    let drawn = next();
    addresses.preview("id", 320, host);
    await drawn;
    drawn = next();
    assert.equal(addresses.preview("id", 320, host), "https://files.example/1");
    await drawn;

    assert.equal(n, 2);
  });

  test("keeps the addresses of the inbox out of the address bar", () => {
    connected(() => "one");
    let moves = 0;
    place.events.addEventListener("popstate", () => (moves += 1));

    place.history.pushState({ isOurs: true }, "", "/018f#m-1");
    assert.deepEqual([place.location.pathname, place.location.hash], ["/018f", "#m-1"]);
    place.history.replaceState(place.history.state, "", "/018f?find=a");
    assert.deepEqual([place.location.search, place.history.state], ["?find=a", { isOurs: true }]);
    place.history.back();
    place.history.back();

    assert.deepEqual([place.location.pathname, place.history.state, moves], ["/", null, 1]);
  });

  test("writes them there if it is told to", () => {
    connect({ baseUrl: "https://liaison.example", token: () => "one", history: true });

    assert.equal(place.history, globalThis.history);
  });
});
