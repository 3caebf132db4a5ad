/** @import { ReactiveControllerHost } from "lit" */

// Campfire's threshold: closer than this, a reader means "at the end".
const STICK_PX = 100;

// Where the line above the first unread message lands, from the top of the window.
const START_TOP_PX = 72;

const NOWHERE = { content: 0, window: 0 };

/**
 * Keeps the reader's place in a scrolling list whose height changes for any reason: older messages above,
 * newer below, a keyboard that opens, a text that is edited. At the bottom one stays at the bottom;
 * elsewhere the row at the top of the window stays where it is.
 *
 * It acts on the size of things, not on the list's updates: the elements inside render later.
 */
export class ScrollAnchor {
  /** Whether the bottom of the list is its end, and not just the end of what is loaded. */
  isEnd = true;

  /** @type {HTMLElement | null} */
  #scroller = null;
  /** @type {HTMLElement | null} */
  #content = null;
  /** The row that stays in place, by its key; none: stick to the bottom. @type {{ key: string, top: number } | null} */
  #anchor = null;
  #hasStarted = false;
  /** The sizes for which the bottom was last put: it moves with them alone, or a slow finger would never leave it. */
  #pinnedSizes = NOWHERE;
  #lastTop = 0;
  #onMove;
  #sizes = new ResizeObserver(() => this.#restore());

  /**
   * @param {ReactiveControllerHost} host
   * @param {{ onMove: () => void }} options
   */
  constructor(host, { onMove }) {
    this.#onMove = onMove;
    host.addController(this);
  }

  hostDisconnected() {
    this.#sizes.disconnect();
    this.#scroller?.removeEventListener("scroll", this.#onScroll);
    this.#scroller = null;
  }

  /** Whether the reader sees the bottom; also in a short list that is held by a row of it. */
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

  /** The first time rows are there: go to a row, or to the bottom when there is no such row. @param {string} key */
  start(key) {
    if (this.#hasStarted) return;
    this.#hasStarted = true;
    this.#anchor = this.#row(key) ? { key, top: START_TOP_PX } : null;
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

  /** Put the place right now, for who wants to measure before the sizes are told. */
  applyNow() {
    const scroller = this.#scroller;
    if (!scroller || !this.#hasStarted) return;
    const row = this.#anchor && this.#row(this.#anchor.key);
    if (row && this.#anchor) scroller.scrollTop += this.#topOf(row) - this.#anchor.top;
    else if (!this.#anchor) this.#pinBottom(scroller);
    this.#lastTop = scroller.scrollTop;
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
   * Whether it was the reader who went up. A frame tells its scrolling before its sizes: a window that grew has moved
   * up by itself, as far as the end there was.
   *
   * @param {HTMLElement} scroller
   */
  #readerGoesUp(scroller) {
    if (this.#hasPinnedSizes(scroller)) return scroller.scrollTop < this.#lastTop;
    const end = this.#pinnedSizes.content - scroller.clientHeight;
    // Sizes are whole pixels, places are not.
    return scroller.scrollTop < Math.min(this.#lastTop, end) - 1;
  }

  #onScroll = () => {
    const scroller = /** @type {HTMLElement} */ (this.#scroller);
    if (!this.#anchor && this.isEnd && !this.#readerGoesUp(scroller)) return this.#restore();
    this.#lastTop = scroller.scrollTop;
    this.#anchor = isNearBottom(scroller) && this.isEnd ? null : this.#firstVisible();
    this.#onMove();
  };

  /** Not a floating row: the heading of a day goes up above what is loaded of that day. */
  #firstVisible() {
    for (const row of /** @type {Iterable<HTMLElement>} */ (this.#content?.children ?? [])) {
      if ("floating" in row.dataset) continue;
      const top = this.#topOf(row);
      if (top + row.offsetHeight > 0) return { key: row.dataset.key ?? "", top };
    }
    return null;
  }

  /** @param {HTMLElement} row @returns {number} from the top of the window */
  #topOf(row) {
    return row.getBoundingClientRect().top - /** @type {HTMLElement} */ (this.#scroller).getBoundingClientRect().top;
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
