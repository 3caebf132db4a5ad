import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { sentences } from "#messaging/components/history-line.js";

import { camille, line, odile } from "../people.js";

/** @import { Line } from "#messaging/types.js" */

const marc = { id: "marc", name: "Marc Vidal", role: /** @type {const} */ ("manager") };
const tiles = { id: "c2", name: "Carrelage" };

/** What a line says, with plain spaces. @param {Partial<Line> & { kind: Line["kind"] }} of */
function said(of) {
  const text = sentences[of.kind]?.(line(3, of)) ?? "";
  return text.replace(/[\u00a0\u202f]/g, " ").replace("\n", "…");
}

describe("a line of the history", () => {
  test("says nothing to a client of who of the company has the conversation", () => {
    for (const kind of ["assigned", "taken_over", "escalated", "snoozed", "woken", "forwarded", "exported"]) assert.equal(sentences[kind], undefined);
  });

  test("says what a client may read, and by whom", () => {
    assert.equal(said({ kind: "opened", by: camille }), "Conversation ouverte par Camille Morel");
    assert.equal(said({ kind: "closed" }), "Close par Odile Perrin");
    assert.equal(said({ kind: "reopened" }), "Rouverte par Odile Perrin");
    assert.equal(said({ kind: "reopened", by: camille }), "Rouverte par le message de Camille Morel");
    assert.equal(said({ kind: "renamed", details: { subject: "Dalle", former_subject: "Sol" } }), "Sujet changé par Odile Perrin : « Sol » devient « Dalle »");
    assert.equal(said({ kind: "moved", details: { to: { id: "g", name: "Garage" }, from: null } }), "Déplacée vers Garage par Odile Perrin");
    assert.equal(said({ kind: "moved", details: { to: null, from: { id: "g", name: "Garage" } } }), "Détachée du chantier Garage par Odile Perrin");
    assert.equal(said({ kind: "merged", details: { into: tiles, count: 1 } }), "1 message transféré par Odile Perrin dans …");
    assert.equal(said({ kind: "split", details: { from: tiles, count: 2 } }), "2 messages venus de …, déplacés par Odile Perrin");
  });

  test("says to the company who gave what to whom, and why", async () => {
    await import("#messaging/components/staff-lines.js");

    assert.equal(said({ kind: "assigned", by: marc, details: { to: odile, from: null } }), "Marc Vidal a confié la conversation à Odile Perrin");
    assert.equal(said({ kind: "assigned", by: marc, details: { to: marc, from: null } }), "Marc Vidal a pris la conversation");
    assert.equal(said({ kind: "assigned", by: marc, details: { to: null, from: marc } }), "Marc Vidal ne suit plus la conversation");
    assert.equal(said({ kind: "assigned", by: marc, details: { to: null, from: odile } }), "Marc Vidal a retiré la conversation à Odile Perrin");
    assert.equal(said({ kind: "assigned", by: null, details: { to: odile, from: marc, reason: "absent" } }), "Marc Vidal est absent : confiée à Odile Perrin");
    assert.equal(said({ kind: "assigned", by: null, details: { to: odile, from: null, reason: "new_rule" } }), "Confiée à Odile Perrin");
    assert.equal(said({ kind: "taken_over", by: marc, details: { to: marc, from: odile } }), "Marc Vidal a repris la conversation, que suivait Odile Perrin");
    assert.equal(said({ kind: "forwarded", details: { address: "a@b.fr", count: 1 } }), "1 message transféré par e-mail à a@b.fr par Odile Perrin");
    assert.equal(said({ kind: "woken", by: null, details: { reason: "answer" } }), "De retour : le client a écrit");
    assert.equal(said({ kind: /** @type {any} */ ("exported") }), "Imprimée ou exportée par Odile Perrin");
  });

  test("tells until when and since when", async () => {
    await import("#messaging/components/staff-lines.js");
    const day = new Intl.DateTimeFormat("fr", { weekday: "long", day: "numeric", month: "long", year: "numeric" }).format(new Date("2036-11-17T08:00:00"));

    assert.equal(said({ kind: "snoozed", details: { until: new Date("2036-11-17T08:00:00").toISOString() } }), `Mise en pause par Odile Perrin, retour ${day} à 08:00`);
    const since = new Date("2036-11-17T08:05:00").toISOString();
    assert.equal(said({ kind: "escalated", by: null, details: { to: marc, from: odile, step: 1, waiting_since: since } }), `Sans réponse depuis ${day} à 08:05 : confiée à Marc Vidal`);
  });
});
