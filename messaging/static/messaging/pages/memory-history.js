/** @import { place } from "./place.js" */

const START = "memory:///";

/** Return a history that no address bar shows: a page of another site keeps its own. @returns {typeof place} */
export function memoryHistory() {
  /** @type {{ url: URL, state: any }[]} */
  const entries = [{ url: new URL(START), state: null }];
  const events = new EventTarget();
  const last = () => /** @type {{ url: URL, state: any }} */ (entries.at(-1));
  const entry = (/** @type {any} */ state, /** @type {string | URL | null | undefined} */ url) => ({ url: new URL(url || START, START), state });
  const history = {
    get state() {
      return last().state;
    },
    /** @param {any} state @param {string} _title @param {string | URL | null} [url] */
    pushState: (state, _title, url) => void entries.push(entry(state, url)),
    /** @param {any} state @param {string} _title @param {string | URL | null} [url] */
    replaceState: (state, _title, url) => void entries.splice(-1, 1, entry(state, url)),
    back() {
      if (entries.length === 1) return;
      entries.pop();
      events.dispatchEvent(new Event("popstate"));
    },
  };
  const location = {
    get pathname() {
      return last().url.pathname;
    },
    get search() {
      return last().url.search;
    },
    get hash() {
      return last().url.hash;
    },
  };
  return { history, location, events };
}
