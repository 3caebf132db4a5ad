/**
 * What a camera wrote beside a picture (Exif 3.0: a TIFF structure). A picture that is drawn again has lost it, and with
 * it the date on which a defect was seen.
 */

const ORIENTATION = 0x0112;
// Pointers to further directories: Exif, GPS, interoperability.
const POINTERS = [0x8769, 0x8825, 0xa005];
const BYTES_OF_TYPE = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8];
// The length of a JPEG segment has two bytes, of which the name and itself take eight.
const LONGEST = 0xffff - 8;
const NAME = [0x45, 0x78, 0x69, 0x66, 0, 0];

/** Find the Exif data of a JPEG, a WebP or a HEIC. @param {Uint8Array} bytes @returns {Uint8Array | null} */
export function exifOf(bytes) {
  // In HEIC and WebP the data stands behind its name too, or right behind the name of its chunk.
  for (let at = 0; at < bytes.length - 16; at++) {
    if (bytes[at] !== NAME[0]) continue;
    const isNamed = NAME.every((byte, index) => bytes[at + index] === byte);
    const isChunk = text(bytes, at, 4) === "EXIF";
    const start = at + (isNamed ? NAME.length : 8);
    if ((isNamed || isChunk) && isTiff(bytes, start)) return bytes.subarray(start);
  }
  return null;
}

/** @param {Uint8Array} bytes @param {number} at */
function isTiff(bytes, at) {
  return ["II*\0", "MM\0*"].includes(text(bytes, at, 4));
}

/** @param {Uint8Array} bytes @param {number} at @param {number} length */
function text(bytes, at, length) {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}

/**
 * Return the data for a picture that stands upright: without its thumbnail, and cut where it ends. The place stays in
 * it: the server takes it out of what others receive, as it does for every photo.
 *
 * @param {Uint8Array} tiff
 * @returns {Uint8Array | null} null if it cannot be read, or is too long for a JPEG
 */
export function uprightExif(tiff) {
  try {
    const view = new DataView(tiff.slice(0, LONGEST).buffer);
    const isLittle = view.getUint8(0) === 0x49;
    const end = endOf(view, view.getUint32(4, isLittle), isLittle, true);
    return end <= LONGEST ? new Uint8Array(view.buffer, 0, end) : null;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/**
 * Return where a directory and all that it names end. Set its orientation to upright.
 *
 * @param {DataView} view
 * @param {number} at
 * @param {boolean} isLittle
 * @param {boolean} isFirst the next directory after the first one is that of the thumbnail
 * @returns {number}
 */
function endOf(view, at, isLittle, isFirst = false) {
  const count = view.getUint16(at, isLittle);
  const next = at + 2 + 12 * count;
  let end = next + 4;
  for (let entry = at + 2; entry < next; entry += 12) {
    const [tag, type] = [view.getUint16(entry, isLittle), view.getUint16(entry + 2, isLittle)];
    const size = view.getUint32(entry + 4, isLittle) * (BYTES_OF_TYPE[type] ?? 1);
    const value = view.getUint32(entry + 8, isLittle);
    if (tag === ORIENTATION) view.setUint16(entry + 8, 1, isLittle);
    // A directory points forwards, so that no circle can hold us.
    if (POINTERS.includes(tag) && value > at) end = Math.max(end, endOf(view, value, isLittle));
    else if (size > 4) end = Math.max(end, value + size);
  }
  if (isFirst) view.setUint32(next, 0, isLittle);
  return end;
}

/** Put Exif data into a JPEG. @param {Blob} jpeg @param {Uint8Array} tiff @returns {Blob} */
export function withExif(jpeg, tiff) {
  const length = tiff.length + 8;
  const head = new Uint8Array([0xff, 0xd8, 0xff, 0xe1, length >> 8, length & 0xff, ...NAME]);
  return new Blob([head, new Uint8Array(tiff), jpeg.slice(2)], { type: "image/jpeg" });
}
