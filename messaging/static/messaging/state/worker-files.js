import { BucketError } from "#attachments/uploads/put.js";
import { isReducible, reducePhoto } from "#attachments/uploads/reduce-photo.js";
import { FileStore } from "#attachments/uploads/file-store.js";
import { announceFile, sendBytes } from "#attachments/uploads/send-file.js";
import { withLock } from "#attachments/uploads/file-lock.js";
import { ApiError, NetworkError } from "#core/api.js";

/**
 * @import * as Api from "#attachments/attachments-api.js"
 * @import { Announced, StoredFile } from "#attachments/types.js"
 */

/**
 * The files of unsent messages, as the service worker sends them. A file that is sent by parts is announced, so that its
 * message can leave, and its bytes wait for a page: a browser ends a worker after a few minutes.
 */
export class WorkerFiles {
  #api;
  #store = new FileStore();
  /** @type {Map<string, StoredFile>} */
  #files;
  /** @type {Map<string, Announced>} */
  #announced = new Map();
  /** @type {Map<string, string>} */
  #refused = new Map();

  /** @param {StoredFile[]} files @param {typeof Api} api */
  constructor(files, api) {
    this.#files = new Map(files.map((file) => [file.id, file]));
    this.#api = api;
  }

  /** @param {string} person @param {{ api: typeof Api }} options */
  static async of(person, { api }) {
    const files = new WorkerFiles([], api);
    for (const file of await files.#store.all(person)) files.#files.set(file.id, file);
    return files;
  }

  /** As of `Uploader`. @param {string[]} ids @returns {Promise<string[]>} */
  async announced(ids) {
    const known = [];
    for (const id of ids) if (await this.#isAnnounced(id)) known.push(id);
    return known;
  }

  /** @param {string[]} ids */
  refusals(ids) {
    return ids.flatMap((id) => this.#refused.get(id) ?? []);
  }

  /** Send the bytes of all files of messages. */
  async sendAll() {
    for (const { id, place, isAnnounced, isSent } of this.#files.values()) {
      if (place === "" && isAnnounced && !isSent) await withLock(id, () => this.#send(id));
    }
  }

  /** @param {string} id */
  async #isAnnounced(id) {
    const stored = this.#files.get(id);
    // This device has forgotten it, since the server has it.
    if (!stored || stored.isAnnounced) return true;
    try {
      await this.#announce(id);
      return true;
    } catch (error) {
      if (!(error instanceof ApiError) || error.isTemporary || error.isOfSession) throw error;
      this.#refused.set(id, error.message);
      return false;
    }
  }

  /** @param {string} id */
  async #announce(id) {
    const stored = await this.#reduced(/** @type {StoredFile} */ (this.#files.get(id)));
    const announced = await announceFile(this.#api, stored);
    this.#announced.set(id, announced);
    await this.#keep({ ...stored, isAnnounced: true });
    return announced;
  }

  /** Make a photo smaller that the page had no time for. @param {StoredFile} stored @returns {Promise<StoredFile>} */
  async #reduced(stored) {
    const { file, keepsLocation, isOriginal, isReduced } = stored;
    if (keepsLocation || isOriginal || isReduced || !isReducible(file)) return stored;
    return { ...stored, isReduced: true, file: (await reducePhoto(file)) ?? file };
  }

  /** @param {string} id */
  async #send(id) {
    const stored = /** @type {StoredFile} */ (this.#files.get(id));
    const announced = this.#announced.get(id) ?? (await this.#announce(id));
    if (announced.upload?.method === "multipart") return;
    const signal = new AbortController().signal;
    await sendBytes(announced, stored.file, { api: this.#api, signal, onProgress: () => {}, putBytes });
    // A page then asks for its state, and forgets it.
    await this.#keep({ ...stored, isSent: true });
  }

  /** @param {StoredFile} stored */
  async #keep(stored) {
    this.#files.set(stored.id, stored);
    await this.#store.put(stored);
  }
}

/** PUT bytes as `put.js` does, without XMLHttpRequest. @param {string} url @param {Record<string, string>} headers @param {Blob} body */
async function putBytes(url, headers, body) {
  const response = await fetch(url, { method: "PUT", headers, body }).catch((cause) => {
    throw new NetworkError("upload cut", { cause });
  });
  if (!response.ok && response.status !== 412) throw new BucketError(response.status);
}
