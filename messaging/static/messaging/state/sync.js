import { ApiError } from "#core/api.js";
import { backoff, wait } from "#core/backoff.js";

/**
 * @import { EventStream } from "#core/events.js"
 * @import { History } from "./history.js"
 * @import { Store } from "./store.js"
 * @import { Changes } from "../types.js"
 * @import * as Api from "../messaging-api.js"
 */

// After this time in the background a phone may have missed events without noticing.
const HIDDEN_TOO_LONG_MS = 60_000;

// Times are not in commit order. Ask from a little earlier: versions make repeated rows harmless.
const OVERLAP_MS = 60_000;

// If more pages have changed, loading the list again is cheaper.
const MAX_PAGES = 4;

/**
 * Keeps the store up to date: passes it the events, and asks the server for what it misses after a gap, a cut, a
 * `resync` or a long time in the background.
 *
 * After a restore of the server's database versions are lower than those held here, and events would be ignored. The
 * page then drops what it holds and loads anew. A restore shows by another `epoch`, by `start_anew` in the changes, or
 * by a conversation that went back or is gone.
 */
export class Sync {
  #store;
  #api;
  #stream;
  /** The catch-up under way of each conversation. @type {Map<string, Promise<void>>} */
  #catchingUp = new Map();
  /** Versions known from events, by conversation. @type {Map<string, number>} */
  #wanted = new Map();
  #hiddenSince = 0;
  #stopped = new AbortController();
  /** Histories that were held before a restore, until everything is loaded anew. @type {Map<string, History> | null} */
  #dropped = null;
  /** @type {Promise<void> | null} */
  #filling = null;
  #loadAnew;

  /**
   * `loadAnew` fills the store after it was emptied; it gets what was loaded before.
   *
   * @param {{ store: Store, api: typeof Api, stream: EventStream, loadAnew: (held: Map<string, History>) => Promise<void> }} options
   */
  constructor({ store, api, stream, loadAnew }) {
    this.#store = store;
    this.#loadAnew = loadAnew;
    this.#api = api;
    this.#stream = stream;
  }

  start() {
    const { signal } = this.#stopped;
    this.#stream.addEventListener("event", (event) => this.#receive(/** @type {CustomEvent} */ (event).detail), { signal });
    // Also at the first opening: events between the page's first state and the stream were missed.
    this.#stream.addEventListener("state", () => this.#stream.state === "open" && this.refresh(), { signal });
    document.addEventListener("visibilitychange", () => this.#onVisibility(), { signal });
    this.#stream.start();
  }

  stop() {
    this.#stopped.abort();
    this.#stream.stop();
  }

  /** Ask for everything that may have changed while no stream was open. */
  async refresh() {
    await this.#retry(async () => {
      if (this.#dropped) return this.#fill(this.#dropped);
      // The newest conversation too: after a restore it is the one that went back.
      const asked = new Set(this.#store.histories.keys());
      if (this.#store.newest) asked.add(this.#store.newest.id);
      await Promise.all([this.#changedConversations(), this.#counters(), ...[...asked].map((id) => this.catchUp(id))]);
    });
  }

  /** @param {string} [epoch] that the server has told; the same one when versions alone went back */
  #startAnew(epoch = this.#store.epoch) {
    const held = this.#store.startAnew(epoch);
    this.#wanted.clear();
    this.#catchingUp.clear();
    this.#dropped ??= held;
    this.#filling = null;
    void this.refresh();
  }

  /** @param {Map<string, History>} dropped */
  #fill(dropped) {
    if (this.#filling) return this.#filling;
    const isCurrent = () => this.#filling === filling;
    /** @type {Promise<void>} */
    const filling = this.#loadAnew(dropped)
      .then(() => void (isCurrent() && (this.#dropped = null)))
      .finally(() => void (isCurrent() && (this.#filling = null)));
    return (this.#filling = filling);
  }

  /**
   * Fetch the changes of one conversation.
   *
   * @param {string} id
   * @param {number} [upTo] a version known to exist, to be reached
   * @returns {Promise<void>}
   */
  catchUp(id, upTo = 0) {
    this.#wanted.set(id, Math.max(upTo, this.#wanted.get(id) ?? 0));
    const running = this.#catchingUp.get(id);
    if (running) return running;
    /** @type {Promise<void>} */
    const promise = this.#askChanges(id).finally(() => {
      if (this.#catchingUp.get(id) === promise) this.#catchingUp.delete(id);
    });
    this.#catchingUp.set(id, promise);
    return promise;
  }

  /** @param {string} id */
  async #askChanges(id) {
    const { conversations } = this.#store;
    for (let isDone = false; !isDone; ) {
      const since = this.#version(id);
      const changes = await this.#changesOf(id, since);
      // The store was emptied during the request: this answer may be older than what it holds now.
      if (this.#store.conversations !== conversations) return;
      if (!changes || changes.start_anew || changes.epoch !== this.#store.epoch) return this.#startAnew(changes?.epoch);
      this.#store.mergeChanges(id, changes);
      const isBehind = this.#version(id) < (this.#wanted.get(id) ?? 0) && this.#version(id) > since;
      isDone = changes.complete && !isBehind;
    }
  }

  /**
   * @param {string} id
   * @param {number} since
   * @returns {Promise<Changes | null>} null when a conversation that is held does not exist any more
   */
  async #changesOf(id, since) {
    try {
      return await this.#api.listChanges(id, since);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404 && this.#store.conversations.has(id)) return null;
      throw error;
    }
  }

  /** @param {string} id */
  #version(id) {
    return this.#store.conversations.get(id)?.version ?? 0;
  }

  /** @param {{ type: string, data: any }} event */
  #receive({ type, data }) {
    if (type === "resync") return void this.refresh();
    if (type === "epoch") return void (data.epoch !== this.#store.epoch && this.#startAnew(data.epoch));
    const outcome = this.#store.apply(type, data);
    const id = typeof data.conversation === "string" ? data.conversation : data.conversation?.id;
    // A new message in a version that is known here: the version went back.
    const isLost = outcome === "stale" && type === "message.created" && !this.#store.holds(data.message);
    if (isLost) void this.#retry(() => this.catchUp(id));
    if (outcome === "gap") void this.#retry(() => this.catchUp(id, data.version));
    if (outcome === "unknown") void this.#retry(() => this.#loadConversation(id));
  }

  /** @param {string} id */
  async #loadConversation(id) {
    this.#store.mergeConversations([await this.#api.getConversation(id)]);
  }

  /**
   * Ask for the conversations changed since the newest known activity. That is a time of the server before the stream
   * was lost, so the clock of the device does not matter.
   */
  async #changedConversations() {
    const newest = this.#store.newest?.last_activity_at;
    const since = newest && new Date(Date.parse(newest) - OVERLAP_MS).toISOString();
    const { conversations } = this.#store;
    const versions = new Map([...conversations.values()].map(({ id, version }) => [id, version]));
    let page = await this.#api.listConversations({ changed_since: since });
    for (let pages = 1; ; pages++) {
      if (this.#store.conversations !== conversations) return;
      if (page.results.some(({ id, version }) => version < (versions.get(id) ?? 0))) return this.#startAnew();
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
   * Try until it works or the server refuses. Stop when the stream is cut: `refresh` starts again at its next opening.
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
