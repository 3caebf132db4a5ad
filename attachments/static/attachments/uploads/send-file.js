import { put } from "./put.js";
import { sha256 } from "./sha256.js";

/**
 * @import * as Api from "../attachments-api.js"
 * @import { Announced, Attachment, Instructions, StoredFile } from "../types.js"
 *
 * @typedef {Pick<typeof Api, "listParts" | "signParts" | "complete">} SendingApi
 * @typedef {{
 *   api: SendingApi, signal: AbortSignal, onProgress: (sentBytes: number) => void, putBytes?: typeof put, isPut?: boolean,
 *   onPut?: () => void,
 * }} SendingOptions
 */

/** Digests by file, so that another try does not read up to 50 MB again. @type {WeakMap<Blob, string>} */
const digests = new WeakMap();

/**
 * Announce a file to the server with its SHA-256. Announcing it again is harmless and returns a fresh address.
 *
 * @param {Pick<typeof Api, "announce">} api
 * @param {StoredFile} kept
 * @returns {Promise<Announced>}
 */
export async function announceFile(api, { id, file, keepsLocation }) {
  const digest = digests.get(file) ?? (await sha256(file));
  digests.set(file, digest);
  return api.announce({
    id, name: file.name, size: file.size, content_type: file.type, sha256: digest, keeps_location: keepsLocation,
  });
}

/**
 * Upload the bytes of an announced file that the server does not have yet, and complete the upload. With `isPut` an
 * earlier try has uploaded them, and was cut before the server knew it.
 *
 * @param {Announced} announced
 * @param {Blob} file
 * @param {SendingOptions} options
 * @returns {Promise<Attachment>}
 */
export async function sendBytes(announced, file, options) {
  const { upload, ...attachment } = announced;
  // An earlier try had succeeded, and only its answer was lost.
  if (!upload) return attachment;
  if (upload.method === "multipart") await sendParts(announced.id, file, options);
  else if (!options.isPut) await sendWhole(upload, file, options);
  options.onPut?.();
  // The upload may have been cancelled just after its last byte.
  options.signal.throwIfAborted();
  return options.api.complete(announced.id);
}

/**
 * @param {Instructions} upload
 * @param {Blob} file
 * @param {SendingOptions} options
 */
async function sendWhole({ url, headers }, file, { signal, onProgress, putBytes = put }) {
  await putBytes(url ?? "", headers, file, { signal, onProgress });
}

/**
 * Send parts one after the other. A phone's connection is no faster with two, and a cut then costs one part at most.
 *
 * @param {string} id
 * @param {Blob} file
 * @param {SendingOptions} options
 */
async function sendParts(id, file, { api, signal, onProgress, putBytes = put }) {
  const { part_size: size, part_count: count, parts } = await api.listParts(id);
  const arrived = new Set(parts.map(({ number }) => number));
  let done = parts.reduce((total, part) => total + part.size, 0);
  for (let number = 1; number <= count; number++) {
    if (arrived.has(number)) continue;
    const part = file.slice((number - 1) * size, number * size);
    const { parts: signed } = await api.signParts(id, [{ number, sha256: await sha256(part) }]);
    const before = done;
    for (const { url, headers } of signed) {
      await putBytes(url, headers, part, { signal, onProgress: (sent) => onProgress(before + sent) });
    }
    done += part.size;
    onProgress(done);
  }
}
