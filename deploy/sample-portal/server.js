/** The portal's server: its page, its sessions, its tokens, and what it is told by webhooks. */
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

import { CLIENT, PEOPLE } from "./people.js";
import { isOfLiaison } from "./webhooks.js";

/** @import { IncomingMessage, ServerResponse } from "node:http" */
/** @typedef {{ status?: number, type?: string, body?: string | Buffer, headers?: Record<string, string> }} Answer */
/** @typedef {{ request: IncomingMessage, body: Buffer, person: string }} Asked */

const COOKIE = "portal_session";
const MOST_BYTES = 1024 * 1024;

/**
 * @param {{ origin: string, liaison: string, files: string, script: string, store: import("./store.js").Store,
 *   signer: Awaited<ReturnType<typeof import("./tokens.js").newSigner>> }} options
 */
export function portalServer({ origin, liaison, files, script, store, signer }) {
  /** Open pages, by person. @type {Map<ServerResponse, string>} */
  const listeners = new Map();
  const page = readFileSync(new URL("page/index.html", import.meta.url), "utf8").replace("{liaison}", liaison);
  const style = readFileSync(new URL("page/portal.css", import.meta.url));
  const policy = [
    "default-src 'none'", "script-src 'self'", "style-src 'self'", `connect-src 'self' ${liaison} ${files}`,
    `img-src 'self' data: blob: ${files}`, `media-src ${files}`, "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
    "require-trusted-types-for 'script'", "trusted-types lit-html",
  ].join("; ");

  /** @param {unknown} data @param {Answer} [more] @returns {Answer} */
  const json = (data, more) => ({ type: "application/json", body: JSON.stringify(data), ...more });
  const html = () => ({ type: "text/html; charset=utf-8", body: page, headers: { "Content-Security-Policy": policy } });
  /** @param {string} session @param {string} more */
  const cookie = (session, more) => ({ "Set-Cookie": `${COOKIE}=${session}; Path=/; HttpOnly; SameSite=Strict${more}` });
  /** @param {string | undefined} id */
  const named = (id) => PEOPLE.find((each) => each.id === id) ?? null;
  /** @param {IncomingMessage} request */
  const sessionOf = ({ headers }) => new RegExp(`${COOKIE}=([\\w-]+)`).exec(headers.cookie ?? "")?.[1] ?? "";

  /** Show a person's count on each of their open pages. @param {string} person */
  function tell(person) {
    for (const [page, whose] of listeners) if (whose === person) page.write(`data: ${store.news[person] ?? 0}\n\n`);
  }

  /** @type {Record<string, (asked: Asked) => Answer | Promise<Answer>>} */
  const routes = {
    "GET /": html,
    "GET /messages": html,
    "GET /portal.js": () => ({ type: "text/javascript", body: script }),
    "GET /portal.css": () => ({ type: "text/css", body: style }),
    "GET /jwks.json": () => json(signer.jwks),
    "GET /me": ({ person }) => json({ person: named(person), people: PEOPLE }),

    // A real portal asks for a password.
    "POST /login": ({ body }) => {
      const person = named(JSON.parse(body.toString()).person);
      if (!person) return { status: 403 };
      const session = randomUUID();
      store.sessions[session] = person.id;
      store.save();
      return json({ person }, { headers: cookie(session, "") });
    },
    "POST /logout": ({ request }) => {
      delete store.sessions[sessionOf(request)];
      store.save();
      return { status: 204, headers: cookie("", "; Max-Age=0") };
    },

    // Null: nobody is logged in here, so the elements say that their session is over.
    "POST /token": async ({ person }) => json({ token: person ? await signer.token(person) : null }),

    "POST /news/read": ({ person }) => {
      delete store.news[person];
      store.save();
      tell(person);
      return { status: 204 };
    },

    "POST /webhooks": ({ request, body }) => {
      if (!isOfLiaison(store.webhook.secret, request.headers, body)) return { status: 401 };
      const { id, type, data } = JSON.parse(body.toString());
      if (type !== "message.created" || data.client?.external_id !== CLIENT.id) return { status: 204 };
      const people = PEOPLE.map((each) => each.id).filter((person) => person !== data.message.author?.external_id);
      store.count(id, people);
      people.forEach(tell);
      return { status: 204 };
    },
  };

  /** @param {string} person @param {ServerResponse} response */
  function listen(person, response) {
    response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
    listeners.set(response, person);
    response.on("close", () => listeners.delete(response));
    tell(person);
  }

  /** @param {IncomingMessage} request @param {ServerResponse} response */
  async function answer(request, response) {
    const { method = "", url = "", headers } = request;
    const name = `${method} ${url}`;
    const person = store.sessions[sessionOf(request)] ?? "";
    if (name === "GET /news" && person) return listen(person, response);
    const route = routes[name];
    // What changes something comes from this portal's page alone; a webhook proves itself by its signature.
    const isForeign = method === "POST" && name !== "POST /webhooks" && headers.origin !== origin;
    const { status = 200, type, body, headers: more } = !route ? { status: 404 } : isForeign ? { status: 403 } : await route({ request, person, body: await bytesOf(request) });
    response.writeHead(status, { "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", ...(type && { "Content-Type": type }), ...more });
    response.end(body);
  }

  return createServer((request, response) => {
    answer(request, response).catch((error) => {
      if (!(error instanceof SyntaxError || error instanceof RangeError)) console.error(error);
      if (!response.headersSent) response.writeHead(error instanceof SyntaxError ? 400 : error instanceof RangeError ? 413 : 500);
      response.end();
    });
  });
}

/** @param {IncomingMessage} request @throws {RangeError} if it is too long */
async function bytesOf(request) {
  const parts = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > MOST_BYTES) throw new RangeError("too long");
    parts.push(part);
  }
  return Buffer.concat(parts);
}
