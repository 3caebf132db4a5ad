import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { linkify } from "#messaging/components/linkify.js";

describe("links in a text", () => {
  /** @param {string} text */
  const links = (text) => linkify(text).filter(({ href }) => href).map(({ href }) => href);

  test("links are addresses, mail addresses and French phone numbers", () => {
    const text = "Voir https://exemple.fr/é?a=1, www.exemple.fr, odile@exemple.fr ou 06 12 34 56 78.";

    assert.deepEqual(links(text), ["https://exemple.fr/é?a=1", "https://www.exemple.fr", "mailto:odile@exemple.fr", "tel:0612345678"]);
  });

  test("links end before the punctuation that follows them", () => {
    assert.deepEqual(links("(https://exemple.fr/plan)."), ["https://exemple.fr/plan"]);
    assert.deepEqual(links("https://fr.wikipedia.org/wiki/Chaux_(matière)"), ["https://fr.wikipedia.org/wiki/Chaux_(matière)"]);
  });

  test("links are never code", () => {
    assert.deepEqual(links("javascript:alert(1) data:text/html,x"), []);
  });

  test("references and prices are not links", () => {
    assert.deepEqual(links("Facture 20260612345678, 1 200,50 €, GC-6060"), []);
  });

  test("links lose no character of the text", () => {
    const text = "Un <b>texte</b>\nhttps://exemple.fr, puis la suite";
    assert.equal(linkify(text).map((piece) => piece.text).join(""), text);
  });
});
