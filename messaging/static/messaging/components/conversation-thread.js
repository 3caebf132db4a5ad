import { LitElement, css, html, nothing } from "lit";

import "#attachments/components/attachment-library.js";
import { t as fileText } from "#attachments/i18n/index.js";
import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";

import { t } from "../i18n/index.js";
import { timeline } from "../state/timeline.js";
import "./message-composer.js";
import "./message-list.js";

/**
 * @import { Sending } from "#attachments/types.js"
 * @import { Me } from "#core/types.js"
 * @import { History } from "../state/history.js"
 * @import { Conversation, Note, PendingMessage } from "../types.js"
 */

/**
 * One conversation: its heading, its messages and the composer. The events of the elements inside pass through.
 * It also sends `thread-back`, `thread-details` and `thread-files` {scope}.
 *
 * @property {Conversation} conversation
 * @property {History} history
 * @property {PendingMessage[]} pending
 * @property {Note[]} notes only for the company
 * @property {Me} me
 * @property {number | null} unreadAfter the seq after which the unread messages began
 * @property {string} draft
 * @property {"reply" | "note"} mode
 * @property {string} typing the name of the person who is writing
 * @property {ReadonlyMap<string, Sending>} sendings the uploads of this browser
 * @property {{ message: string, replies?: boolean } | null} target the message to go to
 * @property {"" | "conversation" | "chantier"} files shows files instead of messages: those of the conversation or of its chantier
 */
export class ConversationThread extends LitElement {
  static properties = {
    conversation: { attribute: false },
    messages: { attribute: false },
    history: { attribute: false },
    pending: { attribute: false },
    notes: { attribute: false },
    me: { attribute: false },
    unreadAfter: { attribute: false },
    draft: { attribute: false },
    mode: {},
    typing: {},
    sendings: { attribute: false },
    target: { attribute: false },
    files: {},
    detailsOpen: { type: Boolean, attribute: "details-open" },
  };

  static styles = [
    shared,
    css`
      :host {
        display: grid;
        grid-template: auto minmax(0, 1fr) auto / minmax(0, 1fr);
        min-width: 0;
        min-height: 0;
        background: var(--surface);
      }

      header {
        display: flex;
        gap: var(--space-2);
        align-items: center;
        min-height: 3.75rem;
        padding: var(--space-1) var(--space-4);
        border-block-end: 1px solid var(--line);
      }

      .heading {
        flex: 1;
        min-width: 0;
        padding-block: var(--space-1);
      }

      h2 {
        overflow: hidden;
        font-size: var(--text-l);
        font-weight: 650;
        letter-spacing: -0.01em;
        line-height: var(--leading-tight);
        text-overflow: ellipsis;
        white-space: nowrap;
      }

      /* With an offset the outline would cover the chantier below. */
      h2:focus-visible {
        outline-offset: 0;
      }

      .about {
        display: flex;
        gap: var(--space-2);
        align-items: center;
        min-width: 0;
        margin-block-start: 2px;
        color: var(--ink-soft);
        font-size: var(--text-s);
      }

      .about span:not(.plate) {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }

      .files[aria-pressed="true"] {
        background: var(--brand-tint);
        color: var(--brand-text);
      }

      message-list,
      attachment-library {
        grid-area: 2 / 1;
        min-height: 0;
      }

      message-list[inert] {
        visibility: hidden;
      }

      .back {
        margin-inline-start: calc(-1 * var(--space-3));
      }

      @media (min-width: 48rem) {
        .back {
          display: none;
        }
      }

      /* The details have their own column on a wide screen. */
      @media (min-width: 75rem) {
        .details {
          display: none;
        }
      }

      .foot {
        min-width: 0;
      }

      .typing {
        min-height: 1.5rem;
        padding: 0 var(--space-4) var(--space-1);
        margin-block-start: -1.5rem;
        color: var(--ink-soft);
        font-size: var(--text-s);
        pointer-events: none;
      }

      .typing span {
        position: relative;
        padding: 1px var(--space-2);
        border-radius: var(--radius-full);
        background: var(--surface);
        box-shadow: var(--shadow-low);
      }

      .state {
        padding: var(--space-2) var(--space-4);
        border-block-start: 1px solid var(--line);
        background: var(--surface-sunken);
        color: var(--ink-soft);
        font-size: var(--text-s);
        text-align: center;
      }
    `,
  ];

  constructor() {
    super();
    /** @type {Conversation | null} */
    this.conversation = null;
    /** @type {History | null} */
    this.history = null;
    /** The array of the history. It is replaced at each change, and so renders this element again. @type {unknown} */
    this.messages = null;
    /** @type {PendingMessage[]} */
    this.pending = [];
    /** @type {Note[]} */
    this.notes = [];
    /** @type {Me | null} */
    this.me = null;
    /** @type {number | null} */
    this.unreadAfter = null;
    this.draft = "";
    /** @type {"reply" | "note"} */
    this.mode = "reply";
    this.typing = "";
    /** @type {ReadonlyMap<string, Sending>} */
    this.sendings = new Map();
    /** @type {{ message: string, replies?: boolean } | null} */
    this.target = null;
    /** @type {"" | "conversation" | "chantier"} */
    this.files = "";
    this.detailsOpen = false;
  }

  focusComposer() {
    this.renderRoot.querySelector("message-composer")?.focus();
  }

  /** Put back a text that could not be saved. @param {string} text */
  restoreDraft(text) {
    const composer = this.renderRoot.querySelector("message-composer");
    if (composer && composer.text === "") composer.text = text;
  }

  /** Put a text into the field for a reply, before what is written there. @param {string} text */
  async putInReply(text) {
    await this.updateComplete;
    await this.renderRoot.querySelector("message-composer")?.putBefore(text);
  }

  toBottom() {
    this.renderRoot.querySelector("message-list")?.toBottom();
  }

  focusHeading() {
    this.renderRoot.querySelector("h2")?.focus();
  }

  /** @override */
  render() {
    const { conversation, me } = this;
    if (!conversation || !me) return nothing;
    const isStaff = me.role !== "client";
    return html`
      <header>
        <button class="icon-button back" aria-label=${t("back")} @click=${() => this.#send("thread-back")}>${icons.back}</button>
        <div class="heading">
          <h2 tabindex="-1" title=${conversation.subject}>${conversation.subject}</h2>
          ${this.#about(conversation, isStaff)}
        </div>
        ${this.#filesButton()} ${isStaff ? this.#detailsButton() : nothing}
        <slot name="actions"></slot>
      </header>
      ${this.#messageList(conversation, me)} ${this.files ? this.#library(conversation, this.files) : nothing}
      <div class="foot" ?hidden=${this.files !== ""}>
        ${this.typing ? html`<p class="typing"><span>${t("typing", { name: this.typing })}</span></p>` : nothing}
        ${this.#foot(conversation, isStaff)}
      </div>
    `;
  }

  /**
   * @param {Conversation} conversation
   * @param {boolean} isStaff
   */
  #about({ client, chantier }, isStaff) {
    return html`<p class="about">
      ${chantier?.reference ? html`<span class="plate">${chantier.reference}</span>` : nothing}
      <span>${[isStaff ? client.name : "", chantier?.name ?? t("freeSubject")].filter(Boolean).join(" · ")}</span>
    </p>`;
  }

  #filesButton() {
    const label = fileText("library");
    return html`<button
      class="icon-button files"
      aria-label=${label}
      title=${label}
      aria-pressed=${this.files !== ""}
      @click=${() => this.#send("thread-files", { scope: this.files ? "" : "conversation" })}
    >
      ${icons.picture}
    </button>`;
  }

  /**
   * Show the files over the messages, which keep their scroll position.
   *
   * @param {Conversation} conversation
   * @param {"conversation" | "chantier"} scope
   */
  #library({ id, chantier, version }, scope) {
    return html`<attachment-library
      tabindex="0"
      role="region"
      aria-label=${fileText("library")}
      conversation=${id}
      chantier=${chantier?.id ?? ""}
      scope=${scope}
      stamp=${version}
      @library-scope=${(/** @type {CustomEvent} */ { detail }) => this.#send("thread-files", detail)}
    ></attachment-library>`;
  }

  #detailsButton() {
    return html`<button
      class="icon-button details"
      aria-label=${t("details")}
      aria-expanded=${this.detailsOpen}
      @click=${() => this.#send("thread-details")}
    >
      ${icons.info}
    </button>`;
  }

  /**
   * @param {Conversation} conversation
   * @param {Me} me
   */
  #messageList(conversation, me) {
    const { messages = [], hasBefore = false, hasAfter = false, isLoaded = false } = this.history ?? {};
    const { pending, notes, unreadAfter } = this;
    // While later messages are not loaded, unsent messages would stand in the wrong place.
    const closedUpTo = me.role !== "client" && conversation.status === "open" ? conversation.closed_up_to_seq : 0;
    const shown = { messages, pending: hasAfter ? [] : pending, notes, hasBefore, unreadAfter, me, closedUpTo };
    const rows = isLoaded ? timeline(shown) : [];
    return html`<message-list
      .rows=${rows}
      .me=${me}
      conversation=${conversation.id}
      read-by-other=${readByOtherSide(conversation, me)}
      ?has-before=${isLoaded && hasBefore}
      ?has-after=${isLoaded && hasAfter}
      ?loading=${!isLoaded}
      .sendings=${this.sendings}
      .target=${this.target}
      ?awaiting=${conversation.awaiting_reply_since !== null}
      ?writable=${conversation.accepts_messages}
      ?inert=${this.files !== ""}
    ></message-list>`;
  }

  /**
   * @param {Conversation} conversation
   * @param {boolean} isStaff
   */
  #foot({ id, status, accepts_messages }, isStaff) {
    if (!accepts_messages && status !== "closed" && !isStaff) return html`<p class="state">${t("acceptsNone")}</p>`;
    const isShut = !accepts_messages;
    return html`
      ${isShut ? html`<p class="state">${t("acceptsNone")}</p>` : nothing}
      ${!isShut && status === "closed" ? html`<p class="state">${t(isStaff ? "isClosedStaff" : "isClosedClient")}</p>` : nothing}
      ${isShut && !isStaff
        ? nothing
        : html`<message-composer
            .draft=${this.draft}
            place=${id}
            mode=${isShut ? "note" : this.mode}
            ?notes=${isStaff && !isShut}
            ?staff=${isStaff}
            .limits=${this.me?.limits ?? null}
            .chosen=${[...this.sendings.values()].filter((sending) => sending.place === id)}
          ></message-composer>`}
    `;
  }

  /**
   * @param {string} type
   * @param {object} [detail]
   */
  #send(type, detail = {}) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}

/**
 * Return the seq up to which somebody of the other side has read.
 *
 * @param {Conversation} conversation
 * @param {Me} me
 */
function readByOtherSide({ participants }, me) {
  const isClient = me.role === "client";
  const marks = participants.filter((person) => (person.role === "client") !== isClient).map((person) => person.last_read_seq);
  return Math.max(0, ...marks);
}

customElements.define("conversation-thread", ConversationThread);
