import { ApiError, NetworkError } from "#core/api.js";

import { desk } from "../desk/tools/i18n/index.js";
import * as api from "../list-api.js";

/**
 * @import { ReactiveController } from "lit"
 * @import { Folders, SavedFilter } from "../list-api.js"
 * @import { FilteredList } from "./filtered-list.js"
 * @import { InboxController } from "./inbox-controller.js"
 */

// After an event. Others in between are counted with it.
const COUNT_AFTER_MS = 3_000;
const COUNTED = new Set(["conversation.created", "conversation.updated", "message.created", "note.updated", "emails.updated"]);

/**
 * The numbers of the folders and the filters that are kept.
 *
 * @implements {ReactiveController}
 */
export class DeskFolders {
  /** @type {Folders | null} */
  counts = null;
  /** @type {SavedFilter[]} */
  saved = [];

  #inbox;
  #list;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {InboxController} inbox @param {FilteredList} list */
  constructor(inbox, list) {
    this.#inbox = inbox;
    this.#list = list;
    inbox.host.addController(this);
  }

  hostConnected() {
    addEventListener("live-event", this.#onEvent);
    addEventListener("live-open", this.#countSoon);
    void this.count();
    void this.#loadSaved();
  }

  hostDisconnected() {
    removeEventListener("live-event", this.#onEvent);
    removeEventListener("live-open", this.#countSoon);
    clearTimeout(this.#timer);
  }

  /** @param {Event} event */
  #onEvent = (event) => {
    if (COUNTED.has(/** @type {CustomEvent} */ (event).detail.type)) this.#countSoon();
  };

  #countSoon = () => {
    this.#timer ??= setTimeout(() => void this.count(), COUNT_AFTER_MS);
  };

  async count() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await quietly(async () => {
      const [counts] = await Promise.all([api.folders(), this.#list.refresh()]);
      this.counts = counts;
      this.#inbox.host.requestUpdate();
    });
  }

  async #loadSaved() {
    await quietly(async () => this.#keep(await api.savedFilters()));
  }

  /** @param {{ name: string, is_shared: boolean }} filter of what is shown */
  async save({ name, is_shared }) {
    const saved = await api.saveFilter({ name, is_shared, query: this.#list.query });
    this.#keep([...this.saved, saved]);
    this.#inbox.say(desk("filterSaved"));
  }

  /** @param {string} id @param {{ name: string, is_shared: boolean }} change */
  async change(id, change) {
    const changed = await api.changeFilter(id, change);
    this.#keep(this.saved.map((known) => (known.id === id ? changed : known)));
  }

  /** @param {string} id */
  async remove(id) {
    await api.deleteFilter(id);
    this.#keep(this.saved.filter((known) => known.id !== id));
  }

  /** @param {SavedFilter[]} saved */
  #keep(saved) {
    this.saved = saved.toSorted((one, other) => one.name.localeCompare(other.name));
    this.#inbox.host.requestUpdate();
  }
}

/** The list works without them: the next event asks again. @param {() => Promise<void>} ask */
async function quietly(ask) {
  try {
    await ask();
  } catch (error) {
    if (!(error instanceof ApiError) && !(error instanceof NetworkError)) throw error;
  }
}
