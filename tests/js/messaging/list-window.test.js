import assert from "node:assert/strict";
import { describe, test } from "node:test";

Object.assign(globalThis, { ResizeObserver: class {} });
const { piecesOf } = await import("#messaging/components/list-window.js");
const { ConversationMap } = await import("#messaging/state/conversation-map.js");

/** @param {import("#messaging/components/list-window.js").Piece[]} pieces */
const written = (pieces) => pieces.map((piece) => ("gap" in piece ? `(${piece.rows})` : piece.index)).join(" ");

describe("rows that are rendered", () => {
  test("are those of the window, with gaps for the others", () => {
    assert.equal(written(piecesOf(3, 6, 10, -1)), "(3) 3 4 5 (4)");
    assert.equal(written(piecesOf(0, 20, 3, -1)), "0 1 2");
    assert.equal(written(piecesOf(0, 20, 0, -1)), "");
  });

  test("include the row with the focus, wherever it is", () => {
    assert.equal(written(piecesOf(5, 7, 10, 1)), "(1) 1 (3) 5 6 (3)");
    assert.equal(written(piecesOf(2, 4, 10, 8)), "(2) 2 3 (4) 8 (1)");
    assert.equal(written(piecesOf(2, 4, 10, 3)), "(2) 2 3 (6)");
    assert.equal(written(piecesOf(2, 4, 10, 12)), "(2) 2 3 (6)");
  });

  test("are none when the list has become shorter than where the window is", () => {
    assert.equal(written(piecesOf(50, 70, 4, -1)), "(4)");
  });

  test("have gaps with names of their own", () => {
    const gaps = piecesOf(2, 4, 10, 8).flatMap((piece) => ("gap" in piece ? [piece.gap] : []));

    assert.equal(new Set(gaps).size, 3);
  });
});

describe("the list of conversations", () => {
  const conversation = (/** @type {string} */ id, /** @type {string} */ at, archived_at = null) => /** @type {any} */ ({ id, last_activity_at: at, archived_at });

  test("is newest first, without archived ones, and the same array until a change", () => {
    const map = new ConversationMap();
    for (const [id, at] of [["a", "2026-11-01"], ["b", "2026-11-03"], ["c", "2026-11-02"]]) map.set(`${id}`, conversation(`${id}`, `${at}`));
    map.set("d", conversation("d", "2026-11-09", /** @type {any} */ ("2026-11-10")));

    const first = map.newest();

    assert.deepEqual(first.map(({ id }) => id), ["b", "c", "a"]);
    assert.equal(map.newest(), first);
    map.set("a", conversation("a", "2026-11-05"));
    assert.deepEqual(map.newest().map(({ id }) => id), ["a", "b", "c"]);
    map.delete("b");
    assert.deepEqual(map.newest().map(({ id }) => id), ["a", "c"]);
  });
});
