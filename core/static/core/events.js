import { backoff, wait } from "./backoff.js";
import { access } from "./session.js";
import { readEvents } from "./sse.js";

/**
 * The live events of one person, as DOM events: `event` (detail {type, data}), `state` when `state` changes
 * between "connecting" and "open", and `session-ended` when the server does not know the person any more.
 *
 * The tabs of a browser share one stream, because HTTP/1.1 allows six connections to a site. A Web Lock elects the
 * leading tab, which holds the stream, and a BroadcastChannel gives its events to the others. When that tab closes,
 * another one gets the lock. If the browser lacks one of the two, each tab has its own stream.
 *
 * `window` gets the same events for elements that do not have this object: `live-event` {type, data}, and
 * `live-open` when the stream is open again and events may have been missed.
 */

// Heartbeats come every 15 s: two missed ones and a margin.
const SILENCE_MS = 35_000;

// The leading tab sends a sign of life regularly, so that the others notice when its page is frozen.
const ALIVE_EVERY_MS = 10_000;
const LEADER_LOST_AFTER_MS = 25_000;

/** @typedef {"connecting" | "open"} StreamState */

export class EventStream extends EventTarget {
  /** @type {StreamState} */
  state = "connecting";

  #url;
  #name;
  #personId;
  #stopped = new AbortController();
  /** Aborting it ends the current connection. The loop then makes another. */
  #connection = new AbortController();
  /** @type {BroadcastChannel | null} */
  #channel = null;
  /** Ends when this tab stops. Null while the tab has no stream of its own. @type {Promise<void> | null} */
  #reading = null;
  #leaderSeenAt = Date.now();

  /** @param {{ url: string, personId: string }} options */
  constructor({ url, personId }) {
    super();
    this.#url = url;
    this.#personId = personId;
    // The name contains the person, so that two accounts used one after the other never mix.
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
    this.#channel.onmessage = ({ data }) => this.#onBroadcast(data);
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

  /** Connect again: a connection that is open says nothing of a session that has ended since. */
  reconnect() {
    this.#reconnect();
    this.#broadcast({ kind: "reconnect" });
  }

  #standForElection() {
    navigator.locks
      .request(this.#name, { signal: this.#stopped.signal }, () => this.#lead())
      .catch((error) => {
        if (error.name !== "AbortError") throw error;
      });
  }

  async #lead() {
    const alive = setInterval(() => this.#broadcast({ kind: "state", state: this.state }), ALIVE_EVERY_MS);
    try {
      await this.#read();
    } finally {
      clearInterval(alive);
    }
  }

  /** Read the stream in this tab when the leading tab is silent. Versions make double events harmless. */
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
    // The previous leader has said "open", and nobody heard the events since then. After "connecting" and "open",
    // every tab asks for what it missed.
    this.#moveTo("connecting");
    for (let attempt = 0; !this.#stopped.signal.aborted; attempt++) {
      const wasOpen = await this.#readOnce();
      if (wasOpen) attempt = 0;
      this.#moveTo("connecting");
      // After a new address or a restart of the server, try soon, but not all at the same time.
      await wait(backoff(attempt, { first: 500 }), this.#connection.signal);
    }
  }

  /** @returns {Promise<boolean>} true if the stream was open */
  async #readOnce() {
    this.#connection = new AbortController();
    const { signal } = this.#connection;
    try {
      let response = await this.#ask(signal);
      if (await access.renew(response)) response = await this.#ask(signal);
      if (response.status === 401) return this.#endSession();
      if (!response.ok) return await this.#refused(response);
      this.#moveTo("open");
      await readEvents(response, { onEvent: (event) => this.#receive(event), silenceMs: SILENCE_MS });
      return true;
    } catch {
      // The cause does not matter: connect again, then ask what changed.
      return this.state === "open";
    }
  }

  /** @param {AbortSignal} signal */
  async #ask(signal) {
    const headers = { ...(await access.headers("GET")), Accept: "text/event-stream", "X-Person": this.#personId };
    // It lasts, so what has an end goes first.
    return fetch(access.origin + this.#url, { headers, signal, priority: "low" });
  }

  /** @param {Response} response */
  async #refused(response) {
    const seconds = Number(response.headers.get("Retry-After") ?? 0);
    if (seconds > 0) await wait(seconds * 1_000, this.#connection.signal);
    return false;
  }

  #endSession() {
    this.#broadcast({ kind: "session-ended" });
    this.dispatchEvent(new Event("session-ended"));
    access.onRefused();
    return false;
  }

  #reconnect = () => this.#connection.abort();

  /** @param {{ type: string, data: string }} event */
  #receive(event) {
    const detail = { type: event.type, data: JSON.parse(event.data) };
    this.#broadcast({ kind: "event", detail });
    this.#dispatch(detail);
  }

  /** @param {{ type: string, data: unknown }} detail */
  #dispatch(detail) {
    this.dispatchEvent(new CustomEvent("event", { detail }));
    dispatchEvent(new CustomEvent("live-event", { detail }));
  }

  /** @param {StreamState} state */
  #moveTo(state) {
    if (this.#stopped.signal.aborted) return;
    this.#broadcast({ kind: "state", state });
    this.#setState(state);
  }

  /** @param {StreamState} state */
  #setState(state) {
    if (state === this.state) return;
    this.state = state;
    this.dispatchEvent(new Event("state"));
    if (state === "open") dispatchEvent(new Event("live-open"));
  }

  /** @param {any} message of another tab */
  #onBroadcast(message) {
    if (message.kind === "hello") {
      if (this.#reading) this.#broadcast({ kind: "state", state: this.state });
      return;
    }
    if (message.kind === "reconnect") return this.#reconnect();
    this.#leaderSeenAt = Date.now();
    if (this.#reading) return;
    if (message.kind === "session-ended") this.dispatchEvent(new Event("session-ended"));
    if (message.kind === "state") this.#setState(message.state);
    if (message.kind === "event") this.#dispatch(message.detail);
  }

  /** @param {unknown} message */
  #broadcast(message) {
    if (!this.#stopped.signal.aborted) this.#channel?.postMessage(message);
  }
}
