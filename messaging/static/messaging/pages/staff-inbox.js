import { css, html, nothing } from "lit";

import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";

import { filterNamed, filterOf } from "../state/filters.js";
import { t } from "../i18n/index.js";
import * as api from "../messaging-api.js";
import "../components/conversation-filters.js";
import "../components/conversation-sheet.js";
import { InboxPage } from "./inbox-page.js";
import { inboxStyles } from "./inbox-styles.js";

/**
 * @import { Conversation } from "../types.js"
 * @import { FilterName } from "../state/filters.js"
 * @import { Route } from "../state/routes.js"
 */

/** The company's messages: every conversation behind filters and search, the open one, and its sheet. */
export class StaffInbox extends InboxPage {
  static properties = { ...InboxPage.properties, filter: { state: true }, q: { state: true }, hasDetails: { state: true } };

  static styles = [
    shared,
    inboxStyles,
    css`
      conversation-sheet {
        position: absolute;
        inset-block: 3.75rem 0;
        inset-inline-end: 0;
        z-index: 2;
        width: min(20rem, 100%);
        border-inline-start: 1px solid var(--line);
        box-shadow: var(--shadow-high);
      }

      conversation-sheet:not(.is-open) {
        display: none;
      }

      .nothing {
        padding: var(--space-6) var(--space-4);
        color: var(--ink-soft);
        text-align: center;
      }

      @media (min-width: 75rem) {
        :host {
          grid-template-columns: clamp(20rem, 26vw, 25rem) minmax(0, 1fr);
        }

        :host([pane="thread"]) {
          grid-template-columns: clamp(20rem, 26vw, 25rem) minmax(0, 1fr) 19rem;
        }

        conversation-sheet,
        conversation-sheet:not(.is-open) {
          position: static;
          display: block;
          grid-row: 2;
          grid-column: 3;
          width: auto;
          box-shadow: none;
        }
      }
    `,
  ];

  /** What the server found for the words, in its order. @type {string[] | null} */
  #found = null;

  constructor() {
    super();
    const query = new URLSearchParams(location.search);
    /** @type {FilterName} */
    this.filter = filterNamed(query.get("filter"));
    this.q = query.get("q") ?? "";
    this.hasDetails = false;
    this.addEventListener("filter-change", (event) => this.#choose(/** @type {CustomEvent} */ (event).detail));
    this.addEventListener("thread-details", () => (this.hasDetails = !this.hasDetails));
    this.addEventListener("conversation-change", (event) => {
      void this.attempt(() => this.messenger?.change(/** @type {CustomEvent} */ (event).detail.change));
    });
  }

  /** @override */
  firstUpdated() {
    if (this.q || this.filter !== "all") void this.attempt(() => this.#load());
  }

  /** @override @param {Route} route */
  async onShow(route) {
    this.hasDetails = false;
    await super.onShow(route);
    if (route.pane === "thread") await this.messenger?.loadNotes();
  }

  /** @override @param {{ body: string, mode: "reply" | "note" }} written */
  async compose(written) {
    if (written.mode === "reply") return super.compose(written);
    try {
      await this.messenger?.addNote(written.body);
      this.scrollToEnd();
    } catch (error) {
      // The words go back where they came from.
      this.messenger?.drafts.keepDraft(this.draftPlace("note"), written.body);
      this.renderRoot.querySelector("conversation-thread")?.restoreDraft(written.body);
      throw error;
    }
  }

  /** @override */
  render() {
    return html`
      ${this.banner()}
      <section class="pane side" aria-label=${t("conversations")}>
        <header>
          <h2>${t("messages")}</h2>
          <a class="icon-button new" href=${`${this.base}/new`} aria-label=${t("newConversation")} title=${t("newConversation")}
            @click=${this.#openForm}>${icons.plus}</a>
        </header>
        <conversation-filters filter=${this.filter} q=${this.q}></conversation-filters>
        <div class="window">${this.#rows(this.#shown())}</div>
      </section>
      <section class="pane main" aria-label=${t("conversation")}>${this.#main()}</section>
      ${this.#sheet()} ${this.toast()}
    `;
  }

  /** @param {Conversation[]} conversations */
  #rows(conversations) {
    if (conversations.length > 0) return this.list(conversations);
    return html`<p class="nothing">${this.q ? t("emptySearch", { q: this.q }) : t("emptyStaff")}</p>`;
  }

  #main() {
    if (this.pane === "new") return this.form(true);
    if (this.pane === "thread") return this.thread({ notes: this.#notes(), detailsOpen: this.hasDetails });
    return html`<div class="empty">${icons.crane}<h2>${t("pickTitle")}</h2><p>${t("pickText")}</p></div>`;
  }

  #sheet() {
    const { messenger } = this;
    if (this.pane !== "thread" || !messenger?.conversation) return nothing;
    return html`<conversation-sheet
      class=${this.hasDetails ? "is-open" : ""}
      role="complementary"
      aria-label=${t("detailsTitle")}
      .conversation=${messenger.conversation}
      .me=${messenger.me}
    ></conversation-sheet>`;
  }

  #notes() {
    return this.messenger?.store.notes.get(this.messenger.openId ?? "") ?? [];
  }

  /** @returns {Conversation[]} */
  #shown() {
    const { messenger } = this;
    if (!messenger) return [];
    const { store, me, openId } = messenger;
    if (this.#found) {
      const found = new Set(this.#found);
      return store.list(({ id }) => found.has(id));
    }
    const { holds } = filterOf(this.filter);
    // The one being read does not vanish from under one's eyes because it is read.
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
    void this.attempt(() => this.#load());
  }

  async #load() {
    const { filter, q, messenger } = this;
    if (!messenger) return;
    if (!q) this.#found = null;
    const page = await api.listConversations({ ...filterOf(filter).query, q });
    // Another choice was made meanwhile: its own answer is on the way.
    if (filter !== this.filter || q !== this.q) return;
    messenger.store.mergeConversations(page.results).forEach((id) => void messenger.sync.catchUp(id));
    this.#found = q ? page.results.map(({ id }) => id) : null;
    this.next = q ? null : page.next;
    this.requestUpdate();
  }

  /** @param {MouseEvent} event */
  #openForm(event) {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    void this.go({ pane: "new" });
  }
}

customElements.define("staff-inbox", StaffInbox);
