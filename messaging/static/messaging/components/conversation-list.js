import { html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";

import "#core/components/person-avatar.js";
import "#core/components/relative-time.js";
import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";
import { TurnElement } from "#core/turn-element.js";

import { t } from "../i18n/index.js";
import { listStyles } from "./conversation-list-styles.js";
import { lastLine } from "./last-line.js";
import { ListWindow } from "./list-window.js";
import "./unread-badge.js";

/**
 * @import { Me } from "#core/types.js"
 * @import { Conversation } from "../types.js"
 * @import { Piece } from "./list-window.js"
 *
 * What a page shows of a row instead: inside its link, and before the link.
 * @typedef {{ row: (conversation: Conversation, unread: number) => unknown, before?: (conversation: Conversation) => unknown }} Look
 */

/**
 * The list of conversations, in the order given. A row is a link that can be copied or opened in a new tab. A
 * plain click sends `conversation-open` instead. Only the rows near the screen are rendered.
 *
 * @property {Conversation[]} conversations the rows
 * @property {Map<string, number>} unread the number of unread messages by conversation
 * @property {Me | null} me the answer of GET /me
 * @property {string} selected the id of the open conversation
 * @property {string} base address in front of a conversation's id
 * @property {boolean} hasMore there are more rows than these
 * @property {Look | null} look what rows show instead of a client's; another one renders all
 * @fires {CustomEvent<{ id: string }>} conversation-open - a person chose a row
 * @fires {CustomEvent<null>} list-end - the next rows are wanted: by the button, or scrolling near the end
 */
export class ConversationList extends TurnElement {
  static properties = {
    conversations: { attribute: false, hasChanged: haveOtherRows },
    unread: { attribute: false, hasChanged: haveOtherCounts },
    me: { attribute: false },
    selected: {},
    base: {},
    hasMore: { type: Boolean, attribute: "has-more" },
    look: { attribute: false },
  };

  static styles = [shared, listStyles];

  #window = new ListWindow(this, { onEnd: () => this.hasMore && this.#askMore() });
  /** The id of the conversation whose row has the focus. */
  #focused = "";

  constructor() {
    super();
    /** @type {Conversation[]} */
    this.conversations = [];
    /** @type {Map<string, number>} */
    this.unread = new Map();
    /** @type {Me | null} */
    this.me = null;
    this.selected = "";
    this.base = "";
    this.hasMore = false;
    /** @type {Look | null} */
    this.look = null;
  }

  /** Focus the row of a conversation; false if it is not in the list. @param {string} id */
  focusRow(id) {
    const index = this.#indexOf(id);
    this.#focusAt(index);
    return index >= 0;
  }

  /** Show the first rows: the list is about to be another one. */
  startAnew() {
    this.#window.startAnew();
  }

  /** The id of the conversation whose row has the focus. */
  get focused() {
    return this.#focused;
  }

  /** The one row that the Tab key stops at, where rows have a look of their own. */
  get #stop() {
    return [this.#focused, this.selected].find((id) => id && this.#indexOf(id) >= 0) ?? this.conversations[0]?.id;
  }

  /** @override @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    this.#window.count = this.conversations.length;
    // The row with the focus moves with its conversation.
    if (changed.has("conversations") && this.#focused) this.#window.kept = this.#indexOf(this.#focused);
  }

  /** @override */
  render() {
    return html`<ul @keydown=${this.#onKey} @focusin=${this.#onFocus} @focusout=${this.#onBlur}>
        ${repeat(this.#window.pieces(), (piece) => this.#keyOf(piece), (piece) => this.#piece(piece))}
      </ul>
      ${this.hasMore ? html`<button class="button more" @click=${this.#askMore}>${t("loadMore")}</button>` : nothing}`;
  }

  /** @override */
  updated() {
    const list = this.renderRoot.querySelector("ul");
    if (list) this.#window.watch(list);
  }

  /** @param {Piece} piece */
  #keyOf(piece) {
    return "gap" in piece ? piece.gap : this.conversations[piece.index]?.id;
  }

  /** @param {Piece} piece */
  #piece(piece) {
    if ("gap" in piece) return html`<li class="gap" data-rows=${piece.rows} aria-hidden="true"></li>`;
    return this.#row(/** @type {Conversation} */ (this.conversations[piece.index]), piece.index);
  }

  /**
   * @param {Conversation} conversation
   * @param {number} index
   */
  #row(conversation, index) {
    const unread = this.unread.get(conversation.id) ?? 0;
    return html`<li aria-setsize=${this.hasMore ? -1 : this.conversations.length} aria-posinset=${index + 1}>
      ${this.look?.before?.(conversation) ?? nothing}
      <a
        href=${this.base ? `${this.base}/${conversation.id}` : "#"}
        data-id=${conversation.id}
        class="${this.look ? "is-other" : ""} ${unread > 0 ? "is-unread" : ""}"
        aria-current=${conversation.id === this.selected ? "page" : nothing}
        tabindex=${this.look && conversation.id !== this.#stop ? -1 : nothing}
        @click=${(/** @type {MouseEvent} */ event) => this.#open(event, conversation.id)}
      >
        ${this.look ? this.look.row(conversation, unread) : this.#content(conversation, unread)}
      </a>
    </li>`;
  }

  /** @param {Conversation} conversation @param {number} unread */
  #content(conversation, unread) {
    const isStaff = this.me?.role !== "client";
    return html`${isStaff
        ? html`<person-avatar name=${conversation.client.name} of="client"></person-avatar>`
        : html`<person-avatar name=${lastOther(conversation)?.name ?? t("company")} of="staff"></person-avatar>`}
      <span class="name">${isStaff ? conversation.client.name : (conversation.chantier?.name ?? t("freeSubject"))}</span>
      <span class="title">${conversation.subject}</span>
      <span class="line">${lastLine(conversation, this.me)}</span>
      <relative-time datetime=${conversation.last_activity_at}></relative-time>
      <span class="marks">${this.#marks(conversation)}<unread-badge count=${unread}></unread-badge></span>`;
  }

  /** @param {Conversation} conversation */
  #marks({ status, pending, unsent = pending }) {
    if (unsent) return unsent.state === "failed" ? icons.warning : icons.clock;
    return status === "closed" ? html`<span class="mark">${t("closed")}</span>` : nothing;
  }

  /**
   * @param {MouseEvent} event
   * @param {string} id
   */
  #open(event, id) {
    // The browser opens another tab or window, or downloads.
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    this.dispatchEvent(new CustomEvent("conversation-open", { detail: { id }, bubbles: true, composed: true }));
  }

  /** Arrows, Home and End move from row to row, those that are not rendered included. @param {KeyboardEvent} event */
  #onKey(event) {
    const at = this.#indexOf(this.#focused);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: this.conversations.length - 1 }[event.key];
    if (to === undefined || at < 0 || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    event.preventDefault();
    this.#focusAt(to);
  }

  /** @param {number} index */
  #focusAt(index) {
    const id = this.conversations[index]?.id;
    if (!id) return;
    this.#window.kept = index;
    this.requestUpdate();
    void this.updateComplete.then(() => this.#link(id)?.focus());
  }

  /** @param {string} id @returns {HTMLElement | null} */
  #link(id) {
    return this.renderRoot.querySelector(`[data-id="${id}"]`);
  }

  /** @param {string} id */
  #indexOf(id) {
    return this.conversations.findIndex((conversation) => conversation.id === id);
  }

  /** @param {FocusEvent} event */
  #onFocus({ target }) {
    this.#focused = /** @type {HTMLElement} */ (target).dataset.id ?? "";
    this.#window.kept = this.#indexOf(this.#focused);
  }

  #onBlur() {
    this.#focused = "";
    this.#window.kept = -1;
  }

  #askMore() {
    this.dispatchEvent(new CustomEvent("list-end", { bubbles: true, composed: true }));
  }
}

/** @param {Conversation[]} rows @param {Conversation[] | undefined} before */
function haveOtherRows(rows, before) {
  return rows !== before && (rows.length !== before?.length || rows.some((row, index) => row !== before[index]));
}

/** @param {Map<string, number>} counts @param {Map<string, number> | undefined} before */
function haveOtherCounts(counts, before) {
  return counts.size !== before?.size || [...counts].some(([id, count]) => before.get(id) !== count);
}

/** Return the person of the company to show for a conversation. @param {Conversation} conversation */
function lastOther({ last_message, assigned_to, participants }) {
  if (last_message && last_message.author.role !== "client") return last_message.author;
  return assigned_to ?? participants.find((person) => person.role !== "client");
}

customElements.define("conversation-list", ConversationList);
