import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { exifOf, uprightExif, withExif } from "#attachments/uploads/exif.js";
import { PHOTO_MAX_BYTES, isReducible, reducePhoto } from "#attachments/uploads/reduce-photo.js";

const DATE = "2026:11:16 09:41:00";

/** Return a TIFF structure with an orientation, the date of an Exif directory, and a thumbnail's directory. @param {boolean} isLittle */
function tiff(isLittle) {
  const view = new DataView(new ArrayBuffer(120));
  const short = (/** @type {number} */ at, /** @type {number} */ value) => view.setUint16(at, value, isLittle);
  const long = (/** @type {number} */ at, /** @type {number} */ value) => view.setUint32(at, value, isLittle);
  /** @param {number} at @param {number} tag @param {number} type @param {number} count @param {number} value */
  const entry = (at, tag, type, count, value) => (short(at, tag), short(at + 2, type), long(at + 4, count), type === 3 ? short(at + 8, value) : long(at + 8, value));
  short(0, isLittle ? 0x4949 : 0x4d4d);
  short(2, 42);
  long(4, 8);
  short(8, 2);
  entry(10, 0x0112, 3, 1, 6);
  entry(22, 0x8769, 4, 1, 38);
  long(34, 100); // the thumbnail
  short(38, 1);
  entry(40, 0x9003, 2, 20, 56);
  [...DATE].forEach((sign, index) => view.setUint8(56 + index, sign.charCodeAt(0)));
  return new Uint8Array(view.buffer);
}

const named = (/** @type {Uint8Array} */ data) => new Uint8Array([...new TextEncoder().encode("Exif"), 0, 0, ...data]);
const said = (/** @type {Uint8Array} */ bytes) => Buffer.from(bytes).toString("latin1");

/** @param {string} name @param {string} type @param {number} [size] */
const file = (name, type, size = 4_000_000) => new File([new Uint8Array(size)], name, { type });

/** A canvas that needs a byte for each eight pixels. @param {number[]} [sides] where it notes the longest sides */
const canvas = (sides = []) => ({
  decode: async () => ({ width: 3024, height: 4032 }),
  encode: async (/** @type {unknown} */ _picture, /** @type {number} */ width, /** @type {number} */ height) => {
    sides.push(Math.max(width, height));
    return new Blob([new Uint8Array([0xff, 0xd8]), new Uint8Array((width * height) / 4)]);
  },
});

describe("which files are made smaller", () => {
  for (const [name, type, size, expected] of /** @type {[string, string, number, boolean][]} */ ([
    ["mur.jpg", "image/jpeg", 4_000_000, true],
    ["IMG_1.HEIC", "", 4_000_000, true],
    ["mur.webp", "image/webp", 4_000_000, true],
    ["petit.jpg", "image/jpeg", PHOTO_MAX_BYTES, false],
    ["capture.png", "image/png", 4_000_000, false],
    ["plan.pdf", "application/pdf", 4_000_000, false],
  ])) {
    test(`${name} of ${size} bytes: ${expected}`, () => assert.equal(isReducible({ name, type, size }), expected));
  }
});

describe("a photo that is made smaller", () => {
  test("the largest size that fits is taken", async () => {
    /** @type {number[]} */
    const sides = [];

    const small = await reducePhoto(file("IMG_1.HEIC", "image/heic"), canvas(sides));

    assert.deepEqual(sides, [4032, 3200, 2560]);
    assert.ok(small && small.size <= PHOTO_MAX_BYTES);
    assert.deepEqual([small.name, small.type], ["IMG_1.jpg", "image/jpeg"]);
  });

  test("a photo that this browser cannot decode is sent as it is", async () => {
    const decode = () => Promise.reject(new DOMException("no HEIC", "InvalidStateError"));

    assert.equal(await reducePhoto(file("IMG_1.HEIC", "image/heic"), { ...canvas(), decode }), null);
  });

  test("a drawing in a WebP without loss is sent as it is", async () => {
    const drawing = new File(["RIFF....WEBPVP8L", new Uint8Array(4_000_000)], "plan.webp", { type: "image/webp" });

    assert.equal(await reducePhoto(drawing, canvas()), null);
  });

  test("the date of the photo stays in it, and it stands upright", async () => {
    const photo = new File([new Uint8Array([0xff, 0xd8]), named(tiff(true)), new Uint8Array(4_000_000)], "mur.jpg", { type: "image/jpeg" });

    const small = await reducePhoto(photo, canvas());

    const exif = exifOf(new Uint8Array(await /** @type {File} */ (small).arrayBuffer()));
    assert.ok(exif && said(exif).includes(DATE));
    assert.equal(new DataView(exif.buffer, exif.byteOffset).getUint16(18, true), 1);
  });
});

describe("what a camera wrote", () => {
  for (const isLittle of [true, false]) {
    test(`it is cut where it ends, without its thumbnail, ${isLittle ? "little" : "big"} endian`, () => {
      const found = exifOf(new Uint8Array([1, 2, 3, ...named(tiff(isLittle)), ...new Uint8Array(900)]));
      const upright = uprightExif(/** @type {Uint8Array} */ (found));

      assert.equal(upright?.length, 76);
      assert.ok(said(/** @type {Uint8Array} */ (upright)).endsWith(`${DATE}\0`));
      assert.equal(new DataView(/** @type {Uint8Array} */ (upright).slice().buffer).getUint32(34, isLittle), 0);
    });
  }

  test("data of a WebP stands behind the name of its chunk", () => {
    const chunk = [...new TextEncoder().encode("EXIF"), 120, 0, 0, 0];

    assert.equal(exifOf(new Uint8Array([...new TextEncoder().encode("RIFF....WEBP"), ...chunk, ...tiff(true)]))?.length, 120);
  });

  test("damaged data and a circle of directories are left out", () => {
    const circle = tiff(true);
    new DataView(circle.buffer).setUint32(30, 8, true);

    assert.equal(uprightExif(new Uint8Array([0x49, 0x49, 42, 0, 255, 255, 0, 0])), null);
    assert.ok(/** @type {Uint8Array} */ (uprightExif(circle)).length <= 120);
  });

  test("it stands at the head of the new picture", async () => {
    const bytes = new Uint8Array(await withExif(new Blob([new Uint8Array([0xff, 0xd8, 0xff, 0xd9])]), tiff(true)).arrayBuffer());

    assert.deepEqual([...bytes.slice(0, 6)], [0xff, 0xd8, 0xff, 0xe1, 0, 128]);
    assert.deepEqual([...bytes.slice(-2)], [0xff, 0xd9]);
  });
});
