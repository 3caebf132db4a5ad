import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { linkify } from "#messaging/components/linkify.js";

/** @param {string} text */
const links = (text) => linkify(text).filter(({ href }) => href);

/** @param {string} text */
const hrefs = (text) => links(text).map(({ href }) => href);

describe("links in a text", () => {
  test("links are addresses, mail addresses and phone numbers", () => {
    const text = "Voir https://exemple.fr/é?a=1, www.exemple.fr, odile@exemple.fr ou 06 12 34 56 78.";

    assert.deepEqual(hrefs(text), ["https://exemple.fr/é?a=1", "https://www.exemple.fr", "mailto:odile@exemple.fr", "tel:0612345678"]);
  });

  test("links are never code", () => {
    assert.deepEqual(hrefs("javascript:alert(1) data:text/html,x"), []);
  });

  for (const text of ["Un <b>texte</b>\nhttps://exemple.fr, puis la suite", "👍 +33 (0)6 12 34 56 78👍", "(www.exemple.fr)👷🏽‍♀️ o'neil@mail.example"]) {
    test(`links lose no character of ${JSON.stringify(text)}`, () => {
      assert.equal(linkify(text).map((piece) => piece.text).join(""), text);
    });
  }

  for (const [name, text] of Object.entries({
    brackets: `https://a${")".repeat(10_000)}`,
    punctuation: `https://a${"?!".repeat(5_000)}a`,
    apostrophes: "a'".repeat(5_000),
    numbers: "+1 ".repeat(3_300),
    pairs: "01 ".repeat(3_300),
    names: `a@${"a.".repeat(4_900)}1`,
  })) {
    test(`a long message of ${name} is read at once`, () => {
      const started = performance.now();
      linkify(text);
      assert.ok(performance.now() - started < 500);
    });
  }
});

describe("addresses", () => {
  for (const [text = "", link] of [
    ["(https://exemple.fr/plan).", "https://exemple.fr/plan"],
    ["https://fr.wikipedia.org/wiki/Chaux_(matière)", "https://fr.wikipedia.org/wiki/Chaux_(matière)"],
    ["(voir https://exemple.fr/a_(b))", "https://exemple.fr/a_(b)"],
    ["« https://exemple.fr »", "https://exemple.fr"],
    ["«https://exemple.fr»", "https://exemple.fr"],
    ["https://société.fr/rénovation?été=1 !", "https://société.fr/rénovation?été=1"],
    ["https://exemple.fr/plan.pdf👍", "https://exemple.fr/plan.pdf"],
    ["https://exemple.fr/plan.pdf👷🏽‍♀️ vu", "https://exemple.fr/plan.pdf"],
    ["https://exemple.fr/plan.pdf❤️", "https://exemple.fr/plan.pdf"],
    ["https://exemple.fr/plan.pdf🇫🇷", "https://exemple.fr/plan.pdf"],
    ["https://exemple.fr/plan\u200b", "https://exemple.fr/plan"],
    ["**https://exemple.fr/x**", "https://exemple.fr/x"],
    ["HTTPS://Exemple.FR/A", "HTTPS://Exemple.FR/A"],
    ["https://exemple.fr/a,b;c", "https://exemple.fr/a,b;c"],
    ["https://exemple.fr/…", "https://exemple.fr/"],
  ]) {
    test(`the link in ${text} is ${link}`, () => assert.deepEqual(links(text).map((piece) => piece.text), [link]));
  }

  test("two addresses behind one another are two links", () => {
    assert.deepEqual(hrefs("https://a.fr,https://b.fr"), ["https://a.fr", "https://b.fr"]);
  });

  for (const text of ["http://", "plan.pdf👍", "foowww.exemple.fr", "a@b"]) {
    test(`${text} is no link`, () => assert.deepEqual(links(text), []));
  }
});

describe("mail addresses", () => {
  for (const [text = "", address] of [
    ["o'neil@mail.example", "o'neil@mail.example"],
    ["Jean.D'Arc+devis@mail.example.", "Jean.D'Arc+devis@mail.example"],
    ["<odile@exemple.fr>", "odile@exemple.fr"],
    ["'odile@exemple.fr'", "odile@exemple.fr"],
    ["l’adresse d’odile@exemple.fr", "odile@exemple.fr"],
    ["mailto:odile@exemple.fr", "odile@exemple.fr"],
    ["zoé@société.fr", "zoé@société.fr"],
    ["odile@exemple.fr👍", "odile@exemple.fr"],
  ]) {
    test(`the address in ${text} is ${address}`, () => {
      assert.deepEqual(links(text), [{ text: address, href: `mailto:${address}` }]);
    });
  }
});

describe("phone numbers", () => {
  for (const [text = "", tel] of [
    ["+33 (0)6 12 34 56 78", "+33612345678"],
    ["+33(0)612345678", "+33612345678"],
    ["(+33) 6 12 34 56 78", "+33612345678"],
    ["+33 06 12 34 56 78", "+33612345678"],
    ["+33 612 345 678", "+33612345678"],
    ["+33.6.12.34.56.78", "+33612345678"],
    ["+33\u202f6\u202f12\u202f34\u202f56\u202f78", "+33612345678"],
    ["0033 6 12 34 56 78", "+33612345678"],
    ["00 33 (0)6 12 34 56 78", "+33612345678"],
    ["06\u202f12\u202f34\u202f56\u202f78", "0612345678"],
    ["06\u00a012\u00a034\u00a056\u00a078", "0612345678"],
    ["06\u201112\u201134\u201156\u201178", "0612345678"],
    ["06.12.34.56.78", "0612345678"],
    ["06. 12. 34. 56. 78", "0612345678"],
    ["06/12/34/56/78", "0612345678"],
    ["0612345678.", "0612345678"],
    ["(06 12 34 56 78)", "0612345678"],
    ["Tél.06 12 34 56 78", "0612345678"],
    ["appelez le 06 12 34 56 78 14h30", "0612345678"],
    ["06 12 34 56 78👍", "0612345678"],
    ["0 800 123 456", "0800123456"],
    ["+32 470 12 34 56", "+32470123456"],
    ["+32 (0)2 123 45 67", "+3221234567"],
    ["0032 470 12 34 56", "+32470123456"],
    ["+41 22 123 45 67", "+41221234567"],
    ["+352 621 123 456", "+352621123456"],
    ["+44 20 7946 0958", "+442079460958"],
    ["+1 (415) 555-0123", "+14155550123"],
  ]) {
    test(`${text} calls ${tel}`, () => assert.deepEqual(hrefs(text), [`tel:${tel}`]));
  }

  for (const between of [" ", " / ", " ou ", ", ", "\n"]) {
    test(`two numbers with ${JSON.stringify(between)} between them are two links`, () => {
      assert.deepEqual(hrefs(`06 12 34 56 78${between}07 98 76 54 32`), ["tel:0612345678", "tel:0798765432"]);
    });
  }

  for (const text of [
    "du 01 02 03 04 05", "les 05 12 19 26 02", "01 08 15 22 29", "semaines 02 03 04 05 06", "du 01.02.03.04.05",
    "le 01 02 2026", "le 01.02.2026 08.30", "2026-11-28", "06/12/2026 08:30", "06.12.26 08 30",
    "SIRET 012 345 678 00012", "01234567800012", "IBAN FR76 3000 6000 0112 3456 7890 189", "TVA FR01234567890",
    "Facture 20260612345678, 1 200,50 €, GC-6060", "Facture 0612345678", "réf. 0123456789", "CH-0612345678", "CH-2078",
    "+12 000 000 €", "+3 000 000,00", "01 23 45 67 89 01", "0,612345678", "48.8566, 2.3522", "45.0102030405",
    "+33 6 12 34 56 789", "06 12 34 56 7", "00 12 34 56 78 90",
  ]) {
    test(`${text} is no phone number`, () => assert.deepEqual(links(text), []));
  }
});
