import assert from "node:assert/strict";
import { describe, mock, test } from "node:test";

import { Viewing } from "#messaging/state/viewing.js";

/** @param {{ is_here: boolean, asks?: boolean }} presence */
const ofMarc = (presence) => ({ conversation: "tiles", user: { id: "marc", name: "Marc Vidal" }, ...presence });

function opened() {
  const viewing = new Viewing({ id: "odile" }, async () => {});
  viewing.watch("tiles");
  return viewing;
}

describe("which colleagues have the conversation on screen", () => {
  test("a sign that a goodbye has overtaken shows nobody again", () => {
    mock.timers.enable({ apis: ["Date", "setInterval"], now: 1_000_000 });
    const viewing = opened();
    viewing.onEvent("viewing", ofMarc({ is_here: true, asks: true }));
    assert.deepEqual(viewing.names, ["Marc Vidal"]);

    viewing.onEvent("viewing", ofMarc({ is_here: false }));
    viewing.onEvent("viewing", ofMarc({ is_here: true }));

    assert.deepEqual(viewing.names, []);
    // Another page of his says later that it is still there.
    mock.timers.tick(6_000);
    viewing.onEvent("viewing", ofMarc({ is_here: true }));
    assert.deepEqual(viewing.names, ["Marc Vidal"]);
    viewing.watch(null);
    mock.timers.reset();
  });

  test("a colleague who leaves and comes back at once is there", () => {
    const viewing = opened();
    viewing.onEvent("viewing", ofMarc({ is_here: false }));

    viewing.onEvent("viewing", ofMarc({ is_here: true, asks: true }));

    assert.deepEqual(viewing.names, ["Marc Vidal"]);
    viewing.watch(null);
  });
});
