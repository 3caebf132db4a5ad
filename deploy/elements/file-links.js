import { request } from "#core/api.js";
import { backoff, wait } from "#core/backoff.js";

/**
 * @import { LitElement } from "lit"
 * @import { Api } from "#api"
 * @import { addresses } from "#attachments/addresses.js"
 *
 * @typedef {Api["Links"]} Links
 * @typedef {{ links: Links | null, hosts: Set<LitElement> }} Entry
 */

// A link that is about to expire is asked for anew.
const MARGIN_MS = 30_000;

/**
 * Return the addresses of files where no cookie opens them: short-lived ones of the bucket, which the server gives to the bearer. A token
 * never stands in an address.
 *
 * @returns {typeof addresses}
 */
export function fileLinks() {
  /** @type {Map<string, Entry>} */
  const entries = new Map();

  /** @param {string} id @param {keyof Links} name @param {LitElement} host */
  function known(id, name, host) {
    const entry = entries.get(id);
    const link = entry?.links?.[name];
    if (entry?.links && (!link || Date.parse(link.expires_at) - Date.now() > MARGIN_MS)) return link?.url ?? null;
    if (entry && !entry.links) entry.hosts.add(host);
    else void ask(id, host);
    return link?.url ?? null;
  }

  /** @param {string} id @param {LitElement} host */
  async function ask(id, host) {
    /** @type {Entry} */
    const entry = { links: null, hosts: new Set([host]) };
    entries.set(id, entry);
    for (let attempt = 0; !entry.links && [...entry.hosts].some(({ isConnected }) => isConnected); attempt++) {
      if (attempt > 0) await wait(backoff(attempt));
      entry.links = await linksOf(id).catch(() => null);
    }
    if (!entry.links) entries.delete(id);
    entry.hosts.forEach((each) => each.requestUpdate());
  }

  /** @param {string} id @param {{ original?: boolean }} [version] */
  async function open(id, { original = false } = {}) {
    const links = await linksOf(id);
    return (original ? links.original : null)?.url ?? links.content.url;
  }

  return {
    preview: (id, maxPx, host) => known(id, `preview_${maxPx}`, host),
    sound: (id, host) => known(id, "content", host),
    open,
    follow(event, id, version) {
      event.preventDefault();
      const link = /** @type {HTMLElement} */ (event.currentTarget);
      open(id, version).then(download, (error) => {
        link.dispatchEvent(new CustomEvent("action-failed", { detail: { error }, bubbles: true, composed: true }));
      });
    },
  };
}

/** @param {string} id @returns {Promise<Links>} */
const linksOf = (id) => request("GET", `/attachments/${id}/links`);

/** The bucket sends it as an attachment, so the page stays. @param {string} href */
function download(href) {
  Object.assign(document.createElement("a"), { href, rel: "noopener" }).click();
}
