import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";

import { cleaned, isBlank, lengthOf } from "#core/text.js";

/** @typedef {{ name: string, given: string, cleaned: string, text: string }} Case */
/** @type {Record<string, Case[]>} */
const cases = JSON.parse(readFileSync(new URL("../../core/texts.json", import.meta.url), "utf8"));

describe("a text as the server stores it", () => {
  for (const { name, given, cleaned: expected } of cases.cleaned ?? []) {
    test(`${name} is cleaned as on the server`, () => {
      assert.equal(cleaned(given), expected);
      assert.equal(cleaned(expected), expected);
    });
  }

  for (const { name, text } of cases.blank ?? []) {
    test(`${name} alone is blank`, () => {
      assert.ok(isBlank(text));
      assert.ok(isBlank(cleaned(text)));
    });
  }

  for (const { name, text } of cases.seen ?? []) {
    test(`${name} is not blank`, () => assert.ok(!isBlank(cleaned(text))));
  }
});

describe("the length of a text", () => {
  test("an emoji is one character, as on the server", () => assert.equal(lengthOf("😀".repeat(5_001)), 5_001));

  test("decomposed accents, marks and space around do not count", () => {
    assert.equal(lengthOf("  e\u0301te\u0301 "), 3);
    assert.equal(lengthOf("\u202a0612\u202c"), 4);
  });
});
