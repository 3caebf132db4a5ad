import { LitElement, html } from "lit";

import { API, ApiError, NetworkError, request } from "#core/api.js";
import { backoff, wait } from "#core/backoff.js";
import { EventStream } from "#core/events.js";

import * as api from "../messaging-api.js";
import "./unread-badge.js";

/**
 * The number of the person's unread messages, kept up to date by the stream: for the menu of another page. It shows nothing
 * for 0.
 *
 * @fires {CustomEvent<{ total: number }>} unread-change - when the number is known and at each change
 */
export class UnreadCount extends LitElement {
  static properties = { total: { state: true } };

  /** @type {EventStream | null} */
  #stream = null;
  #stopped = new AbortController();

  constructor() {
    super();
    /** Null until it is known. @type {number | null} */
    this.total = null;
  }

  /** @override */
  connectedCallback() {
    super.connectedCallback();
    this.#stopped = new AbortController();
    void this.#start(this.#stopped.signal);
  }

  /** @override */
  disconnectedCallback() {
    this.#stopped.abort();
    this.#stream?.stop();
    this.#stream = null;
    super.disconnectedCallback();
  }

  /** @override */
  render() {
    return html`<unread-badge count=${this.total ?? 0}></unread-badge>`;
  }

  /** Listen as soon as network and login allow. @param {AbortSignal} signal */
  async #start(signal) {
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        const { id } = await request("GET", "/me");
        if (!signal.aborted) this.#listen(id);
        return;
      } catch (error) {
        if (!(error instanceof ApiError) && !(error instanceof NetworkError)) throw error;
        await wait(backoff(attempt), signal);
      }
    }
  }

  /** @param {string} personId */
  #listen(personId) {
    this.#stream = new EventStream({ url: `${API}/stream`, personId });
    this.#stream.addEventListener("event", (event) => {
      if (/** @type {CustomEvent} */ (event).detail.type === "unread.updated") void this.#load();
    });
    this.#stream.addEventListener("state", () => void (this.#stream?.state === "open" && this.#load()));
    this.#stream.start();
    void this.#load();
  }

  async #load() {
    try {
      const { total } = await api.getUnread();
      if (total === this.total) return;
      this.total = total;
      this.dispatchEvent(new CustomEvent("unread-change", { detail: { total }, bubbles: true, composed: true }));
    } catch {
      // The stream opens again, and asks again.
    }
  }
}

customElements.define("unread-count", UnreadCount);
