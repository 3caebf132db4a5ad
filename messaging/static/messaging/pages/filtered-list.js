import * as api from "../messaging-api.js";
import { filterNamed, filterOf } from "../state/filters.js";

/**
 * @import { Conversation } from "../types.js"
 * @import { FilterName } from "../state/filters.js"
 * @import { InboxController } from "./inbox-controller.js"
 */

/** The company's list of conversations: a filter and a search, both in the address. */
export class FilteredList {
  /** @type {FilterName} */
  filter;
  q;

  #inbox;
  /** The ids that the server found for the search. @type {string[] | null} */
  #found = null;

  /** @param {InboxController} inbox */
  constructor(inbox) {
    const query = new URLSearchParams(location.search);
    this.#inbox = inbox;
    this.filter = filterNamed(query.get("filter"));
    this.q = query.get("q") ?? "";
    inbox.host.addEventListener("started-anew", () => this.loadFirst());
    inbox.host.addEventListener("filter-change", (event) => this.#choose(/** @type {CustomEvent} */ (event).detail));
  }

  /** Load what the address asks for. The page comes with the list without filter and search. */
  loadFirst() {
    if (this.q || this.filter !== "all") this.#loadOrTell();
  }

  /** @returns {Conversation[]} */
  shown() {
    const { messenger } = this.#inbox;
    if (!messenger) return [];
    const { store, me, openId } = messenger;
    if (this.#found) {
      const found = new Set(this.#found);
      return store.list(({ id }) => found.has(id));
    }
    const { holds } = filterOf(this.filter);
    // The open conversation stays in the list "unread" after it is read.
    return store.list((conversation) => conversation.id === openId || holds(conversation, { me, unread: store.unread }));
  }

  /** @param {{ filter: FilterName, q: string }} choice */
  #choose({ filter, q }) {
    this.filter = filter;
    this.q = q;
    const query = new URLSearchParams(filter === "all" ? {} : { filter });
    if (q) query.set("q", q);
    const search = query.size > 0 ? `?${query}` : "";
    history.replaceState(history.state, "", location.pathname + search);
    this.#inbox.host.requestUpdate();
    this.#loadOrTell();
  }

  #loadOrTell() {
    void this.#inbox.attempt(() => this.#load());
  }

  async #load() {
    const { filter, q } = this;
    const { messenger } = this.#inbox;
    if (!messenger) return;
    if (!q) this.#found = null;
    const page = await api.listConversations({ ...filterOf(filter).query, q });
    // The choice has changed during the request: this answer is not its own.
    if (filter !== this.filter || q !== this.q) return;
    messenger.store.mergeConversations(page.results).forEach((id) => void messenger.sync.catchUp(id));
    this.#found = q ? page.results.map(({ id }) => id) : null;
    this.#inbox.set({ next: q ? null : page.next });
  }
}
