import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { limits } from "../people.js";

import { acceptOf, asAttachment, checked, isPicture, kindOf, kindsTaken, sizeLabel, stateLabel } from "#attachments/files.js";

/** @import { Sending } from "#attachments/types.js" */

/** @type {Sending} */
const sending = {
  id: "f1", name: "mur.jpg", size: 2048, kind: "image", place: "", step: "sending", share: 0.426, error: "",
  picture: "", width: null, height: null, keepsLocation: false, isOriginal: false, canReduce: false, isUnkept: false, server: null,
};

/** @param {string} name @param {number} [size] */
function file(name, size = 10) {
  const made = new File([], name);
  Object.defineProperty(made, "size", { value: size });
  return made;
}

describe("a file that is chosen", () => {
  test("a file's kind is known by the end of its name", () => {
    assert.deepEqual(["IMG_1.HEIC", "devis.pdf", "plan.dwg", "film.mov"].map((name) => kindOf(name, limits)), ["image", "pdf", "document", "video"]);
    assert.deepEqual(["outil.exe", "page.html", "archive.zip", "image.psd"].map((name) => kindOf(name, limits)), [null, null, null, null]);
  });

  test("a name that says nothing waits for the server, which looks at the bytes", () => {
    assert.deepEqual(["sans-nom", ".pdf", "v2.3 plan", "releve.topo"].map((name) => kindOf(name, limits)), ["document", "document", "document", "document"]);
    assert.equal(kindOf("sans-nom", limits, "image/png"), "image");
    assert.deepEqual(checked([file("sans-nom"), file("v2.3 plan")], 0, limits).refusals, []);
  });

  test("a refusal says what to do, and which kinds are taken", () => {
    const { refusals } = checked([file("photos.zip"), file("page.html"), file("offre.eml"), file("devis.p7m"), file("dessin.psd")], 0, limits);

    assert.match(refusals[0] ?? "", /archive. Envoyez un par un/);
    assert.match(refusals[1] ?? "", /Imprimez-le en PDF/);
    assert.match(refusals[2] ?? "", /e-mail/);
    assert.match(refusals[3] ?? "", /conteneur signé/);
    for (const refusal of refusals) assert.match(refusal, /photos, vidéos, notes vocales, PDF, Word, Excel/);
    assert.doesNotMatch(checked([file("outil.exe")], 0, limits).refusals[0] ?? "", /photos/);
  });

  test("the kinds that are taken are those of this company", () => {
    assert.equal(kindsTaken({ ...limits, file_extensions: { pdf: ["pdf"] } }), "PDF");
  });

  test("a file of another type, an empty file and a large file are refused with a reason", () => {
    const { accepted, refusals } = checked([file("mur.jpg"), file("outil.exe"), file("vide.pdf", 0), file("film.mp4", 53_477_376)], 0, limits);

    assert.deepEqual(accepted.map(({ name }) => name), ["mur.jpg"]);
    assert.match(refusals[0] ?? "", /«\soutil.exe\s»\s: ce type/);
    assert.match(refusals[1] ?? "", /«\svide.pdf\s» est vide/);
    assert.match(refusals[2] ?? "", /«\sfilm.mp4\s» pèse 51\sMo\s: 50\sMo au plus/);
  });

  test("files after the twentieth are refused with one reason", () => {
    const { accepted, refusals } = checked(Array.from({ length: 5 }, (_, n) => file(`${n}.jpg`)), 18, limits);

    assert.equal(accepted.length, 2);
    assert.equal(refusals.length, 1);
  });

  test("the limits are the server's, also in the words", () => {
    const small = { ...limits, file_max_bytes: 1024 * 1024, files_per_message: 1, file_extensions: { pdf: ["pdf"] }, refused_extensions: { type_not_allowed: ["jpg"] } };

    const { accepted, refusals } = checked([file("devis.pdf"), file("plan.pdf")], 0, small);
    const { refusals: [size, kind] } = checked([file("devis.pdf", 2 * 1024 * 1024), file("mur.jpg")], 0, { ...small, files_per_message: 9 });

    assert.equal(accepted.length, 1);
    assert.match(refusals[0] ?? "", /^1 fichiers? au plus/);
    assert.match(size ?? "", /1\sMo au plus/);
    assert.match(kind ?? "", /mur.jpg/);
    assert.equal(acceptOf(small), "image/*,video/*,.pdf,*/*");
  });

  test("without limits the server alone refuses", () => {
    assert.deepEqual(checked([file("outil.exe")], 0, null).refusals, []);
    assert.equal(acceptOf(null), "");
  });

  test("a file's size is shown in kilobytes or megabytes", () => {
    assert.equal(sizeLabel(200).replace(/\s/, " "), "1 ko");
    assert.equal(sizeLabel(3.44 * 1024 * 1024).replace(/\s/, " "), "3,4 Mo");
  });
});

describe("a file's tile", () => {
  const leaving = asAttachment(sending);

  test("a tile shows the progress of an upload to its sender only", () => {
    assert.equal(stateLabel(leaving, sending).replace(/\s/g, " "), "Envoi 42 %");
    assert.equal(stateLabel(leaving, { ...sending, step: "waiting" }), "En attente du réseau");
    assert.equal(stateLabel(leaving, null), "Envoi en cours");
  });

  test("a tile shows the state of an uploaded file", () => {
    assert.equal(stateLabel({ ...leaving, status: "scanning" }, null), "Analyse…");
    assert.equal(stateLabel({ ...leaving, status: "refused" }, null), "Bloqué");
    assert.equal(stateLabel({ ...leaving, status: "unreadable" }, null), "Illisible");
    assert.equal(stateLabel({ ...leaving, status: "ready" }, sending), "");
  });

  test("a tile is a picture only if the file has one and is not blocked", () => {
    assert.equal(isPicture(leaving), true);
    assert.equal(isPicture({ ...leaving, status: "blocked" }), false);
    assert.equal(isPicture({ ...leaving, status: "ready", has_preview: false }), false);
    assert.equal(isPicture({ ...leaving, kind: "pdf", status: "ready", has_preview: true }), false);
  });
});
