import { html, nothing } from "lit";

import { t as fileText } from "#attachments/i18n/index.js";
import { icons } from "#core/icons.js";
import { isByKeyboard } from "#core/last-input.js";
import { shared } from "#core/shared-styles.js";
import { TurnElement } from "#core/turn-element.js";

import { t } from "../i18n/index.js";
import { keptChanges } from "../state/pending-view.js";
import { keptTimeline } from "../state/timeline.js";
import { threadStyles } from "./conversation-thread-styles.js";
import "./message-composer.js";
import "./message-list.js";

/**
 * @import { LibraryPage, Sending } from "#attachments/types.js"
 * @import { Me } from "#core/types.js"
 * @import { MessageComposer } from "./message-composer.js"
 * @import { Start } from "./message-list.js"
 * @import { History } from "../state/history.js"
 * @import { ComposerAssistant, Conversation, Note, Pending, PendingMessage, Quote } from "../types.js"
 */

/** The same array each time, so that the list sees no change. @type {import("../state/timeline.js").Row[]} */
const NO_ROWS = [];

/**
 * One conversation: its heading, its messages and the composer. The events of the elements inside pass through.
 *
 * @property {Conversation | null} conversation the conversation; nothing is shown without it
 * @property {History | null} history its loaded messages
 * @property {unknown} messages the array of the history; another one renders this element again
 * @property {PendingMessage[]} pending messages that the server has not confirmed
 * @property {Pending[]} changes edits and deletions that the server has not confirmed
 * @property {Note[]} notes only for the company
 * @property {Me | null} me the answer of GET /me
 * @property {number | null} unreadAfter the seq after which the unread messages began
 * @property {{ count: number, after: number } | null} unread the number of unread messages after a seq, loaded or not
 * @property {string} draft what stands in the composer at first
 * @property {Quote | null} quoted the message that is being answered
 * @property {number} caret where the caret was in the draft
 * @property {"reply" | "note"} mode what the composer writes
 * @property {((composer: MessageComposer) => ComposerAssistant) | null} assist as of the composer
 * @property {string} typing the name of the person who is writing
 * @property {string} says what is said in place of who is writing
 * @property {ReadonlyMap<string, Sending>} sendings the uploads of this browser
 * @property {{ message: string, replies?: boolean, keepsFocus?: boolean } | null} target the message to go to
 * @property {Start | null} start where to begin to read, if not at the first unread message
 * @property {"" | "conversation" | "chantier"} files shows files instead of messages: those of the conversation or of its chantier
 * @property {LibraryPage | null} firstFiles the first page of the conversation's files, if the server wrote it in the page
 * @property {boolean} detailsOpen the company's details are shown beside
 * @fires {CustomEvent<null>} thread-back - back to the list
 * @fires {CustomEvent<null>} thread-details - the company asks for the details
 * @fires {CustomEvent<{ scope: "" | "conversation" | "chantier" }>} thread-files - show files, or messages again
 * @fires {CustomEvent<{ side: "before" | "after" }>} edge - the reader is near the end of the loaded messages
 * @fires {CustomEvent<null>} to-end - the last messages are wanted
 * @fires {CustomEvent<{ seq: number }>} seen - a message was on screen in a focused window
 * @fires {CustomEvent<{ body: string, mode: "reply" | "note" }>} compose - the text to send
 * @fires {CustomEvent<{ text: string, mode: "reply" | "note", caret?: number }>} draft - each change of the text
 * @fires {CustomEvent<{ id: string, items?: unknown[] }>} attachment-open - show a photo in the lightbox
 * @fires {CustomEvent<{ mode: "reply" | "note" }>} mode-change - a person wants to write the other thing
 * @fires {CustomEvent<{ name: string }>} desk-action - a person of the company wants to do something with the conversation
 * @slot actions - buttons beside the heading
 * @slot desk - a line below the heading
 * @slot above-composer - a line above the composer
 */
export class ConversationThread extends TurnElement {
  static properties = {
    conversation: { attribute: false },
    messages: { attribute: false },
    history: { attribute: false },
    pending: { attribute: false },
    changes: { attribute: false },
    notes: { attribute: false },
    me: { attribute: false },
    unreadAfter: { attribute: false },
    unread: { attribute: false },
    draft: { attribute: false },
    quoted: { attribute: false },
    caret: { attribute: false },
    mode: {},
    assist: { attribute: false },
    typing: {},
    says: {},
    sendings: { attribute: false },
    target: { attribute: false },
    start: { attribute: false },
    files: {},
    firstFiles: { attribute: false },
    detailsOpen: { type: Boolean, attribute: "details-open" },
  };

  static styles = [shared, threadStyles];

  #timeline = keptTimeline();
  /** The seq up to which everything was read when the conversation was opened. */
  #readUpTo = 0;

  #changed = keptChanges();
  /** The messages were shown. Behind the files they keep their scroll position. */
  #hasMessages = false;

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
    /** @type {Pending[]} */
    this.changes = [];
    /** @type {Note[]} */
    this.notes = [];
    /** @type {Me | null} */
    this.me = null;
    /** @type {number | null} */
    this.unreadAfter = null;
    /** @type {{ count: number, after: number } | null} */
    this.unread = null;
    this.draft = "";
    /** @type {Quote | null} */
    this.quoted = null;
    this.caret = 0;
    /** @type {"reply" | "note"} */
    this.mode = "reply";
    /** @type {((composer: MessageComposer) => ComposerAssistant) | null} */
    this.assist = null;
    this.typing = "";
    this.says = "";
    /** @type {ReadonlyMap<string, Sending>} */
    this.sendings = new Map();
    /** @type {{ message: string, replies?: boolean, keepsFocus?: boolean } | null} */
    this.target = null;
    /** @type {Start | null} */
    this.start = null;
    /** @type {"" | "conversation" | "chantier"} */
    this.files = "";
    /** @type {LibraryPage | null} */
    this.firstFiles = null;
    this.detailsOpen = false;
    this.addEventListener("shortcut", (event) => void this.#onShortcut(event));
  }

  /** Do what a key asks for: reply, note, assign, close or snooze. @param {Event} event */
  async #onShortcut(event) {
    const { action } = /** @type {CustomEvent} */ (event).detail;
    if (action !== "reply" && action !== "note") return this.#send("desk-action", { name: action });
    if (this.files) this.#send("thread-files", { scope: "" });
    this.#send("mode-change", { mode: action });
    await this.updateComplete;
    this.focusComposer();
  }

  /** Put the focus into the composer. */
  focusComposer() {
    this.renderRoot.querySelector("message-composer")?.focus();
  }

  /** Write a message or a note, with the focus in the field. @param {"reply" | "note"} mode */
  write(mode) {
    const composer = this.renderRoot.querySelector("message-composer");
    return mode === "note" ? composer?.writeNote() : composer?.writeMessage();
  }

  /** Put a text into the field for a reply, before what is written there. @param {string} text */
  async putInReply(text) {
    await this.updateComplete;
    await this.renderRoot.querySelector("message-composer")?.putBefore(text);
  }

  /** Resolve when the messages are where the last changes want them. */
  async listReady() {
    await this.updateComplete;
    await this.renderRoot.querySelector("message-list")?.updateComplete;
  }

  toBottom() {
    this.renderRoot.querySelector("message-list")?.toBottom();
  }

  /** Tell a screen reader where it is. Only a person with a keyboard needs to see it. */
  focusHeading() {
    const heading = this.renderRoot.querySelector("h2");
    heading?.toggleAttribute("data-quiet", !isByKeyboard());
    heading?.focus();
  }

  /** @override @param {Map<string, any>} changed */
  willUpdate(changed) {
    const { conversation } = this;
    const isAnother = changed.has("conversation") && changed.get("conversation")?.id !== conversation?.id;
    if (!this.files) this.#hasMessages = true;
    if (conversation && isAnother) this.#readUpTo = this.unreadAfter ?? conversation.last_seq;
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
        <slot name="desk"></slot>
      </header>
      ${this.#hasMessages ? this.#messageList(conversation, me) : nothing} ${this.files ? this.#library(conversation, this.files) : nothing}
      <div class="foot" ?hidden=${this.files !== ""}>
        ${this.typing ? html`<p class="typing"><span>${this.says || t("typing", { name: this.typing })}</span></p>` : nothing}
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
      .page=${this.firstFiles}
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
    const { messages = [], lines = [], hasBefore = false, hasAfter = false, isLoaded = false } = this.history ?? {};
    const { pending, notes, unreadAfter } = this;
    // While later messages are not loaded, unsent messages would stand in the wrong place.
    const closedUpTo = me.role !== "client" && conversation.status === "open" ? conversation.closed_up_to_seq : 0;
    const shown = { messages: this.#changed(messages, this.changes), pending: hasAfter ? [] : pending, notes, lines, hasBefore, hasAfter, unreadAfter, me, closedUpTo };
    const rows = isLoaded ? this.#timeline(shown) : NO_ROWS;
    return html`<message-list
      .rows=${rows}
      .me=${me}
      conversation=${conversation.id}
      read-by-other=${readByOtherSide(conversation, me)}
      read-up-to=${this.#readUpTo}
      .unread=${this.unread}
      ?has-before=${isLoaded && hasBefore}
      ?has-after=${isLoaded && hasAfter}
      ?loading=${!isLoaded}
      .sendings=${this.sendings}
      .target=${this.target}
      .start=${this.start}
      ?awaiting=${conversation.awaiting_reply_since !== null}
      ?writable=${conversation.accepts_messages}
      ?inert=${this.files !== ""}
    ></message-list>`;
  }

  /**
   * @param {Conversation} conversation
   * @param {boolean} isStaff
   */
  #foot({ id, status, accepts_messages, pending }, isStaff) {
    if (!accepts_messages && status !== "closed" && !isStaff) return html`<p class="state">${t("acceptsNone")}</p>`;
    const isShut = !accepts_messages;
    return html`
      <slot name="above-composer"></slot>
      ${isShut ? html`<p class="state">${t("acceptsNone")}</p>` : nothing}
      ${!isShut && status === "closed" ? html`<p class="state">${t(isStaff ? "isClosedStaff" : "isClosedClient")}</p>` : nothing}
      ${isShut && !isStaff
        ? nothing
        : html`<message-composer
            .draft=${this.draft}
            .quoted=${this.quoted}
            .caret=${this.caret}
            place=${id}
            mode=${isShut ? "note" : this.mode}
            ?notes=${isStaff && !isShut && !pending}
            ?staff=${isStaff}
            .assist=${this.assist}
            .limits=${this.me?.limits ?? null}
            .chosen=${[...this.sendings.values()].filter(({ place }) => place === (this.mode === "note" ? `note:${id}` : id))}
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
