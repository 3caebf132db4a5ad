import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { dayLabel, shortLabel } from "#core/time.js";

describe("dates", () => {
  const now = new Date(2026, 10, 18, 15, 0);

  test("day labels are today, yesterday, or the date in words", () => {
    assert.equal(dayLabel(new Date(2026, 10, 18, 9), now), "aujourd’hui");
    assert.equal(dayLabel(new Date(2026, 10, 17, 23), now), "hier");
    assert.equal(dayLabel(new Date(2026, 10, 16, 9), now), "lundi 16 novembre");
    assert.equal(dayLabel(new Date(2025, 10, 16, 9), now), "dimanche 16 novembre 2025");
  });

  test("dates in a list are short", () => {
    assert.equal(shortLabel(new Date(2026, 10, 18, 14, 48), now).replace(/\s/, " "), "12 min");
    assert.equal(shortLabel(new Date(2026, 10, 18, 9, 5), now), "09:05");
    assert.equal(shortLabel(new Date(2026, 10, 17, 9), now), "hier");
    assert.equal(shortLabel(new Date(2026, 9, 2), now), "2 oct.");
  });
});
