import { html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";

import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";
import { TurnElement } from "#core/turn-element.js";
import { areTurnsTaken } from "#core/turns.js";

import { t } from "../i18n/index.js";
import { listStyles } from "./message-list-styles.js";
import { rowContent } from "./message-rows.js";
import { RenderedRows } from "./rendered-rows.js";
import { RENDERED_WHOLE, isFilled } from "./row-window.js";
import { START_TOP_PX, ScrollAnchor } from "./scroll-anchor.js";

/**
 * @import { Sending } from "#attachments/types.js"
 * @import { Me } from "#core/types.js"
 * @import { Message } from "../types.js"
 * @import { Row } from "../state/timeline.js"
 * @import { Gap } from "./row-window.js"
 *
 * A row and its distance from the top of the window. Without a key it is the bottom.
 * @typedef {{ conversation: string, key: string, top: number }} Start
 */

// How long the row is highlighted.
const POINTED_MS = 4_000;

// Load the next page before the reader reaches the edge.
const NEAR_EDGE_PX = 400;

// Rows added while the reader scrolls are not new messages. Screen readers are told so for this long.
const BUSY_MS = 300;

/**
 * The messages of one thread, in a scrolling window. Sends `edge` {side} when the reader comes near the end of the
 * loaded messages, `to-end` to ask for the last ones, and `seen` {seq} when a message was visible in a focused window.
 *
 * A long list renders the rows near the screen, and gaps as high as the others (`row-window.js`).
 *
 * @property {Row[]} rows as `timeline` makes them
 * @property {Me} me
 * @property {string} conversation the id of the conversation; a change of it resets the scroll position
 * @property {number} readByOther the seq up to which the other side has read
 * @property {number} readUpTo the seq up to which the reader had read when the thread was opened
 * @property {{ count: number, after: number } | null} unread the number of messages of others after a seq that the reader has
 *   not read, loaded or not
 * @property {boolean} hasBefore
 * @property {boolean} hasAfter
 * @property {boolean} loading true until the first page is loaded
 * @property {boolean} writable the conversation takes messages, so that one that failed can be changed and sent again
 * @property {boolean} awaiting a client waits for an answer; a conversation opened again can then be closed again
 * @property {ReadonlyMap<string, Sending>} sendings the uploads of this browser
 * @property {{ message: string, replies?: boolean, keepsFocus?: boolean } | null} target the message to scroll to and highlight, and whether the
 *   reader is about to reply or is typing elsewhere; a new object scrolls there again
 * @property {Start | null} start where to begin to read this conversation, instead of the first unread message
 */
export class MessageList extends TurnElement {
  static properties = {
    rows: { attribute: false },
    me: { attribute: false },
    conversation: {},
    readByOther: { type: Number, attribute: "read-by-other" },
    readUpTo: { type: Number, attribute: "read-up-to" },
    unread: { attribute: false },
    hasBefore: { type: Boolean, attribute: "has-before" },
    hasAfter: { type: Boolean, attribute: "has-after" },
    loading: { type: Boolean },
    writable: { type: Boolean },
    awaiting: { type: Boolean },
    sendings: { attribute: false },
    target: { attribute: false },
    start: { attribute: false },
    pointed: { state: true },
    below: { state: true },
    isAway: { state: true },
    isMoving: { state: true },
  };

  static styles = [shared, listStyles];

  #scroll = new ScrollAnchor(this, { onMove: () => this.#schedule(), locate: (offset) => this.#rendered.at(this.rows, offset) });
  #frame = 0;
  /** The last target that was scrolled to. @type {unknown} */
  #reached = null;
  /** The last start that was used. @type {Start | null} */
  #begun = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #pointTimer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #busyTimer;
  /** The seq of the last message of others that was inside the window, even without focus. */
  #seenSeq = 0;

  #rendered = new RenderedRows();
  /** The messages of others in it. @type {Map<string, Message>} */
  #others = new Map();
  /** The screen has left the rendered rows. */
  #isStale = false;

  constructor() {
    super();
    /** @type {Row[]} */
    this.rows = [];
    /** @type {Me | null} */
    this.me = null;
    this.conversation = "";
    this.readByOther = 0;
    this.readUpTo = 0;
    /** @type {{ count: number, after: number } | null} */
    this.unread = null;
    this.hasBefore = false;
    this.hasAfter = false;
    this.loading = false;
    this.writable = false;
    this.awaiting = false;
    /** @type {ReadonlyMap<string, Sending>} */
    this.sendings = new Map();
    /** @type {{ message: string, replies?: boolean, keepsFocus?: boolean } | null} */
    this.target = null;
    /** @type {Start | null} */
    this.start = null;
    /** The id of the highlighted message. */
    this.pointed = "";
    /** The number of messages of others that were never inside the window. */
    this.below = 0;
    this.isAway = false;
    /** Rows are added because the reader scrolls. */
    this.isMoving = false;
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
    clearTimeout(this.#busyTimer);
    super.disconnectedCallback();
  }

  /** Scroll to the last message. If it is not loaded, ask for it by `to-end`. */
  toBottom() {
    if (this.hasAfter) return this.#send("to-end", {});
    this.#scroll.toBottom();
    this.#refill();
  }

  /** @override @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    this.#scroll.isEnd = !this.hasAfter;
    if (changed.has("conversation")) {
      this.#scroll.reset();
      this.#seenSeq = 0;
      this.#rendered.reset();
    }
    if (this.#isStale || ["conversation", "rows", "target"].some((name) => changed.has(name))) this.#moveWindow();
  }

  /** @override */
  updated() {
    const [scroller, content] = [this.#query(".window"), this.#query("ol")];
    if (!scroller || !content) return;
    this.#scroll.watch(scroller, content);
    if (this.rows.length > 0) this.#goToTarget();
    this.#schedule();
  }

  /** Choose the rows to render, from where the reader is. */
  #moveWindow() {
    this.#isStale = false;
    const scroller = this.#query(".window");
    const { hasStarted } = this.#scroll;
    const { shadowRoot } = this;
    // A row stays if it has the focus, or an open editor.
    const isHeld = (/** @type {HTMLElement} */ item) =>
      item.contains(shadowRoot?.activeElement ?? null) || (item.querySelector("message-bubble")?.isInUse ?? false);
    if (this.rows.length > RENDERED_WHOLE) this.#rendered.read(this.renderRoot.querySelectorAll("li"), isHeld);
    const isAnother = this.#rendered.move(this.rows, {
      place: this.#placeToShow(),
      height: scroller?.clientHeight || innerHeight,
      offset: hasStarted ? (scroller?.scrollTop ?? 0) : null,
    });
    const { from, to } = this.#rendered.range;
    this.#others = new Map(this.rows.slice(from, to).flatMap((row) => (this.#isOfOthers(row) ? [[row.key, row.message]] : [])));
    if (isAnother) this.#beBusy();
  }

  #placeToShow() {
    const target = this.#newTarget;
    if (target) return { key: target.message, top: START_TOP_PX };
    return this.#scroll.hasStarted ? this.#scroll.place : { key: "unread", top: START_TOP_PX };
  }

  #beBusy() {
    this.isMoving = true;
    clearTimeout(this.#busyTimer);
    this.#busyTimer = setTimeout(() => (this.isMoving = false), BUSY_MS);
  }

  /** The target, if it is loaded and was not scrolled to. */
  get #newTarget() {
    const { target } = this;
    return target && target !== this.#reached && this.rows.some(({ key }) => key === target.message) ? target : null;
  }

  /** Scroll to the target if it is loaded, otherwise to the first unread message. */
  #goToTarget() {
    const target = this.#newTarget;
    const row = target && this.#query(`[data-key="${target.message}"]`);
    if (target && row) {
      this.#reached = target;
      this.#scroll.reset();
      this.#scroll.start(target.message);
      this.#pointAt(target.message);
      // A person who replies keeps the focus in the composer, one who searches in the field.
      if (!target.replies && !target.keepsFocus) row.focus({ preventScroll: true });
    }
    const { start, conversation } = this;
    const isNew = start !== null && start !== this.#begun && start.conversation === conversation;
    if (isNew && this.#begun) this.#scroll.reset();
    if (isNew) this.#scroll.start(start.key, start.top);
    else this.#scroll.start("unread");
    this.#begun = start;
  }

  /** @param {string} message */
  #pointAt(message) {
    this.pointed = message;
    clearTimeout(this.#pointTimer);
    this.#pointTimer = setTimeout(() => (this.pointed = ""), POINTED_MS);
  }

  /** @override */
  render() {
    const shown = this.#rendered.of(this.rows);
    return html`<div class="window" tabindex="0" role="log" aria-label=${t("thread")} aria-busy=${this.loading || this.isMoving}>
        <ol>
          ${repeat(shown, (item) => ("row" in item ? item.row.key : `gap-${item.from}`), (item) => ("row" in item ? this.#item(item) : gap(item)))}
        </ol>
        ${this.rows.length === 0 ? html`<p class="quiet">${t(this.loading ? "loading" : "emptyThread")}</p>` : nothing}
      </div>
      <p class="visually-hidden" role="status">${this.isAway && this.below > 0 ? t("newBelow", { n: this.below }) : nothing}</p>
      ${this.isAway ? this.#pill() : nothing}`;
  }

  /** Say its place to screen readers where not all rows are rendered. @param {{ index: number, row: Row }} item */
  #item({ index, row }) {
    const isPointed = row.key === this.pointed;
    const isPart = this.#rendered.range.to - this.#rendered.range.from < this.rows.length;
    const count = this.hasBefore || this.hasAfter ? -1 : this.rows.length;
    return html`<li
      data-key=${row.key}
      ?data-floating=${row.kind === "day"}
      tabindex="-1"
      class=${isPointed ? "pointed" : ""}
      aria-setsize=${isPart ? count : nothing}
      aria-posinset=${isPart ? index + 1 : nothing}
    >
      ${rowContent(row, this)}
    </li>`;
  }

  closeAgain = () => {
    this.#send("conversation-change", { change: { status: "closed" } });
  };

  #pill() {
    const label = this.below > 0 ? t("newBelow", { n: this.below }) : t("toBottom");
    return html`<button class="pill ${this.below > 0 ? "has-new" : ""}" aria-label=${label} @click=${() => this.toBottom()}>
      ${this.below > 0 ? label : nothing}${icons.down}
    </button>`;
  }

  /** @param {Row} row @returns {row is import("../state/timeline.js").MessageRow} */
  #isOfOthers(row) {
    return row.kind === "message" && row.message.author.id !== this.me?.id;
  }

  /** Measure at most once per frame what is on screen. */
  #schedule = () => {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#measure());
  };

  #measure() {
    const scroller = this.#query(".window");
    if (!scroller?.clientHeight || this.loading) return;
    // The rows are still growing: a short list is at both its edges.
    if (areTurnsTaken()) return this.#schedule();
    this.#scroll.applyNow();
    if (!this.#isFilled(scroller)) this.#refill();
    this.isAway = !this.#scroll.isAtBottom || this.hasAfter;
    if (this.hasBefore && scroller.scrollTop < NEAR_EDGE_PX) this.#send("edge", { side: "before" });
    if (this.hasAfter && distanceToBottom(scroller) < NEAR_EDGE_PX) this.#send("edge", { side: "after" });
    const seen = this.#lastSeen(scroller)?.seq ?? 0;
    this.#seenSeq = Math.max(this.#seenSeq, seen);
    this.below = this.#countBelow();
    const isOnScreen = document.visibilityState === "visible" && document.hasFocus() && !this.inert;
    if (isOnScreen && seen > 0) this.#send("seen", { seq: seen });
  }

  /** @param {HTMLElement} scroller */
  #isFilled(scroller) {
    const { from, to } = this.#rendered.range;
    if (from === 0 && to === this.rows.length) return true;
    const { top } = scroller.getBoundingClientRect();
    const [first, last] = [this.rows[from], this.rows[to - 1]].map((row) => this.#query(`[data-key="${row?.key}"]`)?.getBoundingClientRect());
    if (!first || !last) return false;
    return isFilled({ from, to }, this.rows.length, { top: first.top - top, bottom: last.bottom - top, height: scroller.clientHeight });
  }

  #refill() {
    this.#isStale = true;
    this.requestUpdate();
  }

  /** Count the messages of others that the reader has not seen. The server knows those that are not loaded. */
  #countBelow() {
    const seen = Math.max(this.#seenSeq, this.readUpTo);
    if (this.hasAfter && this.unread) return Math.max(0, this.unread.count - this.#countOthers(this.unread.after, seen));
    return this.#countOthers(seen, Infinity);
  }

  /** Count the loaded messages of others after one seq, up to another. @param {number} after @param {number} upTo */
  #countOthers(after, upTo) {
    let count = 0;
    for (let index = this.rows.length - 1; index >= 0; index--) {
      const row = this.rows[index];
      if (row?.kind !== "message" || row.message.seq > upTo) continue;
      if (row.message.seq <= after) break;
      if (this.#isOfOthers(row) && !row.message.deleted_at) count += 1;
    }
    return count;
  }

  /**
   * Return the last message whose beginning is inside the window. A message taller than the screen counts too.
   *
   * @param {HTMLElement} scroller
   * @returns {Message | undefined}
   */
  #lastSeen(scroller) {
    const bottom = scroller.getBoundingClientRect().bottom;
    const items = [.../** @type {NodeListOf<HTMLElement>} */ (this.renderRoot.querySelectorAll("li[data-key]"))];
    const last = items.findLast((item) => {
      if (!this.#others.has(item.dataset.key ?? "")) return false;
      const box = item.getBoundingClientRect();
      return box.top + Math.min(box.height, 48) <= bottom;
    });
    return this.#others.get(last?.dataset.key ?? "");
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

/** @param {Gap} gap */
function gap({ height }) {
  // The property passes the content security policy, the attribute does not.
  return html`<li aria-hidden="true" .style=${`height: ${height}px`}></li>`;
}

/** @param {HTMLElement} scroller */
function distanceToBottom({ scrollHeight, scrollTop, clientHeight }) {
  return scrollHeight - scrollTop - clientHeight;
}

customElements.define("message-list", MessageList);
