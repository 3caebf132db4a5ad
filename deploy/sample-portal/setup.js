/** Connect the portal with Liaison, by the API and the commands of deploy/INTEGRATION.md. A second time changes nothing. */
import { execFileSync } from "node:child_process";

import { CHANTIER, CLIENT, PEOPLE } from "./people.js";

const ROOT = new URL("../../", import.meta.url).pathname;
const PYTHON = process.env.PYTHON ?? `${ROOT}.venv/bin/python`;
// Who answers, if the demo is loaded. Otherwise the managers do.
const RESPONSIBLE = "demo-odile";

/** What a person is told in place of a stack. */
export class SetupError extends Error {}

/** @param {string[]} command */
export function manage(...command) {
  return execFileSync(PYTHON, [`${ROOT}manage.py`, ...command], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }).trim();
}

/** The addresses that a portal is told: Liaison's, that of its files, and here the port that it takes webhooks for. */
export function told() {
  const names = ["PUBLIC_URL", "S3_ORIGIN", "SAMPLE_PORTAL_PORT"];
  const print = `import json; from django.conf import settings; print(json.dumps({n: getattr(settings, n) for n in ${JSON.stringify(names)}}))`;
  const found = JSON.parse(manage("shell", "--no-imports", "-c", print));
  if (!found.SAMPLE_PORTAL_PORT) {
    throw new SetupError("This Liaison runs without DEBUG, so no page and no webhook of the sample may reach it.\nStart it again: SAMPLE_PORTAL_PORT=8100 make run");
  }
  return { liaison: String(found.PUBLIC_URL), files: String(found.S3_ORIGIN), port: Number(found.SAMPLE_PORTAL_PORT) };
}

/** @param {{ liaison: string, issuer: string, own: string, store: import("./store.js").Store }} options */
export async function connect({ liaison, issuer, own, store }) {
  /** @param {string} method @param {string} path @param {object} [body] */
  async function call(method, path, body) {
    const headers = { Authorization: `Bearer ${store.credential}`, "Content-Type": "application/json" };
    const answer = await fetch(`${liaison}/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) });
    return { status: answer.status, content: await answer.json().catch(() => null) };
  }

  /** @param {string} method @param {string} path @param {object} [body] */
  async function right(method, path, body) {
    const { status, content } = await call(method, path, body);
    if (status < 300) return content;
    throw new SetupError(`${method} ${path} is refused (${status}): ${content?.errors?.[0]?.detail ?? ""}\n${WHAT_TO_SET[content?.errors?.[0]?.code] ?? ""}`);
  }

  if (!store.credential || (await call("GET", "/webhooks")).status === 401) {
    store.credential = manage("issue_credential", "Sample portal", "--scope", "provisioning", "--scope", "webhooks");
    store.save();
  }
  const hasDemo = (await call("GET", `/provisioning/users/${RESPONSIBLE}`)).status === 200;
  const responsible = hasDemo ? { responsible: RESPONSIBLE } : {};
  await right("PUT", `/provisioning/clients/${CLIENT.id}`, { name: CLIENT.name, ...responsible });
  for (const { id, name, email } of PEOPLE) {
    await right("PUT", `/provisioning/users/${id}`, { name, email, role: "client", client: CLIENT.id });
  }
  const { id, ...chantier } = CHANTIER;
  await right("PUT", `/provisioning/chantiers/${id}`, { ...chantier, client: CLIENT.id, ...responsible });
  manage("add_issuer", issuer, "--keys-url", `${own}/jwks.json`, "--algorithm", "ES256");
  await tellOf(`${own}/webhooks`);

  /** @param {string} url */
  async function tellOf(url) {
    /** @type {{ id: string, url: string }[]} */
    const webhooks = await right("GET", "/webhooks");
    const known = webhooks.find((each) => each.id === store.webhook.id && each.url === url);
    // One that was paused, since nobody was here for days, gets what happened since.
    if (known) return right("PATCH", `/webhooks/${known.id}`, { is_paused: false });
    for (const each of webhooks.filter((one) => one.url === url)) await call("DELETE", `/webhooks/${each.id}`);
    const { secret, webhook } = await right("POST", "/webhooks", { url, description: "Sample portal", types: ["message.created"] });
    store.webhook = { id: webhook.id, secret };
    store.save();
  }
}

/** @type {Record<string, string>} */
const WHAT_TO_SET = {
  address_forbidden: "Liaison runs with another SAMPLE_PORTAL_PORT than this command: stop it, and start both with the same.",
};
