import * as api from "../messaging-api.js";
import { conditionOf, folderOf, isOfServer, isSameQuery, parametersOf, queryIn, searchOf } from "../state/list-query.js";
import { place } from "./place.js";

/**
 * @import { Conversation } from "../types.js"
 * @import { ListQuery } from "../state/list-query.js"
 * @import { InboxController } from "./inbox-controller.js"
 */

/** The company's list of conversations: what the address asks for, in its order. */
export class FilteredList {
  /** @type {ListQuery} */
  query;
  isLoading = false;

  #inbox;
  /** Those that the server has named for this query. @type {Set<string>} */
  #named = new Set();
  /** The last one of the loaded pages: what stands after it may have others in between. */
  #last = "";

  /** @param {InboxController} inbox */
  constructor(inbox) {
    this.#inbox = inbox;
    this.query = queryIn(place.location.search);
    const { host } = inbox;
    host.addEventListener("started-anew", () => this.reload());
    host.addEventListener("list-page", (event) => this.#take(/** @type {CustomEvent} */ (event).detail.ids));
    host.addEventListener("list-query", (event) => this.choose(/** @type {CustomEvent} */ (event).detail.query));
  }

  get folder() {
    return folderOf(this.query);
  }

  /** Load what the address asks for, unless the page came with it: a page that the device kept has the open ones. */
  loadFirst() {
    const { results = [], listed = {} } = this.#inbox.host.first?.conversations ?? {};
    if (!isSameQuery(this.query, listed)) return this.reload();
    this.#take(results.map(({ id }) => id));
  }

  /** Follow the address: Back has changed it. */
  follow() {
    const query = queryIn(place.location.search);
    if (isSameQuery(query, this.query)) return;
    this.#change(query);
  }

  /** Show another part of the list, under an address of its own. @param {ListQuery} query */
  choose(query) {
    const { host, navigation } = this.#inbox;
    const asked = queryIn(searchOf(query));
    if (isSameQuery(asked, this.query) && host.pane === "list") return;
    place.history.pushState({ isOurs: false }, "", (host.base || place.location.pathname) + searchOf(asked));
    navigation.showCurrent();
    host.dispatchEvent(new CustomEvent("list-chosen"));
    this.#change(asked);
  }

  /** Another list begins with its first rows. @param {ListQuery} query */
  #change(query) {
    this.query = query;
    this.#inbox.host.renderRoot.querySelector("conversation-list")?.startAnew();
    this.reload();
  }

  /** @returns {Conversation[]} */
  shown() {
    const { messenger, next } = this.#inbox;
    if (!messenger) return [];
    const { store, me, openId } = messenger;
    const holds = conditionOf(this.query, { me, unread: store.unread });
    const isOurs = isOfServer(this.query);
    const found = store.list((conversation) => {
      const { id } = conversation;
      // The open conversation stays in the list, also when it has just been read or answered.
      if (id === openId) return true;
      return this.#named.has(id) ? holds(conversation) || this.query.folder === "mentions" : !isOurs && holds(conversation);
    });
    const sorted = this.query.sort === "answer_due" ? found.sort(byClock) : found;
    return next === null ? sorted : this.#upToLast(sorted);
  }

  /** Load the first page again, of what is shown. */
  reload() {
    this.isLoading = true;
    this.#named = new Set();
    this.#last = "";
    // The pages of what was shown before are not this list's.
    this.#inbox.set({ next: null });
    void this.#inbox.attempt(() => this.#load()).finally(() => this.#inbox.host.requestUpdate());
  }

  /** Ask again for what only the server knows. */
  async refresh() {
    if (isOfServer(this.query) && !this.isLoading) await this.#load();
  }

  async #load() {
    const { query } = this;
    const { messenger } = this.#inbox;
    if (!messenger) return;
    try {
      const page = await api.listConversations(parametersOf(query));
      // The choice has changed during the request: this answer is not its own.
      if (query !== this.query) return;
      messenger.store.mergeConversations(page.results).forEach((id) => void messenger.sync.catchUp(id));
      this.#take(page.results.map(({ id }) => id));
      this.#inbox.set({ next: page.next });
    } finally {
      if (query === this.query) this.isLoading = false;
    }
  }

  /** @param {string[]} ids of a page */
  #take(ids) {
    for (const id of ids) this.#named.add(id);
    this.#last = ids.at(-1) ?? this.#last;
  }

  /** Leave out what is known by chance, after the last loaded page. @param {Conversation[]} sorted */
  #upToLast(sorted) {
    const end = sorted.findIndex(({ id }) => id === this.#last);
    const openId = this.#inbox.messenger?.openId;
    return end < 0 ? sorted : sorted.filter(({ id }, index) => index <= end || this.#named.has(id) || id === openId);
  }
}

/** As the server orders them: those asked in one night are due at the same minute. @param {Conversation} one @param {Conversation} other */
function byClock(one, other) {
  const [due, otherDue] = [one.answer_due_at ?? "", other.answer_due_at ?? ""];
  if (due !== otherDue) return due < otherDue ? -1 : 1;
  return one.id < other.id ? -1 : 1;
}
