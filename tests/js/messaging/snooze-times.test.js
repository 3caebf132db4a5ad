import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { momentToCome, momentWritten, snoozeTimes, tomorrowWritten, writtenIn } from "#messaging/state/snooze-times.js";

/** @param {string} now @param {string} [zone] */
const times = (now, zone = "Europe/Paris") => snoozeTimes(zone, new Date(now)).map(({ name, at }) => [name, at.toISOString()]);

describe("when a conversation that is put off comes back", () => {
  test("this evening, tomorrow and Monday at the hours of the company", () => {
    assert.deepEqual(times("2026-11-18T09:00:00Z"), [
      ["tonight", "2026-11-18T17:00:00.000Z"],
      ["tomorrow", "2026-11-19T07:00:00.000Z"],
      ["monday", "2026-11-23T07:00:00.000Z"],
    ]);
  });

  test("no evening that is over or about to begin, and no Monday that is tomorrow", () => {
    assert.deepEqual(times("2026-11-18T16:45:00Z").map(([name]) => name), ["tomorrow", "monday"]);
    assert.deepEqual(times("2026-11-22T09:00:00Z").map(([name]) => name), ["tonight", "tomorrow"]);
  });

  test("on a Monday it is the next one", () => assert.equal(times("2026-11-23T09:00:00Z").at(-1)?.[1], "2026-11-30T07:00:00.000Z"));

  test("the morning after the clocks changed is 8 o’clock there", () => {
    assert.deepEqual(times("2026-10-24T09:00:00Z").map(([, at]) => at), ["2026-10-24T16:00:00.000Z", "2026-10-25T07:00:00.000Z", "2026-10-26T07:00:00.000Z"]);
    assert.equal(times("2026-03-28T09:00:00Z")[1]?.[1], "2026-03-29T06:00:00.000Z");
  });

  test("a day of the company begins when it does there, wherever the device is", () => {
    assert.deepEqual(times("2026-11-18T23:30:00Z")[0], ["tonight", "2026-11-19T17:00:00.000Z"]);
    assert.deepEqual(times("2026-11-18T23:30:00Z", "America/Martinique").map(([, at]) => at)[0], "2026-11-19T12:00:00.000Z");
  });

  test("a date that is written is of the company’s zone, and is written back as it was", () => {
    assert.equal(momentWritten("2026-11-30T08:00", "Europe/Paris")?.toISOString(), "2026-11-30T07:00:00.000Z");
    assert.equal(writtenIn(new Date("2026-07-01T06:30:00Z"), "Europe/Paris"), "2026-07-01T08:30");
    assert.equal(momentWritten("", "Europe/Paris"), null);
  });

  test("a field begins with tomorrow morning, and says no moment that is over", () => {
    const now = new Date("2026-11-29T10:00:00Z");
    assert.equal(tomorrowWritten("Europe/Paris", now), "2026-11-30T08:00");
    assert.equal(momentToCome("2026-11-29T11:01", "Europe/Paris", now)?.toISOString(), "2026-11-29T10:01:00.000Z");
    assert.equal(momentToCome("2026-11-29T11:00", "Europe/Paris", now), null);
    assert.equal(momentToCome("", "Europe/Paris", now), null);
  });
});
