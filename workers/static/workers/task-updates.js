import { API } from "#core/api.js";
import { EventStream } from "#core/events.js";

// News come at most once a second; a screen that changes more often than this cannot be read.
const REFRESH_MS = 2_000;
// Without news all the same: ages grow, and the stream may be the thing that is down.
const POLL_MS = 15_000;

/**
 * Says when to ask again: on news from the stream, now and then without, never while nobody looks.
 */
export class TaskUpdates {
  isLive = true;
  isConnected = false;
  /** When something was last heard. @type {Date | null} */
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
    this.#poll = setInterval(() => this.#soon(), POLL_MS);
  }

  stop() {
    document.removeEventListener("visibilitychange", this.#onVisibility);
    clearInterval(this.#poll);
    clearTimeout(this.#timer);
    this.#stream?.stop();
    this.#stream = null;
  }

  /** Open the person's stream, once. @param {string} personId */
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
