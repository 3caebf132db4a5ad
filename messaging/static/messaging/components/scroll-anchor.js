import { areTurnsTaken } from "#core/turns.js";

/**
 * @import { ReactiveControllerHost } from "lit"
 * @import { Place } from "./row-window.js"
 */

// Closer to the end than this, the reader is at the end. Campfire has the same threshold.
const STICK_PX = 100;

// The distance of the line above the first unread message from the top of the window.
export const START_TOP_PX = 72;

const NOWHERE = { content: 0, window: 0 };

/**
 * Keeps the scroll position of a list whose height changes: older messages above, newer below, a keyboard that
 * opens, an edited text. At the bottom the list stays at the bottom. Elsewhere the row at the top of the window stays
 * in place.
 *
 * It watches sizes instead of the list's updates, because the elements inside render later.
 */
export class ScrollAnchor {
  /** False if later messages exist that are not loaded. */
  isEnd = true;

  /** @type {HTMLElement | null} */
  #scroller = null;
  /** @type {HTMLElement | null} */
  #content = null;
  /** The row that stays in place. Null means that the list stays at the bottom. @type {Place | null} */
  #anchor = null;
  /** The distance of that row from the beginning of the content, as far as the scroll position knows. */
  #offset = 0;
  #hasStarted = false;
  /** The sizes at the last scroll to the bottom. Scroll again only when they change, or a slow finger could never leave the bottom. */
  #pinnedSizes = NOWHERE;
  #lastTop = 0;
  #onMove;
  #locate;
  #sizes = new ResizeObserver(() => this.#restore());

  /**
   * @param {ReactiveControllerHost} host
   * @param {{ onMove: () => void, locate: (offset: number) => Place | null }} options `locate` returns the row at a distance
   *   from the beginning of the content, where no row is rendered
   */
  constructor(host, { onMove, locate }) {
    this.#onMove = onMove;
    this.#locate = locate;
    host.addController(this);
  }

  hostDisconnected() {
    this.#sizes.disconnect();
    this.#scroller?.removeEventListener("scroll", this.#onScroll);
    this.#scroller = null;
  }

  get hasStarted() {
    return this.#hasStarted;
  }

  /** The row that stays in place, or null at the bottom. */
  get place() {
    return this.#anchor;
  }

  /** True if the reader sees the bottom, also in a short list that is anchored to a row. */
  get isAtBottom() {
    return this.#anchor === null || (this.#scroller !== null && isNearBottom(this.#scroller));
  }

  reset() {
    this.#anchor = null;
    this.#hasStarted = false;
    this.#pinnedSizes = NOWHERE;
  }

  /**
   * @param {HTMLElement} scroller
   * @param {HTMLElement} content
   */
  watch(scroller, content) {
    if (scroller === this.#scroller) return;
    this.#scroller = scroller;
    this.#content = content;
    scroller.addEventListener("scroll", this.#onScroll, { passive: true });
    this.#sizes.observe(scroller);
    this.#sizes.observe(content);
  }

  /**
   * When rows appear for the first time, scroll to a row, or to the bottom if that row does not exist.
   *
   * @param {string} key
   * @param {number} [top] the distance of the row from the top of the window
   */
  start(key, top = START_TOP_PX) {
    if (this.#hasStarted) return;
    this.#hasStarted = true;
    this.#anchor = this.#row(key) ? { key, top } : null;
    this.#restore();
  }

  toBottom() {
    this.#anchor = null;
    this.#pinnedSizes = NOWHERE;
    this.#restore();
  }

  #restore() {
    this.applyNow();
    this.#onMove();
  }

  /** Restore the position now, for a caller that measures before the observer reports sizes. */
  applyNow() {
    const scroller = this.#scroller;
    if (!scroller || !this.#hasStarted) return;
    const row = this.#anchor && this.#row(this.#anchor.key);
    if (row && this.#anchor) this.#pinRow(scroller, row, this.#anchor.top);
    else if (!this.#anchor) this.#pinBottom(scroller);
    this.#lastTop = scroller.scrollTop;
  }

  /** @param {HTMLElement} scroller @param {HTMLElement} row @param {number} top */
  #pinRow(scroller, row, top) {
    scroller.scrollTop += this.#topOf(row) - top;
    this.#offset = this.#offsetOf(row);
  }

  /** @param {HTMLElement} scroller */
  #pinBottom(scroller) {
    if (this.#hasPinnedSizes(scroller)) return;
    this.#pinnedSizes = { content: scroller.scrollHeight, window: scroller.clientHeight };
    scroller.scrollTop = scroller.scrollHeight;
  }

  /** @param {HTMLElement} scroller */
  #hasPinnedSizes({ scrollHeight, clientHeight }) {
    return scrollHeight === this.#pinnedSizes.content && clientHeight === this.#pinnedSizes.window;
  }

  /**
   * Return true if the reader scrolled up. A frame reports the scrolling before the sizes: a window that has grown
   * has scrolled up by itself, at most to its former end.
   *
   * @param {HTMLElement} scroller
   */
  #readerGoesUp(scroller) {
    if (this.#hasPinnedSizes(scroller)) return scroller.scrollTop < this.#lastTop;
    const end = this.#pinnedSizes.content - scroller.clientHeight;
    // Sizes are whole pixels, scroll positions are not.
    return scroller.scrollTop < Math.min(this.#lastTop, end) - 1;
  }

  #onScroll = () => {
    const scroller = /** @type {HTMLElement} */ (this.#scroller);
    // The rows are still growing, behind the server's HTML: nobody scrolls here.
    if (areTurnsTaken()) return this.#restore();
    if (!this.#anchor && this.isEnd && !this.#readerGoesUp(scroller)) return this.#restore();
    // Nobody scrolls here either: the position is the last one set, perhaps as far as shorter rows allowed.
    const isOurs = this.#anchor !== null && scroller.scrollTop === this.#lastTop;
    if (isOurs && !(isNearBottom(scroller) && this.isEnd)) return this.#restore();
    this.#followRow(scroller);
    this.#lastTop = scroller.scrollTop;
    const isEnd = isNearBottom(scroller) && this.isEnd;
    this.#anchor = isEnd ? null : (this.#firstVisible(scroller) ?? this.#locate(scroller.scrollTop));
    this.#offset = (this.#anchor?.top ?? 0) + scroller.scrollTop;
    this.#onMove();
  };

  /**
   * Scroll by as much as the row has moved in the content. A frame reports the scrolling before the sizes, so rows may
   * have been added above since the last restoring.
   *
   * @param {HTMLElement} scroller
   */
  #followRow(scroller) {
    const row = this.#anchor && this.#row(this.#anchor.key);
    const moved = row ? this.#offsetOf(row) - this.#offset : 0;
    // Less is a rounding.
    if (Math.abs(moved) >= 1) scroller.scrollTop += moved;
  }

  /**
   * Skip floating rows: the heading of a day moves up when older messages of the day are loaded.
   *
   * @param {HTMLElement} scroller
   * @returns {Place | null}
   */
  #firstVisible(scroller) {
    for (const row of /** @type {Iterable<HTMLElement>} */ (this.#content?.children ?? [])) {
      if ("floating" in row.dataset || !row.dataset.key) continue;
      const top = this.#topOf(row);
      if (top + row.offsetHeight > 0 && top < scroller.clientHeight) return { key: row.dataset.key, top };
    }
    return null;
  }

  /** @param {HTMLElement} row @returns {number} from the top of the window */
  #topOf(row) {
    return row.getBoundingClientRect().top - /** @type {HTMLElement} */ (this.#scroller).getBoundingClientRect().top;
  }

  /** @param {HTMLElement} row @returns {number} from the beginning of what scrolls */
  #offsetOf(row) {
    return this.#topOf(row) + /** @type {HTMLElement} */ (this.#scroller).scrollTop;
  }

  /** @param {string} key @returns {HTMLElement | null} */
  #row(key) {
    return this.#content?.querySelector(`:scope > [data-key="${key}"]`) ?? null;
  }
}

/** @param {HTMLElement} scroller */
function isNearBottom({ scrollHeight, scrollTop, clientHeight }) {
  return scrollHeight - scrollTop - clientHeight < STICK_PX;
}
