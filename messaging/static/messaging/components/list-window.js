/**
 * @import { LitElement, ReactiveController } from "lit"
 *
 * What a list renders, in order: the row of an index, or a gap in place of some rows.
 * @typedef {{ index: number } | { gap: string, rows: number }} Piece
 */

// What is rendered before and after the screen: enough for a flick of the thumb, few enough to be made between two frames.
const BEYOND = 10;
// Rows of a first screen, before their height is known.
const FIRST = 20;

/**
 * Which rows of a list of equal rows are rendered: those near the screen, and the one with the focus. The height of a row
 * is measured, since it depends on the zoom and on the person's font.
 *
 * @implements {ReactiveController}
 */
export class ListWindow {
  count = 0;
  /** The index of a row that stays rendered; -1 if there is none. */
  kept = -1;

  #host;
  #onEnd;
  #first = 0;
  #last = FIRST;
  #height = 0;
  /** @type {HTMLElement | null} */
  #list = null;
  /** @type {HTMLElement | null} */
  #scroller = null;
  #frame = 0;
  /** The length of the list for which more rows were asked. */
  #asked = 0;
  #sizes = new ResizeObserver(() => this.#onSize());

  /**
   * @param {LitElement} host
   * @param {{ onEnd: () => void }} options `onEnd` runs once a length, when a person scrolls near the end
   */
  constructor(host, { onEnd }) {
    this.#host = host;
    this.#onEnd = onEnd;
    host.addController(this);
  }

  hostDisconnected() {
    cancelAnimationFrame(this.#frame);
    this.#scroller?.removeEventListener("scroll", this.#schedule);
    this.#sizes.disconnect();
    this.#list = this.#scroller = null;
  }

  /** @returns {Piece[]} */
  pieces() {
    return piecesOf(this.#first, this.#last, this.count, this.kept);
  }

  /** Follow the list once it is rendered. @param {HTMLElement} list */
  watch(list) {
    if (this.#list !== list) this.#follow(list);
    this.#fillGaps();
    this.#schedule();
  }

  /** Show the first rows: the list is another one. */
  startAnew() {
    this.#asked = 0;
    if (this.#scroller) this.#scroller.scrollTop = 0;
  }

  /** @param {HTMLElement} list */
  #follow(list) {
    this.#list = list;
    this.#scroller = scrollerOf(list);
    this.#scroller.addEventListener("scroll", this.#schedule, { passive: true });
    this.#sizes.observe(list);
    this.#sizes.observe(this.#scroller);
  }

  /** At a large zoom another element scrolls. */
  #onSize() {
    if (this.#list && scrollerOf(this.#list) !== this.#scroller) {
      this.#scroller?.removeEventListener("scroll", this.#schedule);
      this.#follow(this.#list);
    }
    this.#schedule();
  }

  #fillGaps() {
    for (const gap of /** @type {NodeListOf<HTMLElement>} */ (this.#list?.querySelectorAll(".gap"))) {
      gap.style.height = `${Number(gap.dataset.rows) * this.#height}px`;
    }
  }

  #schedule = () => {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#measure());
  };

  #measure() {
    // Without a row on screen, the last height holds.
    const height = this.#list?.querySelector("li:not(.gap)")?.getBoundingClientRect().height || this.#height;
    if (!this.#list || !this.#scroller || height === 0) return;
    const isOther = height !== this.#height;
    this.#height = height;
    if (isOther) this.#fillGaps();
    const screen = this.#scroller.getBoundingClientRect();
    const top = screen.top - this.#list.getBoundingClientRect().top;
    const from = clamped(Math.floor(top / height), this.count);
    const to = clamped(Math.ceil((top + screen.height) / height), this.count);
    if (this.#isShort(from, to)) this.#move(from, to);
    if (to > this.count - BEYOND && this.#scroller.scrollTop > 0 && this.#asked !== this.count) {
      this.#asked = this.count;
      this.#onEnd();
    }
  }

  /** Return true if less than half of what belongs around the screen is rendered. @param {number} from @param {number} to */
  #isShort(from, to) {
    const half = BEYOND / 2;
    return Math.max(0, from - half) < this.#first || Math.min(this.count, to + half) > Math.min(this.#last, this.count);
  }

  /** @param {number} from @param {number} to */
  #move(from, to) {
    this.#first = Math.max(0, from - BEYOND);
    this.#last = to + BEYOND;
    this.#host.requestUpdate();
  }
}

/**
 * Return the rows from `first` to before `last`, the row `kept`, and gaps for all others.
 *
 * @param {number} first
 * @param {number} last
 * @param {number} count
 * @param {number} kept
 * @returns {Piece[]}
 */
export function piecesOf(first, last, count, kept) {
  const from = Math.min(first, count);
  const to = Math.min(last, count);
  const inside = Array.from({ length: to - from }, (_, offset) => from + offset);
  const isInside = kept < 0 || kept >= count || (kept >= from && kept < to);
  const shown = isInside ? inside : kept < from ? [kept, ...inside] : [...inside, kept];
  /** @type {Piece[]} */
  const pieces = [];
  let [next, gaps] = [0, 0];
  for (const index of [...shown, count]) {
    if (index > next) pieces.push({ gap: `gap ${gaps++}`, rows: index - next });
    if (index < count) pieces.push({ index });
    next = index + 1;
  }
  return pieces;
}

/** @param {number} index @param {number} count */
function clamped(index, count) {
  return Math.max(0, Math.min(index, count));
}

/** Return the element that scrolls a list: the nearest around it, through shadow roots. @param {HTMLElement} list @returns {HTMLElement} */
function scrollerOf(list) {
  /** @type {Element | null} */
  let element = list;
  while (element && !/auto|scroll/.test(getComputedStyle(element).overflowY)) {
    const { assignedSlot, parentElement } = /** @type {HTMLElement} */ (element);
    element = assignedSlot ?? parentElement ?? /** @type {ShadowRoot} */ (element.getRootNode()).host ?? null;
  }
  return /** @type {HTMLElement} */ (element ?? document.scrollingElement);
}
