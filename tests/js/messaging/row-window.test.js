import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { RenderedRows } from "#messaging/components/rendered-rows.js";
import { RENDERED_WHOLE, RowHeights, isFilled, placeAt, rangeAround, shownRows } from "#messaging/components/row-window.js";

/** @param {number} count */
const numbered = (count) => Array.from({ length: count }, (_, index) => ({ key: `r${index}` }));
const PHONE = 700;

/** @param {{ key: string }[]} rows @param {number} height */
function measured(rows, height) {
  const heights = new RowHeights();
  for (const { key } of rows) heights.set(key, height);
  return heights;
}

describe("the rows that are rendered", () => {
  test("a window of 20,000 rows renders two screens and more around the reader, not the others", () => {
    const rows = numbered(20_000);

    const range = rangeAround(rows, measured(rows, 50), { index: 10_000, top: 0, height: PHONE });

    assert.deepEqual(range, { from: 9_968, to: 10_046 });
  });

  test("a window at an end of the list stops there", () => {
    const rows = numbered(300);
    const heights = measured(rows, 50);

    assert.deepEqual(rangeAround(rows, heights, { index: 0, top: 0, height: PHONE }), { from: 0, to: 46 });
    assert.deepEqual(rangeAround(rows, heights, { index: 300, top: PHONE, height: PHONE }), { from: 254, to: 300 });
  });

  test("gaps are as high as the rows that they stand for", () => {
    const rows = numbered(10);
    const heights = measured(rows.slice(0, 4), 40);
    heights.set("r9", 100);

    const shown = shownRows(rows, { from: 2, to: 4 }, heights);

    // Rows 4 to 8 were never measured: each counts as the mean, 52.
    assert.deepEqual(shown, [
      { from: 0, to: 2, height: 80 },
      { index: 2, row: rows[2] },
      { index: 3, row: rows[3] },
      { from: 4, to: 10, height: 5 * 52 + 100 },
    ]);
  });

  test("a row that must stay is rendered between two gaps", () => {
    const rows = numbered(6);

    const shown = shownRows(rows, { from: 4, to: 6 }, measured(rows, 10), new Set(["r1"]));

    assert.deepEqual(shown.map((item) => ("row" in item ? item.row.key : item.height)), [10, "r1", 20, "r4", "r5"]);
  });

  test("a jump finds the row at a distance from the beginning", () => {
    const rows = numbered(100);

    assert.deepEqual(placeAt(rows, measured(rows, 30), 100), { key: "r3", top: -10 });
    assert.equal(placeAt(rows, measured(rows, 30), 3_000), null);
  });

  test("a jump to the heading of a day finds the message below, which stays when older ones are loaded", () => {
    const rows = [{ key: "day", kind: "day" }, ...numbered(100)];

    assert.deepEqual(placeAt(rows, measured(rows, 30), 10), { key: "r0", top: 20 });
  });

  test("a window is filled unless the screen is near an end of it that has more rows", () => {
    const range = { from: 10, to: 60 };

    assert.equal(isFilled(range, 100, { top: -900, bottom: 1_600, height: PHONE }), true);
    assert.equal(isFilled(range, 100, { top: -500, bottom: 1_600, height: PHONE }), false);
    assert.equal(isFilled(range, 100, { top: -900, bottom: 1_200, height: PHONE }), false);
    assert.equal(isFilled({ from: 0, to: 60 }, 60, { top: 0, bottom: PHONE, height: PHONE }), true);
  });
});

describe("a list that grows", () => {
  const atEnd = { place: null, height: PHONE, offset: 0 };

  test("a list that is not long is rendered whole", () => {
    const rendered = new RenderedRows();

    rendered.move(numbered(RENDERED_WHOLE), atEnd);

    assert.deepEqual(rendered.range, { from: 0, to: RENDERED_WHOLE });
  });

  test("a new message at the end adds one row and takes none away above", () => {
    const rendered = new RenderedRows();
    rendered.move(numbered(1_000), atEnd);
    const { from } = rendered.range;

    const isAnother = rendered.move(numbered(1_001), atEnd);

    assert.equal(isAnother, false);
    assert.deepEqual(rendered.range, { from, to: 1_001 });
  });

  test("older rows above keep the same rows on screen, and are told apart from new messages", () => {
    const rendered = new RenderedRows();
    const older = [{ key: "old" }, ...numbered(1_000)];
    const position = { ...atEnd, place: { key: "r500", top: 12 } };
    rendered.move(numbered(1_000), position);
    const before = rendered.of(numbered(1_000)).flatMap((item) => ("row" in item ? [item.row.key] : []));

    rendered.move(older, position);

    assert.deepEqual(rendered.of(older).flatMap((item) => ("row" in item ? [item.row.key] : [])), before);
    assert.equal(rendered.move(older, { ...position, place: { key: "r700", top: 12 } }), true);
  });

  test("a reader whose row is gone stays where the window is scrolled to", () => {
    const rendered = new RenderedRows();

    rendered.move(numbered(1_000), { ...atEnd, place: { key: "gone", top: 0 }, offset: 64 * 500 });

    assert.ok(rendered.range.from < 500 && rendered.range.to > 500);
    assert.ok(rendered.range.to - rendered.range.from < 100);
  });
});
