import { RENDERED_WHOLE, RowHeights, placeAt, rangeAround, shownRows } from "./row-window.js";

/**
 * @import { Place, Range } from "./row-window.js"
 *
 * Where the reader is.
 * @typedef {object} Position
 * @property {Place | null} place the row that stays where it is; null at the end of the list
 * @property {number} height of the window
 * @property {number | null} offset how far the window is scrolled, if the row of `place` may be gone
 */

// A list at its end renders this many rows more before it leaves out those at the top.
const KEPT_ABOVE = 60;

/** Which rows of a list are rendered, and the heights of those that were. */
export class RenderedRows {
  /** @type {Range} */
  range = { from: 0, to: 0 };

  #heights = new RowHeights();
  /** The keys of rows outside the range that are rendered too. @type {Set<string>} */
  #held = new Set();
  #firstKey = "";
  /** What `of` has returned since the last `move`. @type {any[] | null} */
  #shown = null;

  reset() {
    this.#firstKey = "";
  }

  /** @param {{ key: string }[]} rows @param {number} offset */
  at(rows, offset) {
    return placeAt(rows, this.#heights, offset);
  }

  /** Return the rows to render, and gaps for the others. @template {{ key: string }} Row @param {Row[]} rows those of `move` */
  of(rows) {
    this.#shown ??= shownRows(rows, this.range, this.#heights, this.#held);
    return /** @type {ReturnType<typeof shownRows<Row>>} */ (this.#shown);
  }

  /**
   * Choose the rows to render. Return true if the first of them is another one, so that rows were added above.
   *
   * @param {{ key: string }[]} rows
   * @param {Position} position
   */
  move(rows, position) {
    this.#shown = null;
    this.range = rows.length <= RENDERED_WHOLE ? { from: 0, to: rows.length } : this.#rangeAt(rows, position);
    const firstKey = rows[this.range.from]?.key ?? "";
    const isAnother = this.#firstKey !== "" && this.#firstKey !== firstKey;
    this.#firstKey = firstKey;
    return isAnother;
  }

  /**
   * Measure the rendered rows, and find those that must stay.
   *
   * @param {Iterable<HTMLElement>} items
   * @param {(item: HTMLElement) => boolean} isHeld
   */
  read(items, isHeld) {
    const boxes = [...items].map((item) => ({ item, box: item.getBoundingClientRect() }));
    this.#held = new Set();
    boxes.forEach(({ item, box }, index) => {
      const { key } = item.dataset;
      if (!key || box.height === 0) return;
      // The next row's top, since margins stand outside of the box.
      this.#heights.set(key, (boxes[index + 1]?.box.top ?? box.bottom) - box.top);
      if (isHeld(item)) this.#held.add(key);
    });
  }

  /** @param {{ key: string }[]} rows @param {Position} position @returns {Range} */
  #rangeAt(rows, { place, height, offset }) {
    const known = place && indexOf(rows, place);
    const found = known === -1 && offset !== null ? placeAt(rows, this.#heights, offset) : place;
    const index = found ? indexOf(rows, found) : -1;
    if (!found || index === -1) return this.#rangeAtEnd(rows, height);
    return rangeAround(rows, this.#heights, { index, top: found.top, height });
  }

  /**
   * Keep the first rows for a while, so that a new message is the only row that is added.
   *
   * @param {{ key: string }[]} rows
   * @param {number} height
   */
  #rangeAtEnd(rows, height) {
    const range = rangeAround(rows, this.#heights, { index: rows.length, top: height, height });
    const from = Math.max(0, range.from - KEPT_ABOVE);
    const before = rows.slice(from, range.from).findIndex(({ key }) => key === this.#firstKey);
    return before === -1 ? range : { ...range, from: from + before };
  }
}

/** @param {{ key: string }[]} rows @param {Place} place */
function indexOf(rows, place) {
  return rows.findIndex(({ key }) => key === place.key);
}
