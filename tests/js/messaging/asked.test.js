import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { NOTHING, askedIn, withAsked } from "#messaging/state/asked.js";
import { periodOf, periodText } from "#messaging/state/typed-dates.js";

const TODAY = new Date(2026, 10, 28);
const ID = "018f0000-0000-7000-8000-000000000001";

/** @param {string} typed */
function read(typed) {
  const period = periodOf(typed, TODAY);
  return period && [period.from, period.to].join(" ");
}

describe("days that a person types", () => {
  test("are read in figures, in words, and without a year", () => {
    const right = {
      "14/11/2026": "2026-11-14 2026-11-14",
      "14/11/26": "2026-11-14 2026-11-14",
      "14.11": "2026-11-14 2026-11-14",
      "29/11": "2025-11-29 2025-11-29",
      "2026-11-14": "2026-11-14 2026-11-14",
      "1er mars": "2026-03-01 2026-03-01",
      "29 février": "2024-02-29 2024-02-29",
      "14 Décembre 2025": "2025-12-14 2025-12-14",
      novembre: "2026-11-01 2026-11-30",
      décembre: "2025-12-01 2025-12-31",
      "Févr. 2024": null,
      "fév. 2024": "2024-02-01 2024-02-29",
      2025: "2025-01-01 2025-12-31",
      hier: "2026-11-27 2026-11-27",
      "Aujourd’hui": "2026-11-28 2026-11-28",
      "du 3 au 14 novembre": "2026-11-03 2026-11-14",
      "du 20/12/2025 au 4/1/2026": "2025-12-20 2026-01-04",
      "depuis le 3 mars": "2026-03-03 ",
      "avant novembre 2025": " 2025-11-30",
      "from 3 to 14 March": "2026-03-03 2026-03-14",
    };
    for (const [typed, period] of Object.entries(right)) assert.equal(read(typed), period, typed);
  });

  test("that do not exist, or say nothing, are not read", () => {
    for (const typed of ["31/02/2026", "32 mars", "14/13/2026", "demain peut-être", "", "du 14 au 3 mars", "3/4 pouce", "0/0"]) {
      assert.equal(periodOf(typed, TODAY), null, typed);
    }
  });

  test("are written as they are read", () => {
    for (const locale of ["fr", "en"]) {
      for (const typed of ["14/11/2026", "novembre", "2025", "du 20/12/2025 au 4/1/2026", "depuis le 3 mars", "avant le 14/11/2026"]) {
        const period = periodOf(typed, TODAY);
        assert.ok(period);
        assert.deepEqual(periodOf(periodText(period, { locale }), TODAY), period, `${typed}: ${periodText(period, { locale })}`);
      }
    }
    assert.equal(periodText({ from: "2026-11-01", to: "2026-11-30" }), "novembre 2026");
  });
});

describe("what is asked, in the address", () => {
  test("comes back as it was written, beside what else is there", () => {
    const asked = { ...NOTHING, q: "béton & dalle", kind: /** @type {const} */ ("file"), client: ID, from: "2026-11-01", has_file: "true" };
    const search = withAsked("?filter=mine&chantier=old", asked);

    assert.deepEqual(askedIn(search), asked);
    assert.equal(new URLSearchParams(search).get("filter"), "mine");
    assert.equal(withAsked(search, null), "?filter=mine");
  });

  test("may be filters alone, or nothing yet", () => {
    const asked = { ...NOTHING, kind: /** @type {const} */ ("file"), chantier: ID };

    assert.deepEqual(askedIn(withAsked("?folder=mine", asked)), asked);
    assert.deepEqual(askedIn(withAsked("", NOTHING)), NOTHING);
  });

  test("is no search where the address has filters of the list", () => {
    assert.equal(askedIn(`?folder=mine&client=${ID}`), null);
    assert.equal(askedIn(""), null);
  });

  test("is left out where it makes no sense", () => {
    assert.deepEqual(askedIn("?q=+x+&kind=all&client=1&from=2026-02-31&to=hier&has_file=no"), { ...NOTHING, q: "x" });
  });
});
