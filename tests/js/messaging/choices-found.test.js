import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { choicesFound, inOrder } from "#messaging/state/choices-found.js";

const PEOPLE = ["Zoé Perrin", "Émile Zola", "Emma Costa", "Marc Vidal", "Œnone Dumas"].map((label) => ({ id: label, label }));

/** @param {string} q */
const found = (q) => choicesFound(PEOPLE, q).map(({ label }) => label);

describe("choices that are found as one types", () => {
  test("accents, capitals and ligatures do not matter", () => {
    assert.deepEqual(found("emile"), ["Émile Zola"]);
    assert.deepEqual(found("ÉMILE"), ["Émile Zola"]);
    assert.deepEqual(found("oen"), ["Œnone Dumas"]);
  });

  test("each typed word begins a word, in any order", () => {
    assert.deepEqual(found("vid mar"), ["Marc Vidal"]);
    assert.deepEqual(found("arc"), []);
  });

  test("a name that begins as typed is above one that has the word further on", () => {
    assert.deepEqual(found("z"), ["Zoé Perrin", "Émile Zola"]);
  });

  test("the second line is searched too, with a reference as it is written", () => {
    const sites = [{ id: "1", label: "Villa Morel", detail: "CH-2078 · Nantes" }, { id: "2", label: "Lycée Ampère", detail: "CH-2079" }];
    assert.deepEqual(choicesFound(sites, "ch-2078").map(({ id }) => id), ["1"]);
    assert.deepEqual(choicesFound(sites, "ampere 2079").map(({ id }) => id), ["2"]);
  });

  test("without words there are all of them", () => assert.equal(found("  ").length, PEOPLE.length));

  test("the order is that of a dictionary", () => {
    const names = ["Zola", "École", "Ecole", "Éco", "CH-10", "CH-9"].map((label) => ({ id: label, label }));
    assert.deepEqual(inOrder(names, "fr").map(({ label }) => label), ["CH-9", "CH-10", "Éco", "Ecole", "École", "Zola"]);
  });
});
