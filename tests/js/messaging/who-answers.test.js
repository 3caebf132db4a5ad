import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";

import { soonLabel } from "#core/time.js";
import { delayInWords, sentence } from "#messaging/components/usual-delay.js";
import { choicesOfStaff } from "#messaging/desk/thread/choices.js";
import { availabilityWords, whereabouts } from "#messaging/state/availability-words.js";
import { dialled } from "#messaging/state/dialled.js";

// A Friday evening, on the clock of the device.
const NOW = new Date(2026, 10, 27, 18, 30);
const MONDAY = new Date(2026, 10, 30, 8).toISOString();
const ODILE = /** @type {const} */ ({ id: "1", name: "Odile", role: "staff", photo: null });
const ANSWERS = /** @type {const} */ ({
  status: "open", back_at: null, office_opens_at: null, person: ODILE, absent: null,
  usual_seconds: null, usual_working_seconds: null, usual: null,
});

/** @param {"fr" | "en"} lang */
function speak(lang) {
  Object.assign(globalThis, { document: { documentElement: { lang } } });
}

/** Return what is said in French and in English, with plain spaces. @param {() => string} say */
function inBoth(say) {
  return /** @type {const} */ (["fr", "en"]).map((lang) => {
    speak(lang);
    return say().replaceAll(/\s/g, " ");
  });
}

afterEach(() => Reflect.deleteProperty(globalThis, "document"));

describe("who answers, and how soon", () => {
  test("nothing is claimed of what is not known", () => {
    assert.equal(delayInWords(null), "");
    assert.equal(sentence(null, { ...ANSWERS, person: null }, NOW), "");
    assert.deepEqual(inBoth(() => sentence(ODILE, ANSWERS, NOW)), ["Odile vous répond.", "Odile answers you."]);
  });

  test("the wait is told in working hours, under a name or the company's", () => {
    const answers = { ...ANSWERS, usual: /** @type {const} */ ({ count: 2, unit: "hour" }) };
    assert.deepEqual(inBoth(() => sentence(ODILE, answers, NOW)), [
      "Odile répond en général sous 2 heures ouvrées.", "Odile usually answers within 2 working hours.",
    ]);
    assert.deepEqual(inBoth(() => sentence(null, answers, NOW)), [
      "L’entreprise répond en général sous 2 heures ouvrées.", "The company usually answers within 2 working hours.",
    ]);
  });

  test("a page that stays open through the night says no longer that the offices are closed", () => {
    const closed = { ...ANSWERS, status: /** @type {const} */ ("closed"), back_at: MONDAY, office_opens_at: MONDAY };
    assert.deepEqual(inBoth(() => sentence(ODILE, closed, NOW)), [
      "Nos bureaux rouvrent lundi à 8 h. Odile vous répond.", "Our offices open again Monday at 8 AM. Odile answers you.",
    ]);
    assert.deepEqual(inBoth(() => sentence(ODILE, closed, new Date(2026, 10, 30, 8, 1))), ["Odile vous répond.", "Odile answers you."]);
  });
});

describe("a moment to come", () => {
  test("is named by its day within a week, by its date after it", () => {
    /** @param {Date} date */
    const said = (date) => inBoth(() => soonLabel(date, NOW));

    assert.deepEqual(said(new Date(2026, 10, 27, 19)), ["aujourd’hui à 19 h", "today at 7 PM"]);
    assert.deepEqual(said(new Date(2026, 10, 28, 14, 5)), ["demain à 14 h 05", "tomorrow at 2:05 PM"]);
    assert.deepEqual(said(new Date(2026, 11, 3, 8)), ["jeudi à 8 h", "Thursday at 8 AM"]);
    assert.deepEqual(said(new Date(2026, 11, 7, 8)), ["lundi 7 décembre", "Monday, December 7"]);
  });
});

describe("what colleagues read", () => {
  test("a colleague who is there needs no words", () => {
    assert.equal(availabilityWords({ status: "present", back_at: null }), "");
    assert.equal(availabilityWords(null), "");
  });

  test("a colleague who is away is said to be, and until when", () => {
    assert.deepEqual(inBoth(() => availabilityWords({ status: "absent", back_at: MONDAY }, NOW)), [
      "Absence, retour lundi à 8 h", "Away, back Monday at 8 AM",
    ]);
    assert.deepEqual(inBoth(() => availabilityWords({ status: "absent", back_at: null }, NOW)), [
      "Absence, retour non précisé", "Away, no date of return",
    ]);
    assert.deepEqual(inBoth(() => availabilityWords({ status: "off_duty", back_at: MONDAY }, NOW)), [
      "Hors horaires, retour lundi à 8 h", "Off duty, back Monday at 8 AM",
    ]);
  });

  test("where a colleague is asked, one who is there is said to be", () => {
    assert.deepEqual(inBoth(() => whereabouts({ status: "present", back_at: null }, NOW)), ["Disponible", "Available"]);
    assert.deepEqual(inBoth(() => whereabouts({ status: "off_duty", back_at: null }, NOW)), ["Hors horaires", "Off duty"]);
    assert.deepEqual(inBoth(() => whereabouts({ status: "absent", back_at: MONDAY }, NOW)), [
      "Absence, retour lundi à 8 h", "Away, back Monday at 8 AM",
    ]);
  });

  test("colleagues who are there come first, each group in the order of a dictionary", () => {
    const present = /** @type {const} */ ({ status: "present", back_at: null });
    const absent = /** @type {const} */ ({ status: "absent", back_at: null });
    const staff = /** @type {any[]} */ ([
      { id: "1", name: "Zoé", role: "staff", availability: present },
      { id: "2", name: "Élise", role: "staff", availability: absent },
      { id: "3", name: "Éric", role: "manager", availability: present },
    ]);

    assert.deepEqual(choicesOfStaff(staff).map(({ label }) => label), ["Éric", "Zoé", "Élise"]);
  });

  test("a number is dialled whatever it is written like", () => {
    assert.equal(dialled("06 39 98 12 34"), "0639981234");
    assert.equal(dialled("+33 (0)6.39.98.12.34"), "+33639981234");
  });
});

describe("texts about people", () => {
  test("exist in both languages, with French no-break spaces", async () => {
    /** @type {Record<string, unknown>[]} */
    const [fr = {}, en = {}] = (await Promise.all([import("#messaging/i18n/people/fr.js"), import("#messaging/i18n/people/en.js")])).map((each) => each.default);

    assert.deepEqual(Object.keys(en), Object.keys(fr));
    assert.deepEqual(JSON.stringify(fr).match(/[^"]* [:;?!»][^"]*|[^"]*« [^"]*/g), null);
  });
});
