import { backoff, wait } from "./backoff.js";
import { readEvents } from "./sse.js";

/**
 * The live events of one person, as DOM events: `event` (detail {type, data}), and `state` when
 * `state` changes between "connecting" and "open", and `session-ended` when the server does not know the person any more.
 *
 * The tabs of a browser share one stream, because HTTP/1.1 allows six connections to a site: a Web Lock
 * elects the tab that holds it, and a BroadcastChannel gives its events to the others. When that tab
 * closes, the lock passes to another one. Where either is missing, each tab has its own stream.
 *
 * For elements that share the page but not this object, `window` gets the same: `live-event` {type, data}, and
 * `live-open` when it listens again and something may have been missed.
 */

// Heartbeats come every 15 s: two missed ones and a margin.
const SILENCE_MS = 35_000;

// What the leading tab says regularly, so that the others notice when its page was frozen.
const ALIVE_EVERY_MS = 10_000;
const LEADER_LOST_AFTER_MS = 25_000;

/** @typedef {"connecting" | "open"} StreamState */

export class EventStream extends EventTarget {
  /** @type {StreamState} */
  state = "connecting";

  #url;
  #name;
  #stopped = new AbortController();
  /** Ends the current connection only: the loop then makes another. */
  #connection = new AbortController();
  /** @type {BroadcastChannel | null} */
  #channel = null;
  /** Until this tab stops, once it has a stream of its own. @type {Promise<void> | null} */
  #reading = null;
  #leaderSeenAt = Date.now();

  /** @param {{ url: string, personId: string }} options */
  constructor({ url, personId }) {
    super();
    this.#url = url;
    // The person is in the name: two accounts used one after the other in a browser never mix.
    this.#name = `liaison-stream-${personId}`;
  }

  start() {
    addEventListener("offline", this.#reconnect);
    addEventListener("online", this.#reconnect);
    if (!("locks" in navigator) || !("BroadcastChannel" in window)) {
      void this.#read();
      return;
    }
    this.#channel = new BroadcastChannel(this.#name);
    this.#channel.onmessage = ({ data }) => this.#hear(data);
    this.#channel.postMessage({ kind: "hello" });
    this.#standForElection();
    this.#watchLeader();
  }

  stop() {
    removeEventListener("offline", this.#reconnect);
    removeEventListener("online", this.#reconnect);
    this.#stopped.abort();
    this.#connection.abort();
    this.#channel?.close();
  }

  #standForElection() {
    navigator.locks
      .request(this.#name, { signal: this.#stopped.signal }, () => this.#lead())
      .catch((error) => {
        if (error.name !== "AbortError") throw error;
      });
  }

  async #lead() {
    const alive = setInterval(() => this.#say({ kind: "state", state: this.state }), ALIVE_EVERY_MS);
    try {
      await this.#read();
    } finally {
      clearInterval(alive);
    }
  }

  /** A tab whose leader went silent reads for itself; a double event is harmless, versions see to it. */
  #watchLeader() {
    const timer = setInterval(() => {
      const isLost = Date.now() - this.#leaderSeenAt > LEADER_LOST_AFTER_MS;
      if (isLost && document.visibilityState === "visible") void this.#read();
    }, ALIVE_EVERY_MS);
    this.#stopped.signal.addEventListener("abort", () => clearInterval(timer));
  }

  #read() {
    this.#reading ??= this.#readForever();
    return this.#reading;
  }

  async #readForever() {
    // The tab that had the stream has said "open", and what it did not hear was heard by none: once
    // this stream is open, every tab asks what it missed.
    this.#moveTo("connecting");
    for (let attempt = 0; !this.#stopped.signal.aborted; attempt++) {
      const wasOpen = await this.#readOnce();
      if (wasOpen) attempt = 0;
      this.#moveTo("connecting");
      // A new address, a restarted server: the first new try is nearly at once, yet never all together.
      await wait(backoff(attempt, { first: 500 }), this.#connection.signal);
    }
  }

  /** @returns {Promise<boolean>} whether the stream was open at some moment */
  async #readOnce() {
    this.#connection = new AbortController();
    const { signal } = this.#connection;
    try {
      const response = await fetch(this.#url, { headers: { Accept: "text/event-stream" }, signal });
      if (response.status === 401) return this.#endSession();
      if (!response.ok) return await this.#refused(response);
      this.#moveTo("open");
      await readEvents(response, { onEvent: (event) => this.#receive(event), silenceMs: SILENCE_MS });
      return true;
    } catch {
      // Whatever cut the stream, the answer is the same: connect again, then ask what changed.
      return this.state === "open";
    }
  }

  /** @param {Response} response */
  async #refused(response) {
    const seconds = Number(response.headers.get("Retry-After") ?? 0);
    if (seconds > 0) await wait(seconds * 1_000, this.#connection.signal);
    return false;
  }

  #endSession() {
    this.#say({ kind: "session-ended" });
    this.dispatchEvent(new Event("session-ended"));
    return false;
  }

  #reconnect = () => this.#connection.abort();

  /** @param {{ type: string, data: string }} event */
  #receive(event) {
    const detail = { type: event.type, data: JSON.parse(event.data) };
    this.#say({ kind: "event", detail });
    this.#give(detail);
  }

  /** @param {{ type: string, data: unknown }} detail */
  #give(detail) {
    this.dispatchEvent(new CustomEvent("event", { detail }));
    dispatchEvent(new CustomEvent("live-event", { detail }));
  }

  /** @param {StreamState} state */
  #moveTo(state) {
    if (this.#stopped.signal.aborted) return;
    this.#say({ kind: "state", state });
    this.#setState(state);
  }

  /** @param {StreamState} state */
  #setState(state) {
    if (state === this.state) return;
    this.state = state;
    this.dispatchEvent(new Event("state"));
    if (state === "open") dispatchEvent(new Event("live-open"));
  }

  /** @param {any} said by another tab */
  #hear(said) {
    if (said.kind === "hello") {
      if (this.#reading) this.#say({ kind: "state", state: this.state });
      return;
    }
    this.#leaderSeenAt = Date.now();
    if (this.#reading) return;
    if (said.kind === "session-ended") this.dispatchEvent(new Event("session-ended"));
    if (said.kind === "state") this.#setState(said.state);
    if (said.kind === "event") this.#give(said.detail);
  }

  /** @param {unknown} words */
  #say(words) {
    if (!this.#stopped.signal.aborted) this.#channel?.postMessage(words);
  }
}
