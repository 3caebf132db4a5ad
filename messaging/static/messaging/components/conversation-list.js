import { LitElement, css, html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";

import { t as fileText } from "#attachments/i18n/index.js";
import "#core/components/person-avatar.js";
import "#core/components/relative-time.js";
import { shared } from "#core/shared-styles.js";

import { t } from "../i18n/index.js";
import "./unread-badge.js";

/**
 * @import { Me } from "#core/types.js"
 * @import { Conversation } from "../types.js"
 */

/**
 * The list of conversations, in the order given. A row is a link that can be copied or opened in a new tab. A
 * plain click sends `conversation-open` {id} instead. `list-end` asks for the next rows.
 *
 * @property {Conversation[]} conversations
 * @property {Map<string, number>} unread
 * @property {Me} me
 * @property {string} selected the id of the open conversation
 * @property {string} base address in front of a conversation's id
 * @property {boolean} hasMore
 */
export class ConversationList extends LitElement {
  static properties = {
    conversations: { attribute: false },
    unread: { attribute: false },
    me: { attribute: false },
    selected: {},
    base: {},
    hasMore: { type: Boolean, attribute: "has-more" },
  };

  static styles = [
    shared,
    css`
      :host {
        display: block;
      }

      a {
        position: relative;
        display: grid;
        grid-template: "avatar name time" auto "avatar title title" auto "avatar line badge" auto / auto 1fr auto;
        column-gap: var(--space-3);
        align-items: baseline;
        padding: var(--space-3) var(--space-4);
        border-block-end: 1px solid var(--line);
        color: inherit;
        text-decoration: none;
        transition: background var(--quick);
      }

      a:hover {
        background: var(--surface-hover);
      }

      a:focus-visible {
        outline-offset: -2px;
      }

      a[aria-current] {
        background: var(--surface-selected);
      }

      a[aria-current]::before {
        position: absolute;
        inset-block: 0;
        inset-inline-start: 0;
        width: 3px;
        background: var(--brand-text);
        content: "";
      }

      person-avatar {
        grid-area: avatar;
        align-self: start;
        margin-block-start: 2px;

        --avatar-size: 2.5rem;
      }

      a[aria-current] person-avatar[of="client"] {
        background: var(--surface);
      }

      .name {
        grid-area: name;
        overflow: hidden;
        color: var(--ink-soft);
        font-size: var(--text-s);
        text-overflow: ellipsis;
        white-space: nowrap;
      }

      .title {
        grid-area: title;
        overflow: hidden;
        font-weight: 500;
        text-overflow: ellipsis;
        white-space: nowrap;
      }

      .line {
        grid-area: line;
        overflow: hidden;
        color: var(--ink-soft);
        font-size: var(--text-s);
        text-overflow: ellipsis;
        white-space: nowrap;
      }

      relative-time {
        grid-area: time;
        justify-self: end;
        color: var(--ink-soft);
        font-size: var(--text-xs);
        font-variant-numeric: tabular-nums;
      }

      .marks {
        display: flex;
        grid-area: badge;
        justify-self: end;
        gap: var(--space-1);
        align-items: center;
      }

      unread-badge[count="0"] {
        display: none;
      }

      .mark {
        padding: 0 0.45em;
        border: 1px solid currentcolor;
        border-radius: var(--radius-full);
        color: var(--ink-soft);
        font-size: 0.6875rem;
        font-weight: 600;
        line-height: 1.55;
      }

      .mark.awaiting {
        color: var(--accent);
      }

      .is-unread .title,
      .is-unread .line {
        color: var(--ink);
        font-weight: 700;
      }

      .is-unread relative-time {
        color: var(--accent);
        font-weight: 700;
      }

      .more {
        display: block;
        margin: var(--space-4) auto;
      }
    `,
  ];

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
  }

  /** Focus the row of the conversation that was left. @param {string} id */
  focusRow(id) {
    /** @type {HTMLElement | null | undefined} */ (this.renderRoot.querySelector(`[data-id="${id}"]`))?.focus();
  }

  /** @override */
  render() {
    return html`<ul>
        ${repeat(this.conversations, (conversation) => conversation.id, (conversation) => this.#row(conversation))}
      </ul>
      ${this.hasMore ? html`<button class="button more" @click=${this.#askMore}>${t("loadMore")}</button>` : nothing}`;
  }

  /** @param {Conversation} conversation */
  #row(conversation) {
    const unread = this.unread.get(conversation.id) ?? 0;
    const isStaff = this.me?.role !== "client";
    return html`<li>
      <a
        href=${`${this.base}/${conversation.id}`}
        data-id=${conversation.id}
        class=${unread > 0 ? "is-unread" : ""}
        aria-current=${conversation.id === this.selected ? "page" : nothing}
        @click=${(/** @type {MouseEvent} */ event) => this.#open(event, conversation.id)}
      >
        ${isStaff
          ? html`<person-avatar name=${conversation.client.name} of="client"></person-avatar>`
          : html`<person-avatar name=${lastOther(conversation)?.name ?? t("company")} of="staff"></person-avatar>`}
        <span class="name">${isStaff ? conversation.client.name : (conversation.chantier?.name ?? t("freeSubject"))}</span>
        <span class="title">${conversation.subject}</span>
        <span class="line">${this.#lastLine(conversation)}</span>
        <relative-time datetime=${conversation.last_activity_at}></relative-time>
        <span class="marks">${this.#marks(conversation, isStaff)}<unread-badge count=${unread}></unread-badge></span>
      </a>
    </li>`;
  }

  /**
   * @param {Conversation} conversation
   * @param {boolean} isStaff
   */
  #marks({ status, awaiting_reply_since, last_message }, isStaff) {
    if (status === "closed") return html`<span class="mark">${t("closed")}</span>`;
    const isThanks = last_message?.is_thanks && last_message.created_at === awaiting_reply_since;
    if (isStaff && isThanks) return html`<span class="mark">${t("thanks")}</span>`;
    return isStaff && awaiting_reply_since ? html`<span class="mark awaiting">${t("awaiting")}</span>` : nothing;
  }

  /** @param {Conversation} conversation */
  #lastLine({ last_message: last }) {
    if (!last) return "";
    if (last.deleted_at) return t("deletedMessage");
    const text = last.body || fileText("files", { n: last.attachments.length });
    if (last.author.id === this.me?.id) return t("youSaid", { text });
    return `${firstName(last.author.name)} : ${text}`;
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

  #askMore() {
    this.dispatchEvent(new CustomEvent("list-end", { bubbles: true, composed: true }));
  }
}

/** @param {string} name */
function firstName(name) {
  return name.split(" ")[0] ?? name;
}

/** Return the person of the company to show for a conversation. @param {Conversation} conversation */
function lastOther({ last_message, assigned_to, participants }) {
  if (last_message && last_message.author.role !== "client") return last_message.author;
  return assigned_to ?? participants.find((person) => person.role !== "client");
}

customElements.define("conversation-list", ConversationList);
