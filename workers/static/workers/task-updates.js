import { API } from "#core/api.js";
import { EventStream } from "#core/events.js";

// Events come at most once a second. A screen that changes more often than this cannot be read.
const REFRESH_MS = 2_000;
// Also without events: ages grow, and the stream may be down. An alert shows within five seconds.
const POLL_MS = 3_000;

/**
 * Calls `onUpdate` when the page should load again: after an event, and regularly without one, but never in a hidden tab.
 */
export class TaskUpdates {
  isLive = true;
  isConnected = false;
  /** The time of the last event. @type {Date | null} */
  at = null;

  #onUpdate;
  #onChange;
  /** @type {EventStream | null} */
  #stream = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #poll;

  /** @param {{ onUpdate: () => void, onChange: () => void }} options */
  constructor({ onUpdate, onChange }) {
    this.#onUpdate = onUpdate;
    this.#onChange = onChange;
  }

  start() {
    document.addEventListener("visibilitychange", this.#onVisibility);
    this.#poll = setInterval(() => this.#now(), POLL_MS);
  }

  stop() {
    document.removeEventListener("visibilitychange", this.#onVisibility);
    clearInterval(this.#poll);
    clearTimeout(this.#timer);
    this.#stream?.stop();
    this.#stream = null;
  }

  /** Open the person's stream. Later calls do nothing. @param {string} personId */
  listen(personId) {
    if (this.#stream) return;
    const stream = (this.#stream = new EventStream({ url: `${API}/stream`, personId }));
    stream.addEventListener("event", (event) => this.#hear(/** @type {CustomEvent} */ (event).detail.type));
    stream.addEventListener("state", () => this.#change({ isConnected: stream.state === "open" }));
    stream.addEventListener("session-ended", () => location.reload());
    stream.start();
  }

  /** @param {boolean} isLive */
  setLive(isLive) {
    this.#change({ isLive });
    if (isLive) this.#onUpdate();
  }

  /** @param {string} type */
  #hear(type) {
    if (type !== "task.updated" && type !== "resync") return;
    this.#change({ at: new Date() });
    this.#soon();
  }

  #now() {
    if (this.isLive && document.visibilityState === "visible" && this.#timer === undefined) this.#onUpdate();
  }

  #soon() {
    if (!this.isLive || document.visibilityState === "hidden" || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#onUpdate();
    }, REFRESH_MS);
  }

  /** @param {Partial<Pick<TaskUpdates, "isLive" | "isConnected" | "at">>} change */
  #change(change) {
    Object.assign(this, change);
    this.#onChange();
  }

  #onVisibility = () => {
    if (document.visibilityState === "visible" && this.isLive) this.#onUpdate();
  };
}
