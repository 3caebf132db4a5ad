import { LitElement, html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";

import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";
import { dayLabel } from "#core/time.js";

import { t } from "../i18n/index.js";
import { ScrollAnchor } from "./scroll-anchor.js";
import "./internal-note.js";
import "./message-bubble.js";
import { listStyles } from "./message-list-styles.js";

/**
 * @import { Sending } from "#attachments/types.js"
 * @import { Me } from "#core/types.js"
 * @import { Message } from "../types.js"
 * @import { MessageRow, PendingRow, Row } from "../state/timeline.js"
 */

// Authors may edit or delete a message for this long. The server has the same limit.
const CHANGEABLE_MS = 15 * 60_000;

// How long the row is highlighted.
const POINTED_MS = 4_000;

// Load the next page before the reader reaches the edge.
const NEAR_EDGE_PX = 400;

/**
 * The messages of one thread, in a scrolling window. Sends `edge` {side} when the reader comes near the end of the
 * loaded messages, `to-end` to ask for the last ones, and `seen` {seq} when a message was visible in a focused window.
 *
 * @property {Row[]} rows as `timeline` makes them
 * @property {Me} me
 * @property {string} conversation the id of the conversation; a change of it resets the scroll position
 * @property {number} readByOther the seq up to which the other side has read
 * @property {boolean} hasBefore
 * @property {boolean} hasAfter
 * @property {boolean} loading true until the first page is loaded
 * @property {boolean} writable the conversation takes messages, so that one that failed can be changed and sent again
 * @property {boolean} awaiting a client waits for an answer; a conversation opened again can then be closed again
 * @property {ReadonlyMap<string, Sending>} sendings the uploads of this browser
 * @property {{ message: string, replies?: boolean } | null} target the message to scroll to and highlight, and whether the
 *   reader is about to reply; a new object scrolls there again
 */
export class MessageList extends LitElement {
  static properties = {
    rows: { attribute: false },
    me: { attribute: false },
    conversation: {},
    readByOther: { type: Number, attribute: "read-by-other" },
    hasBefore: { type: Boolean, attribute: "has-before" },
    hasAfter: { type: Boolean, attribute: "has-after" },
    loading: { type: Boolean },
    writable: { type: Boolean },
    awaiting: { type: Boolean },
    sendings: { attribute: false },
    target: { attribute: false },
    pointed: { state: true },
    below: { state: true },
    isAway: { state: true },
  };

  static styles = [shared, listStyles];

  #scroll = new ScrollAnchor(this, { onMove: () => this.#schedule() });
  #frame = 0;
  /** The last target that was scrolled to. @type {unknown} */
  #reached = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #pointTimer;
  /** The seq of the last message of others that was inside the window, even without focus. */
  #seenSeq = 0;

  constructor() {
    super();
    /** @type {Row[]} */
    this.rows = [];
    /** @type {Me | null} */
    this.me = null;
    this.conversation = "";
    this.readByOther = 0;
    this.hasBefore = false;
    this.hasAfter = false;
    this.loading = false;
    this.writable = false;
    this.awaiting = false;
    /** @type {ReadonlyMap<string, Sending>} */
    this.sendings = new Map();
    /** @type {{ message: string, replies?: boolean } | null} */
    this.target = null;
    /** The id of the highlighted message. */
    this.pointed = "";
    /** The number of messages of others that were never inside the window. */
    this.below = 0;
    this.isAway = false;
  }

  /** @override */
  connectedCallback() {
    super.connectedCallback();
    addEventListener("focus", this.#schedule);
    document.addEventListener("visibilitychange", this.#schedule);
  }

  /** @override */
  disconnectedCallback() {
    removeEventListener("focus", this.#schedule);
    document.removeEventListener("visibilitychange", this.#schedule);
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#pointTimer);
    super.disconnectedCallback();
  }

  /** Scroll to the last message. If it is not loaded, ask for it by `to-end`. */
  toBottom() {
    if (this.hasAfter) this.#send("to-end", {});
    else this.#scroll.toBottom();
  }

  /** @override @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    this.#scroll.isEnd = !this.hasAfter;
    if (!changed.has("conversation")) return;
    this.#scroll.reset();
    this.#seenSeq = 0;
  }

  /** @override */
  updated() {
    const [scroller, content] = [this.#query(".window"), this.#query("ol")];
    if (!scroller || !content) return;
    this.#scroll.watch(scroller, content);
    if (this.rows.length > 0) this.#goToTarget();
    this.#schedule();
  }

  /** Scroll to the target if it is loaded, otherwise to the first unread message. */
  #goToTarget() {
    const { target } = this;
    const row = target && target !== this.#reached && this.#query(`[data-key="${target.message}"]`);
    if (target && row) {
      this.#reached = target;
      this.#scroll.reset();
      this.#scroll.start(target.message);
      this.#pointAt(target.message);
      // A person who replies keeps the focus in the composer.
      if (!target.replies) row.focus({ preventScroll: true });
    }
    this.#scroll.start("unread");
  }

  /** @param {string} message */
  #pointAt(message) {
    this.pointed = message;
    clearTimeout(this.#pointTimer);
    this.#pointTimer = setTimeout(() => (this.pointed = ""), POINTED_MS);
  }

  /** @override */
  render() {
    return html`<div class="window" tabindex="0" role="log" aria-label=${t("thread")} aria-busy=${this.loading}>
        <ol>
          ${repeat(this.rows, (row) => row.key, (row) => this.#item(row))}
        </ol>
        ${this.rows.length === 0 ? html`<p class="quiet">${t(this.loading ? "loading" : "emptyThread")}</p>` : nothing}
      </div>
      ${this.isAway ? this.#pill() : nothing}`;
  }

  /** @param {Row} row */
  #item(row) {
    const isPointed = row.key === this.pointed;
    return html`<li data-key=${row.key} ?data-floating=${row.kind === "day"} tabindex="-1" class=${isPointed ? "pointed" : ""}>
      ${this.#row(row)}
    </li>`;
  }

  /** @param {Row} row */
  #row(row) {
    switch (row.kind) {
      case "day":
        return html`<div class="day"><span>${dayLabel(row.date)}</span></div>`;
      case "unread":
        return html`<div class="unread">${t("newMessages")}</div>`;
      case "reopened":
        return this.#reopened(row.name);
      case "note":
        return html`<internal-note .note=${row.note} ?mine=${row.note.author.id === this.me?.id}></internal-note>`;
      case "pending":
        return this.#bubble(row, { isMine: true, side: "ours", state: row.message.state });
      case "message":
        return this.#written(row);
    }
  }

  /** @param {string} name */
  #reopened(name) {
    return html`<div class="reopened">
      <span>${t("reopenedBy", { name })}</span>
      ${this.awaiting ? html`<button class="button" @click=${this.#closeAgain}>${t("closeAgain")}</button>` : nothing}
    </div>`;
  }

  #closeAgain() {
    this.#send("conversation-change", { change: { status: "closed" } });
  }

  /** @param {MessageRow} row */
  #written(row) {
    const { message } = row;
    const isMine = message.author.id === this.me?.id;
    const isOurs = isMine || (this.me?.role !== "client" && message.author.role !== "client");
    const state = message.deleted_at || !isOurs ? "" : message.seq <= this.readByOther ? "read" : "sent";
    return this.#bubble(row, { isMine, side: isOurs ? "ours" : "theirs", state });
  }

  /**
   * @param {MessageRow | PendingRow} row
   * @param {{ isMine: boolean, side: string, state: string }} looks
   */
  #bubble(row, { isMine, side, state }) {
    return html`<message-bubble
      .message=${row.message}
      .sendings=${this.#sendingsOf(row)}
      side=${side}
      state=${state}
      ?mine=${isMine}
      ?for-company=${this.me !== null && this.me.role !== "client"}
      ?joins-above=${!row.isFirst}
      ?joins-below=${!row.isLast}
      .limits=${this.me?.limits ?? null}
      ?rewritable=${this.writable}
      ?changeable=${isMine && row.kind === "message" && isFresh(row.message)}
    ></message-bubble>`;
  }

  /** Return null for most messages, so that an upload renders only its own bubble. @param {MessageRow | PendingRow} row */
  #sendingsOf(row) {
    const ids = row.kind === "pending" ? (row.message.attachments ?? []) : row.message.attachments.map(({ id }) => id);
    return ids.some((id) => this.sendings.has(id)) ? this.sendings : null;
  }

  #pill() {
    const label = this.below > 0 ? t("newBelow", { n: this.below }) : t("toBottom");
    return html`<button class="pill ${this.below > 0 ? "has-new" : ""}" aria-label=${label} @click=${() => this.toBottom()}>
      ${this.below > 0 ? label : nothing}${icons.down}
    </button>`;
  }

  #otherRows() {
    return this.rows.filter((row) => row.kind === "message").filter(({ message }) => message.author.id !== this.me?.id);
  }

  /** Measure at most once per frame what is on screen. */
  #schedule = () => {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#measure());
  };

  #measure() {
    const scroller = this.#query(".window");
    if (!scroller?.clientHeight || this.loading) return;
    this.#scroll.applyNow();
    this.isAway = !this.#scroll.isAtBottom || this.hasAfter;
    if (this.hasBefore && scroller.scrollTop < NEAR_EDGE_PX) this.#send("edge", { side: "before" });
    if (this.hasAfter && distanceToBottom(scroller) < NEAR_EDGE_PX) this.#send("edge", { side: "after" });
    const seen = this.#lastSeen(scroller)?.seq ?? 0;
    this.#seenSeq = Math.max(this.#seenSeq, seen);
    this.below = this.#otherRows().filter(({ message }) => message.seq > this.#seenSeq).length;
    const isOnScreen = document.visibilityState === "visible" && document.hasFocus() && !this.inert;
    if (isOnScreen && seen > 0) this.#send("seen", { seq: seen });
  }

  /**
   * Return the last message whose beginning is inside the window. A message taller than the screen counts too.
   *
   * @param {HTMLElement} scroller
   * @returns {Message | undefined}
   */
  #lastSeen(scroller) {
    const bottom = scroller.getBoundingClientRect().bottom;
    const row = this.#otherRows().findLast(({ key }) => {
      const box = this.#query(`[data-key="${key}"]`)?.getBoundingClientRect();
      return box && box.top + Math.min(box.height, 48) <= bottom;
    });
    return row?.message;
  }

  /** @param {string} selector @returns {HTMLElement | null} */
  #query(selector) {
    return this.renderRoot.querySelector(selector);
  }

  /**
   * @param {string} type
   * @param {object} detail
   */
  #send(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}

/** @param {Message} message */
function isFresh({ created_at, deleted_at }) {
  return !deleted_at && Date.now() - Date.parse(created_at) < CHANGEABLE_MS;
}

/** @param {HTMLElement} scroller */
function distanceToBottom({ scrollHeight, scrollTop, clientHeight }) {
  return scrollHeight - scrollTop - clientHeight;
}

customElements.define("message-list", MessageList);
