/** Which rows of a long list are rendered: those on screen and near it. Pure: positions and heights come from the caller. */

/**
 * A shorter list is rendered whole: find in page, a selection by hand and a screen reader then reach all of it.
 * 200 bubbles take under 20 ms to update on a phone.
 */
export const RENDERED_WHOLE = 200;

// What is rendered above and below the screen: two flicks of a thumb on a phone.
const BEYOND_PX = 1_600;

// Move the window when less than this is rendered beyond the edge of the screen.
const REFILL_PX = 600;

// Until a row was measured: one line of text with its footer.
const GUESS_PX = 64;

/**
 * A row, and its distance from the top of the screen.
 *
 * @typedef {{ key: string, top: number }} Place
 * @typedef {{ from: number, to: number }} Range rows `from` to `to` - 1
 * @typedef {{ from: number, to: number, height: number }} Gap rows that are not rendered, and their height
 */

/** The heights of rows: measured, or the mean of the measured ones. */
export class RowHeights {
  /** @type {Map<string, number>} */
  #measured = new Map();
  #sum = 0;

  /**
   * @param {string} key
   * @param {number} height
   */
  set(key, height) {
    this.#sum += height - (this.#measured.get(key) ?? 0);
    this.#measured.set(key, height);
  }

  /** @param {string} key */
  of(key) {
    return this.#measured.get(key) ?? this.#mean;
  }

  /**
   * @param {{ key: string }[]} rows
   * @param {number} from
   * @param {number} to
   */
  between(rows, from, to) {
    const mean = this.#mean;
    let sum = 0;
    for (let index = from; index < to; index++) sum += this.#measured.get(rows[index]?.key ?? "") ?? mean;
    return sum;
  }

  get #mean() {
    return this.#measured.size > 0 ? this.#sum / this.#measured.size : GUESS_PX;
  }
}

/**
 * Return the rows to render when the row at `index` stands at `top` in a window of `height` px.
 *
 * @param {{ key: string }[]} rows
 * @param {RowHeights} heights
 * @param {{ index: number, top: number, height: number }} place
 * @returns {Range}
 */
export function rangeAround(rows, heights, { index, top, height }) {
  let [from, above] = [index, top];
  while (from > 0 && above > -BEYOND_PX) above -= heights.of(rows[--from]?.key ?? "");
  let [to, below] = [index, top];
  while (to < rows.length && below < height + BEYOND_PX) below += heights.of(rows[to++]?.key ?? "");
  return { from, to };
}

/**
 * Return the row at a distance from the beginning of the list, for a jump to where nothing is rendered. Skip the
 * heading of a day: it moves up when older messages of the day are loaded.
 *
 * @param {{ key: string, kind?: string }[]} rows
 * @param {RowHeights} heights
 * @param {number} offset
 * @returns {Place | null}
 */
export function placeAt(rows, heights, offset) {
  let top = 0;
  for (const { key, kind } of rows) {
    const height = heights.of(key);
    if (kind !== "day" && top + height > offset) return { key, top: top - offset };
    top += height;
  }
  return null;
}

/**
 * Return what to render in order: the rows of a range and those that must stay, with a gap for all others.
 *
 * @template {{ key: string }} Row
 * @param {Row[]} rows
 * @param {Range} range
 * @param {RowHeights} heights
 * @param {Set<string>} [kept] keys of rows outside the range that stay: one has the focus, one an open editor
 * @returns {(Gap | { index: number, row: Row })[]}
 */
export function shownRows(rows, { from, to }, heights, kept = new Set()) {
  const outside = kept.size === 0 ? [] : [...rows.keys()].filter((index) => kept.has(rows[index]?.key ?? ""));
  const before = outside.filter((index) => index < from);
  const after = outside.filter((index) => index >= to);
  const inside = Array.from({ length: to - from }, (_, offset) => from + offset);
  /** @type {(Gap | { index: number, row: Row })[]} */
  const shown = [];
  let next = 0;
  for (const index of [...before, ...inside, ...after]) {
    if (index > next) shown.push({ from: next, to: index, height: heights.between(rows, next, index) });
    shown.push({ index, row: /** @type {Row} */ (rows[index]) });
    next = index + 1;
  }
  if (next < rows.length) shown.push({ from: next, to: rows.length, height: heights.between(rows, next, rows.length) });
  return shown;
}

/**
 * Return true if the rendered rows reach far enough beyond the screen.
 *
 * @param {Range} range
 * @param {number} count the number of rows of the list
 * @param {{ top: number, bottom: number, height: number }} rendered where the rendered rows begin and end, from the top
 *   of a window of `height` px
 */
export function isFilled({ from, to }, count, { top, bottom, height }) {
  return (from === 0 || top <= -REFILL_PX) && (to === count || bottom >= height + REFILL_PX);
}
