import { html, nothing } from "lit";

import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";
import { TurnElement } from "#core/turn-element.js";
import { areTurnsTaken, inTurn } from "#core/turns.js";

import "../components/search-field.js";
import { t } from "../i18n/index.js";
import { InboxController } from "./inbox-controller.js";
import { inboxStyles } from "./inbox-styles.js";
import { banner, conversationList, newAddress, newConversationForm, newLink, nothingOpen, overlays, searchResults, thread, threadSearch } from "./inbox-templates.js";
import { ListSearch } from "./list-search.js";
import { place } from "./place.js";
import { SearchKey } from "./search-key.js";
import { ThreadFinder } from "./thread-finder.js";

/**
 * @import { Conversation, FirstState } from "../types.js"
 * @import { Route } from "../state/routes.js"
 */

/**
 * The client's inbox: the list of conversations beside the open one or the form of a new one. It needs nothing else: it
 * loads, sends, keeps what waits, and stays live. Give it a height.
 *
 * @property {FirstState | null} first the state that the server wrote in the page; without it, the element asks for it
 * @property {string} base the address of the list, in front of the addresses of conversations
 * @property {Route["pane"]} pane what a phone shows; set by the element
 * @fires {CustomEvent<null>} session-ended - the person must log in again
 * @slot - shown until the conversations are loaded
 */
export class ClientInbox extends TurnElement {
  // As `inboxProperties`, which the manifest cannot follow.
  static properties = { first: { attribute: false }, base: {}, pane: { reflect: true } };

  static styles = [shared, inboxStyles];

  /** @type {InboxController} */
  #inbox = new InboxController(this);
  #search = new ListSearch(this.#inbox);
  #finder = new ThreadFinder(this.#inbox);

  constructor() {
    super();
    new SearchKey(this.#inbox);
    /** @type {FirstState | null} */
    this.first = null;
    this.base = "";
    /** @type {Route["pane"]} */
    this.pane = "list";
  }

  /** Begin in a turn before that of the first rendering. @override */
  scheduleUpdate() {
    if (this.hasUpdated || !areTurnsTaken()) return super.scheduleUpdate();
    return inTurn(() => this.#inbox.begin()).then(() => super.scheduleUpdate());
  }

  /** @override */
  firstUpdated() {
    this.#search.resume();
    place.events.addEventListener("popstate", this.#onPopState);
  }

  /** @override */
  disconnectedCallback() {
    place.events.removeEventListener("popstate", this.#onPopState);
    super.disconnectedCallback();
  }

  #onPopState = () => this.#search.resume();

  /** @override */
  render() {
    if (!this.#inbox.messenger) return html`${banner(this.#inbox)}<slot></slot>${overlays(this.#inbox)}`;
    const conversations = this.#inbox.messenger.store.list();
    return html`
      ${banner(this.#inbox)}
      <section class="pane side" aria-label=${t("conversations")}>
        <header>
          <h2>${t(this.#search.isOn ? "searchTitle" : "messages")}</h2>
          ${conversations.length > 0 ? newLink(this.#inbox) : ""}
        </header>
        ${conversations.length > 0
          ? html`<search-field
              class="list-search"
              q=${this.#search.q}
              hint=${t("searchHintClient")}
              options
              ?on=${this.#search.isOn}
              @search=${this.#onSearch}
            ></search-field>`
          : nothing}
        <div class="window">${this.#rows(conversations)}</div>
      </section>
      <section class="pane main" aria-label=${t("conversation")}>${threadSearch(this.#finder)} ${this.#main(conversations.length > 0)}</section>
      ${overlays(this.#inbox)}
    `;
  }

  /** @param {CustomEvent} event */
  #onSearch({ detail }) {
    void this.#search.choose({ q: detail.q });
  }

  /** @param {Conversation[]} conversations */
  #rows(conversations) {
    if (conversations.length === 0) return this.#welcome();
    if (this.#search.isOn) return searchResults(this.#inbox, this.#search);
    const closed = conversations.filter(({ status }) => status === "closed");
    const open = conversations.filter(({ status }) => status !== "closed");
    return html`${conversationList(this.#inbox, open)} ${closed.length > 0 ? this.#closed(closed) : nothing}`;
  }

  /** The closed ones, folded, unless one of them is on screen. @param {Conversation[]} conversations */
  #closed(conversations) {
    const openId = this.#inbox.messenger?.openId;
    // While others are not loaded, their number is not known.
    const n = conversations.length;
    const label = this.#inbox.next === null ? t("closedOnes", { n }) : t("closedOnesMore", { n });
    return html`<details class="closed" ?open=${conversations.some(({ id }) => id === openId)}>
      <summary>${label}</summary>
      ${conversationList(this.#inbox, conversations, { hasMore: false })}
    </details>`;
  }

  /** @param {boolean} hasConversations */
  #main(hasConversations) {
    if (this.pane === "new") return newConversationForm(this.#inbox);
    if (this.pane === "thread") return thread(this.#inbox);
    return hasConversations ? nothingOpen() : this.#welcome();
  }

  #welcome() {
    const answers = this.#inbox.messenger?.me.answers ?? null;
    return html`<div class="empty">
      ${icons.crane}
      <h2>${t("emptyClientTitle")}</h2>
      <p>${t("emptyClientText")}</p>
      <who-answers .person=${answers?.person ?? null} .answers=${answers}></who-answers>
      <a class="button primary" href=${newAddress(this)} @click=${this.#openForm}>${t("emptyClientButton")}</a>
    </div>`;
  }

  /** @param {MouseEvent} event */
  #openForm(event) {
    this.#inbox.navigation.openForm(event);
  }
}

customElements.define("client-inbox", ClientInbox);
