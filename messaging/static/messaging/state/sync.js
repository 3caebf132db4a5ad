import { ApiError } from "#core/api.js";
import { backoff, wait } from "#core/backoff.js";

/**
 * @import { EventStream } from "#core/events.js"
 * @import { Store } from "./store.js"
 * @import * as Api from "../messaging-api.js"
 */

// After this long in the background a phone may have slept through events without the stream noticing.
const HIDDEN_TOO_LONG_MS = 60_000;

// Times are not in commit order: ask from a little earlier, versions drop what is already known.
const OVERLAP_MS = 60_000;

// A list this far behind is cheaper to load again than to page through.
const MAX_PAGES = 4;

/**
 * Keeps the store true: hands it the events, and asks the server for what it misses after a gap, a cut,
 * a `resync`, or a sleep.
 */
export class Sync {
  #store;
  #api;
  #stream;
  /** The catch-up under way of each conversation. @type {Map<string, Promise<void>>} */
  #catchingUp = new Map();
  /** Versions that events told us exist. @type {Map<string, number>} */
  #wanted = new Map();
  #hiddenSince = 0;
  #stopped = new AbortController();

  /** @param {{ store: Store, api: typeof Api, stream: EventStream }} options */
  constructor({ store, api, stream }) {
    this.#store = store;
    this.#api = api;
    this.#stream = stream;
  }

  start() {
    const { signal } = this.#stopped;
    this.#stream.addEventListener("event", (event) => this.#receive(/** @type {CustomEvent} */ (event).detail), { signal });
    // The first opening counts too: the page was written before the stream listened.
    this.#stream.addEventListener("state", () => this.#stream.state === "open" && this.refresh(), { signal });
    document.addEventListener("visibilitychange", () => this.#onVisibility(), { signal });
    this.#stream.start();
  }

  stop() {
    this.#stopped.abort();
    this.#stream.stop();
  }

  /** Ask for everything that may have changed while we were not listening. */
  async refresh() {
    await this.#retry(async () => {
      const loaded = [...this.#store.histories.keys()];
      await Promise.all([this.#changedConversations(), this.#counters(), ...loaded.map((id) => this.catchUp(id))]);
    });
  }

  /**
   * Bring one conversation to the server's present.
   *
   * @param {string} id
   * @param {number} [upTo] a version that is known to exist
   * @returns {Promise<void>}
   */
  catchUp(id, upTo = 0) {
    this.#wanted.set(id, Math.max(upTo, this.#wanted.get(id) ?? 0));
    const running = this.#catchingUp.get(id);
    if (running) return running;
    const promise = this.#askChanges(id).finally(() => this.#catchingUp.delete(id));
    this.#catchingUp.set(id, promise);
    return promise;
  }

  /** @param {string} id */
  async #askChanges(id) {
    for (let isDone = false; !isDone; ) {
      const since = this.#version(id);
      const changes = await this.#api.listChanges(id, since);
      this.#store.mergeChanges(id, changes);
      const isBehind = this.#version(id) < (this.#wanted.get(id) ?? 0) && this.#version(id) > since;
      isDone = changes.complete && !isBehind;
    }
  }

  /** @param {string} id */
  #version(id) {
    return this.#store.conversations.get(id)?.version ?? 0;
  }

  /** @param {{ type: string, data: any }} event */
  #receive({ type, data }) {
    if (type === "resync") return void this.refresh();
    const outcome = this.#store.apply(type, data);
    const id = typeof data.conversation === "string" ? data.conversation : data.conversation?.id;
    if (outcome === "gap") void this.#retry(() => this.catchUp(id, data.version));
    if (outcome === "unknown") void this.#retry(() => this.#loadConversation(id));
  }

  /** @param {string} id */
  async #loadConversation(id) {
    this.#store.mergeConversations([await this.#api.getConversation(id)]);
  }

  /**
   * The newest activity that we know of is the server's own time, at or before the moment we stopped
   * listening: what changed after it includes all that we missed, whatever this device's clock says.
   */
  async #changedConversations() {
    const newest = this.#store.list()[0]?.last_activity_at;
    const since = newest && new Date(Date.parse(newest) - OVERLAP_MS).toISOString();
    let page = await this.#api.listConversations({ changed_since: since });
    for (let pages = 1; ; pages++) {
      const behind = this.#store.mergeConversations(page.results);
      await Promise.all(behind.map((id) => this.catchUp(id)));
      if (!page.next || pages === MAX_PAGES) return;
      page = await this.#api.nextPage(page.next);
    }
  }

  async #counters() {
    const askedAt = this.#store.counterMoment;
    this.#store.mergeUnread(await this.#api.getUnread(), askedAt);
  }

  #onVisibility() {
    if (document.visibilityState === "hidden") this.#hiddenSince = Date.now();
    else if (this.#hiddenSince && Date.now() - this.#hiddenSince > HIDDEN_TOO_LONG_MS) void this.refresh();
  }

  /**
   * Try until it works or the server says no. A cut stream starts over by itself when it opens again.
   *
   * @param {() => Promise<void>} ask
   */
  async #retry(ask) {
    for (let attempt = 0; !this.#stopped.signal.aborted; attempt++) {
      try {
        return await ask();
      } catch (error) {
        if (error instanceof ApiError && !error.isTemporary) return;
        if (this.#stream.state !== "open") return;
        await wait(backoff(attempt), this.#stopped.signal);
      }
    }
  }
}
