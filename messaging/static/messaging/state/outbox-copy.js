import { contentOf } from "./pending.js";

/**
 * @import { SavedStore } from "#core/saved-store.js"
 * @import { Outbox } from "./outbox.js"
 * @import { Pending } from "../types.js"
 */

/** The name of the sync event that the browser sends the service worker once the network is back. */
const TAG = "liaison-outbox";

/**
 * A copy of the outbox that the service worker can read, sealed. The outbox itself is in localStorage, which a worker
 * has not. What the worker has sent stays here with its answer until a page has taken it (`settle`).
 */
export class OutboxCopy {
  #outbox;
  #saved;
  /** What the copy holds, by id. @type {Map<string, string>} */
  #written = new Map();
  /** @type {Promise<unknown>} */
  #writing = Promise.resolve();
  #hasAsked = false;

  /** @param {Outbox} outbox @param {SavedStore} saved */
  constructor(outbox, saved) {
    this.#outbox = outbox;
    this.#saved = saved;
  }

  /** Take what was sent while no page was open, and follow the outbox from then on. @param {AbortSignal} signal ends it */
  async start(signal) {
    for (const { pending } of await this.settle()) this.#written.set(pending.id, contentOf(pending));
    const write = () => void (this.#writing = this.#writing.then(() => this.#write()).catch(console.warn));
    this.#outbox.addEventListener("change", write, { signal });
    document.addEventListener("visibilitychange", () => document.hidden && this.#onHidden(), { signal });
    write();
  }

  /** Take the answers to what the service worker has sent. @returns {Promise<{ pending: Pending }[]>} the rest */
  async settle() {
    const rows = await this.#saved.unsent();
    for (const { pending, answer } of rows.filter(({ isSent }) => isSent)) {
      this.#written.delete(pending.id);
      await this.#saved.forgetUnsent(pending.id);
      this.#outbox.settle(pending, answer);
    }
    return rows.filter(({ isSent }) => !isSent);
  }

  /** What is refused waits for a person, and what the device could not keep ends with the page. */
  get #waiting() {
    return this.#outbox.all.filter(({ state, isUnkept }) => state !== "failed" && !isUnkept);
  }

  async #write() {
    const waiting = this.#waiting;
    const ids = new Set(waiting.map(({ id }) => id));
    const gone = [...this.#written.keys()].filter((each) => !ids.has(each));
    // The outbox drops what the service worker has sent. The answer is still here.
    if (gone.length > 0) await this.settle();
    for (const id of gone) {
      this.#written.delete(id);
      await this.#saved.forgetUnsent(id);
    }
    for (const pending of waiting.filter((each) => this.#written.get(each.id) !== contentOf(each))) {
      this.#written.set(pending.id, contentOf(pending));
      await this.#saved.putUnsent({ pending, isSent: false });
    }
    this.#askForSync(waiting.filter(({ state }) => state === "waiting"));
  }

  /** Ask again: what was asked for before is over if the network was there and the page on screen. */
  #onHidden() {
    this.#hasAsked = false;
    this.#askForSync(this.#waiting);
  }

  /** Let the browser wake the service worker when there is a network. Only Chromium can. @param {Pending[]} waiting */
  #askForSync(waiting) {
    if (waiting.length === 0) this.#hasAsked = false;
    if (waiting.length === 0 || this.#hasAsked) return;
    this.#hasAsked = true;
    // Refused where a person has switched it off: a page then sends.
    void navigator.serviceWorker?.ready.then((/** @type {any} */ { sync }) => sync?.register(TAG)).catch(() => {});
  }
}
