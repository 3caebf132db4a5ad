import { extensionOf } from "../extension.js";
import { exifOf, uprightExif, withExif } from "./exif.js";

/**
 * Makes photos smaller before they are sent, for a phone with one bar of signal and a few gigabytes a month. Only what
 * a camera takes: a plan or a screenshot is PNG or PDF, and its lines and letters must stay sharp.
 */

// At 400 kbit/s this takes 30 s, and the 4 to 8 MB of a phone's photo take two minutes.
export const PHOTO_MAX_BYTES = 1.5 * 1024 * 1024;

const TYPES = ["image/jpeg", "image/heic", "image/heif", "image/webp"];
const EXTENSIONS = ["jpg", "jpeg", "heic", "heif", "webp"];

// The largest picture that fits. A photo of 12 megapixels is 4032 px wide; a crack is still seen at 2560.
const STEPS = [
  { side: 4096, quality: 0.82 },
  { side: 3200, quality: 0.8 },
  { side: 2560, quality: 0.8 },
  { side: 2048, quality: 0.75 },
  { side: 1600, quality: 0.7 },
];

// The Exif data of a HEIC stands behind its tables, before the picture.
const HEAD_BYTES = 512 * 1024;

/** @typedef {{ width: number, height: number, close?: () => void }} Picture */

/** Return true for a file that may be reduced by its name, type and size. @param {Pick<File, "name" | "type" | "size">} file */
export function isReducible({ name, type, size }) {
  return size > PHOTO_MAX_BYTES && (TYPES.includes(type) || EXTENSIONS.includes(extensionOf(name)));
}

/**
 * Return the photo in at most PHOTO_MAX_BYTES, upright, with its date. Null if it must be sent as it is: this browser
 * cannot decode it, or it is no photo.
 *
 * @param {File} file
 * @param {{ decode?: (file: File) => Promise<any>, encode?: (picture: any, width: number, height: number, quality: number) => Promise<Blob> }} [canvas]
 * @returns {Promise<File | null>}
 */
export async function reducePhoto(file, { decode = decodePhoto, encode = encodeJpeg } = {}) {
  const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  if (isDrawing(head)) return null;
  const exif = exifOf(head);
  const upright = exif && uprightExif(exif);
  /** @type {Picture | null} */
  let picture = null;
  try {
    picture = await decode(file);
    const jpeg = await smallEnough(/** @type {Picture} */ (picture), upright?.length ?? 0, encode);
    return jpeg && jpeg.size < file.size ? named(upright ? withExif(jpeg, upright) : jpeg, file) : null;
  } catch {
    // A format that this browser does not know, a damaged file, or too little memory: the server knows more.
    return null;
  } finally {
    picture?.close?.();
  }
}

/**
 * @param {Picture} picture
 * @param {number} extra bytes that are added to it
 * @param {(picture: any, width: number, height: number, quality: number) => Promise<Blob>} encode
 */
async function smallEnough(picture, extra, encode) {
  const longest = Math.max(picture.width, picture.height);
  for (const { side, quality } of STEPS) {
    const scale = Math.min(1, side / longest);
    const jpeg = await encode(picture, Math.round(picture.width * scale), Math.round(picture.height * scale), quality);
    if (jpeg.size + extra + 16 <= PHOTO_MAX_BYTES) return jpeg;
  }
  return null;
}

/** Return true for a WebP without loss, with transparency or with movement: no camera makes one. @param {Uint8Array} head */
function isDrawing(head) {
  if (String.fromCharCode(...head.subarray(8, 12)) !== "WEBP") return false;
  const chunk = String.fromCharCode(...head.subarray(12, 16));
  return chunk === "VP8L" || (chunk === "VP8X" && ((head[20] ?? 0) & 0x12) !== 0);
}

/** @param {Blob} jpeg @param {File} file */
function named(jpeg, { name, lastModified }) {
  const base = extensionOf(name) ? name.slice(0, name.lastIndexOf(".")) : name;
  const isJpeg = ["jpg", "jpeg"].includes(extensionOf(name));
  return new File([jpeg], isJpeg ? name : `${base}.jpg`, { type: "image/jpeg", lastModified });
}

/** Decode outside of the page's thread, and turn it upright. @param {File} file */
function decodePhoto(file) {
  return createImageBitmap(file, { imageOrientation: "from-image" });
}

/**
 * @param {ImageBitmap} picture
 * @param {number} width
 * @param {number} height
 * @param {number} quality
 */
async function encodeJpeg(picture, width, height, quality) {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  if (!context) throw new TypeError("no canvas");
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, 0, 0, width, height);
  return canvas.convertToBlob({ type: "image/jpeg", quality });
}
