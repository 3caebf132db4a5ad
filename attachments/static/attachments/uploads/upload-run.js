import { ApiError } from "#core/api.js";
import { backoff, wait } from "#core/backoff.js";

import { ConcurrencyLimit } from "./concurrency-limit.js";
import { withLock } from "./file-lock.js";
import { isReducible } from "./reduce-photo.js";
import { announceFile, sendBytes } from "./send-file.js";
import { errorText, isFinal, retryAfterMs } from "./upload-errors.js";
import { isFinished, tracked } from "./upload-job.js";

/**
 * @import * as Api from "../attachments-api.js"
 * @import { put } from "./put.js"
 * @import { reducePhoto } from "./reduce-photo.js"
 * @import { Announced, Sending, StoredFile } from "../types.js"
 * @import { Job } from "./upload-job.js"
 *
 * @typedef {Partial<Omit<StoredFile, "id" | "person">>} Update
 * @typedef {{
 *   show: (job: Job, change: Partial<Sending>) => void, update: (job: Job, change: Update) => Promise<void>,
 *   progress: (job: Job, share: number) => void, holds: (id: string) => boolean,
 * }} Hooks
 */

// Hashing uses the processor, sending uses the network.
const ANNOUNCED_AT_ONCE = 2;
const SENT_AT_ONCE = 2;

// A decoded photo of 12 megapixels takes 48 MB.
const REDUCED_AT_ONCE = 1;

/** Uploads one file after the other: makes photos smaller, announces, sends the bytes, and tries again after a cut. */
export class UploadRun {
  #api;
  #putBytes;
  #reduce;
  #hooks;
  #reducing = new ConcurrencyLimit(REDUCED_AT_ONCE);
  #announcing = new ConcurrencyLimit(ANNOUNCED_AT_ONCE);
  #sending = new ConcurrencyLimit(SENT_AT_ONCE);
  /** Aborting it ends the waits between tries. */
  #wake = new AbortController();

  /** @param {{ api: typeof Api, putBytes: typeof put | undefined, reduce: typeof reducePhoto, hooks: Hooks }} options */
  constructor({ api, putBytes, reduce, hooks }) {
    this.#api = api;
    this.#putBytes = putBytes;
    this.#reduce = reduce;
    this.#hooks = hooks;
  }

  /** Try again now, because the network is back. */
  wake() {
    this.#wake.abort();
    this.#wake = new AbortController();
  }

  /** End all waits, because the page is closing. */
  stop() {
    this.#wake.abort();
  }

  /** Try until the server has the file or refuses it, or the person cancels. @param {Job} job */
  async start(job) {
    const { signal } = job.stop;
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        return await this.#attempt(job);
      } catch (error) {
        if (signal.aborted) return;
        // What the server says of the bytes may be that it lacks them.
        if (error instanceof ApiError && !error.isTemporary && !error.isOfSession) job.isPut = false;
        if (isFinal(error, attempt)) return this.#hooks.show(job, { step: "failed", error: errorText(error) });
        this.#hooks.show(job, { step: "waiting" });
        await wait(Math.max(retryAfterMs(error), backoff(attempt)), AbortSignal.any([this.#wake.signal, signal]));
      }
    }
  }

  /** @param {Job} job */
  async #attempt(job) {
    const { stop } = job;
    const { id } = job.stored;
    this.#hooks.show(job, { step: "preparing", error: "" });
    await this.#makeSmaller(job);
    if (stop.signal.aborted) return;
    const announced = await this.#announcing.run(() => announceFile(this.#api, job.stored));
    // Cancelled during the announcement. If the page is only closing, the next page continues instead.
    if (!this.#hooks.holds(id)) return void this.#api.withdraw(id).catch(() => {});
    if (stop.signal.aborted) return;
    await this.#hooks.update(job, { isAnnounced: true });
    // One tab at a time: another tab with the same file then finds it uploaded.
    const attachment = await this.#sending.run(() => withLock(id, () => this.#sendBytes(job, announced)));
    // The event about the analysis may come before this answer.
    const told = job.shown.server;
    this.#hooks.show(job, { step: "sent", share: 1, server: told && isFinished(told) ? told : attachment });
    await this.#hooks.update(job, { isSent: true });
  }

  /** Replace a photo by a smaller one, once, and before the server is told its size. @param {Job} job */
  async #makeSmaller(job) {
    const { file, keepsLocation, isOriginal, isReduced, isAnnounced } = job.stored;
    if (keepsLocation || isOriginal || isReduced || isAnnounced || !isReducible(file)) return;
    const small = await this.#reducing.run(() => (job.stop.signal.aborted ? Promise.resolve(null) : this.#reduce(file)));
    if (job.stop.signal.aborted) return;
    await this.#hooks.update(job, { isReduced: true, ...(small && { file: small, original: file }) });
  }

  /**
   * @param {Job} job
   * @param {Announced} announced
   */
  #sendBytes(job, announced) {
    this.#hooks.show(job, { step: "sending" });
    const { listParts, signParts, complete } = this.#api;
    return sendBytes(announced, job.stored.file, {
      api: { listParts: tracked(job, listParts), signParts: tracked(job, signParts), complete: tracked(job, complete) },
      signal: job.stop.signal,
      isPut: job.isPut,
      onPut: () => (job.isPut = true),
      onProgress: (bytes) => this.#hooks.progress(job, bytes / job.stored.file.size),
      ...(this.#putBytes && { putBytes: this.#putBytes }),
    });
  }
}
