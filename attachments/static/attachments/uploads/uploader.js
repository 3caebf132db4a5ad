import { ApiError, NetworkError } from "#core/api.js";
import { uuid7 } from "#core/uuid.js";

import * as api from "../attachments-api.js";
import { isShut, kindOf } from "../files.js";
import { imageSizeOf } from "./image-size.js";
import { keepOriginalSize, wantsOriginalSize } from "./original-size.js";
import { isReducible, reducePhoto } from "./reduce-photo.js";
import { isAdopted, isFinished, pictureOf } from "./upload-job.js";
import { UploadRun } from "./upload-run.js";

/**
 * @import { Limits } from "#core/types.js"
 * @import { put } from "./put.js"
 * @import { FileStore } from "./file-store.js"
 * @import { Attachment, StoredFile, Sending } from "../types.js"
 * @import { Job } from "./upload-job.js"
 * @import { Update } from "./upload-run.js"
 *
 * @typedef {typeof api} UploaderApi
 */

const PROGRESS_SHOWN_EVERY_MS = 150;

/**
 * Uploads the files of one person from this device. An upload starts as soon as the file is chosen, and waits for
 * the network as long as necessary. A later page continues what this one did not finish. Emits `change`.
 */
export class Uploader extends EventTarget {
  /** The uploads as elements show them, by id, in the order chosen. The map is replaced at each change. @type {ReadonlyMap<string, Sending>} */
  sendings = new Map();

  #person;
  #fileStore;
  #api;
  #run;
  #measure;
  #limits;
  #isNeeded;
  /** @type {Map<string, Job>} */
  #jobs = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #progressTimer;

  /**
   * @param {string} personId
   * @param {{
   *   fileStore: Pick<FileStore, "put" | "forget" | "all">, api?: UploaderApi, putBytes?: typeof put, measure?: typeof imageSizeOf,
   *   reduce?: typeof reducePhoto, limits?: Limits | null, isNeeded?: (id: string) => boolean,
   * }} options `isNeeded` tells whether a message that is not sent yet has a file
   */
  constructor(personId, { fileStore, api: server = api, putBytes, measure = imageSizeOf, reduce = reducePhoto, limits = null, isNeeded = () => false }) {
    super();
    this.#person = personId;
    this.#fileStore = fileStore;
    this.#api = server;
    const hooks = {
      show: this.#show.bind(this), update: this.#update.bind(this), progress: this.#progress.bind(this),
      holds: (/** @type {string} */ id) => this.#jobs.has(id),
    };
    this.#run = new UploadRun({ api: server, putBytes, reduce, hooks });
    this.#measure = measure;
    this.#limits = limits;
    this.#isNeeded = isNeeded;
  }

  /** Continue the uploads that an earlier page left. */
  async resume() {
    for (const stored of await this.#fileStore.all(this.#person)) {
      if (this.#jobs.has(stored.id)) continue;
      if (isAdopted(stored)) {
        await this.#adopt(stored.id, stored.place);
        continue;
      }
      const job = this.#add(stored);
      if (stored.isSent) void this.#refresh(job);
      else void this.#run.start(job);
    }
  }

  /** Stop all uploads, because the page is closing. */
  stop() {
    for (const job of this.#jobs.values()) job.stop.abort();
    this.#run.stop();
  }

  /** Try again now, because the network is back. */
  wake() {
    this.#run.wake();
    for (const job of this.#jobs.values()) if (job.stored.isSent && job.stored.place) void this.#refresh(job);
  }

  /**
   * @param {string} place the conversation whose next message takes the files
   * @param {File[]} files already checked by `files.js`
   */
  choose(place, files) {
    const keepsLocation = this.of(place).some((sending) => sending.keepsLocation);
    const isOriginal = wantsOriginalSize();
    for (const file of files) this.#begin({ place, file, keepsLocation, isOriginal });
  }

  /**
   * Take files back from a message that was not sent, for the next message of a place. With an empty place, only show
   * them. The server may know files that this page has forgotten.
   *
   * @param {string} place
   * @param {string[]} ids
   */
  async reclaim(place, ids) {
    await Promise.all(ids.map(async (id) => {
      const job = this.#jobs.get(id);
      if (job) await this.#update(job, { place });
      else await this.#adopt(id, place);
    }));
  }

  /** Return the uploads for the next message of a place. @param {string} place */
  of(place) {
    return [...this.sendings.values()].filter((sending) => sending.place === place);
  }

  /**
   * Choose whether the photos keep the location where they were taken. They are then sent as they are.
   *
   * @param {string} place
   * @param {boolean} keepsLocation
   */
  keepLocation(place, keepsLocation) {
    this.#chooseAgain(place, { keepsLocation }, ({ kind, keepsLocation: now }) => kind === "image" && now !== keepsLocation);
  }

  /** Choose whether photos are sent in their original size, now and later on this device. @param {string} place @param {boolean} isOriginal */
  keepSize(place, isOriginal) {
    keepOriginalSize(isOriginal);
    this.#chooseAgain(place, { isOriginal }, ({ canReduce, isOriginal: now }) => canReduce && now !== isOriginal);
  }

  /**
   * Choose files again in another way. The announcement of a file says it, and therefore they are uploaded again.
   *
   * @param {string} place
   * @param {Partial<StoredFile>} choice
   * @param {(sending: Sending) => boolean} isOther
   */
  #chooseAgain(place, choice, isOther) {
    for (const sending of this.of(place)) {
      const { id } = sending;
      const { stored } = this.#job(id);
      const { keepsLocation, isOriginal = false } = stored;
      const file = stored.original ?? stored.file;
      const isAgain = isOther(sending) && file.size > 0;
      // Move the others to the end too, to keep the order chosen.
      if (isAgain) this.#begin({ place, file, keepsLocation, isOriginal, ...choice });
      else this.#moveToEnd(id);
      if (isAgain) this.remove(id);
    }
  }

  /**
   * Return the ids of the files that go with the message of a place. Files that cannot be sent are dropped.
   *
   * @param {string} place
   */
  release(place) {
    const chosen = this.of(place);
    for (const { id } of chosen.filter((sending) => !isSendable(sending))) this.remove(id);
    const ids = chosen.filter(isSendable).map(({ id }) => id);
    for (const id of ids) void this.#update(this.#job(id), { place: "", original: null });
    return ids;
  }

  /**
   * Return those of a message's files that the server knows, in any state: a message can name only those. Wait for
   * files that are being announced, and leave out refused ones.
   *
   * @param {string[]} ids
   * @returns {Promise<string[]>}
   * @throws {NetworkError} while there is no network
   */
  async announced(ids) {
    const known = await Promise.all(ids.map((id) => this.#whenAnnounced(id)));
    return ids.filter((_, index) => known[index]);
  }

  /** Return the server's reasons for refusing these files. @param {string[]} ids */
  refusals(ids) {
    return ids.map((id) => this.sendings.get(id)?.error ?? "").filter(Boolean);
  }

  /** True if a file exists only in this page, because the device could not keep it. */
  get hasUnkept() {
    return [...this.sendings.values()].some(({ isUnkept, step }) => isUnkept && step !== "sent" && step !== "failed");
  }

  /** @param {string} id */
  retry(id) {
    const job = this.#jobs.get(id);
    if (job?.shown.step === "failed") void this.#run.start(job);
    else this.wake();
  }

  /** Cancel an upload. @param {string} id */
  remove(id) {
    const job = this.#jobs.get(id);
    if (!job) return;
    job.stop.abort();
    this.#forget(job);
    if (job.stored.isAnnounced) void this.#withdraw(job);
  }

  /** @param {Job} job */
  async #withdraw({ stored, lastRequest }) {
    // A request under way would no longer find the file.
    if (lastRequest) await lastRequest.catch(() => {});
    // If this fails, the server removes the file after a day.
    await this.#api.withdraw(stored.id).catch(() => {});
  }

  /** Stop an upload whose message was deleted. @param {string} id */
  abandon(id) {
    const job = this.#jobs.get(id);
    job?.stop.abort();
    if (job) this.#forget(job);
  }

  /** Take the server's present state of a file. @param {Attachment} attachment */
  settle(attachment) {
    const job = this.#jobs.get(attachment.id);
    if (!job) return;
    // A message has the file, and the page that knew it is closed.
    const isTaken = job.stored.place !== "" && attachment.position !== null;
    const isUnneeded = isFinished(attachment) && !job.stored.place && !this.#isNeeded(attachment.id);
    if (isTaken || isUnneeded) this.#forget(job);
    else this.#show(job, { server: attachment });
  }

  /** @param {Pick<StoredFile, "place" | "file" | "keepsLocation" | "isOriginal">} chosen */
  #begin(chosen) {
    const stored = {
      ...chosen, id: uuid7(), person: this.#person, chosenAt: new Date().toISOString(), isAnnounced: false, isSent: false,
    };
    const job = this.#add(stored);
    void this.#keep(job);
    void this.#run.start(job);
  }

  /** Take a file that the server has and this device no longer. @param {string} id @param {string} place */
  async #adopt(id, place) {
    const server = await this.#api.getAttachment(id).catch(() => null);
    if (!server || server.position !== null) return void (await this.#fileStore.forget({ id, person: this.#person }));
    const stored = {
      id, place, person: this.#person, file: new File([], server.name), keepsLocation: false,
      chosenAt: new Date().toISOString(), isAnnounced: true, isSent: true,
    };
    if (place) await this.#fileStore.put(stored);
    this.#add(stored, server);
  }

  /** @param {StoredFile} stored @param {Attachment | null} [server] @returns {Job} */
  #add(stored, server = null) {
    const { id, place, file, keepsLocation, isOriginal = false, isSent } = stored;
    const kind = server?.kind ?? ((this.#limits && kindOf(file.name, this.#limits, file.type)) || "document");
    const picture = kind === "image" ? pictureOf(file, server) : "";
    /** @type {Sending} */
    const shown = {
      id, place, keepsLocation, isOriginal, canReduce: isReducible(stored.original ?? file), kind, picture, name: file.name, size: server?.size ?? file.size,
      step: isSent ? "sent" : "queued", isUnkept: false, share: 0, error: "", width: null, height: null, server,
    };
    const job = { stored, stop: new AbortController(), shown };
    this.#jobs.set(id, job);
    this.#show(job, {});
    if (picture) void this.#measureImage(job);
    return job;
  }

  /** @param {Job} job */
  async #measureImage(job) {
    const size = await this.#measure(job.shown.picture);
    if (size) this.#show(job, size);
    else this.#show(job, { picture: "" });
  }

  /** Ask for the state of a file that an earlier page uploaded. @param {Job} job */
  async #refresh(job) {
    try {
      this.settle(await this.#api.getAttachment(job.stored.id));
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) this.#forget(job);
    }
  }

  /** @param {string} id @returns {Promise<boolean>} */
  #whenAnnounced(id) {
    return new Promise((resolve, reject) => {
      const look = () => {
        const job = this.#jobs.get(id);
        // An earlier page uploaded it, so the server knows it.
        if (!job || job.stored.isAnnounced) resolve(true);
        else if (job.shown.step === "failed") resolve(false);
        else if (job.shown.step === "waiting") reject(new NetworkError("not announced"));
        else return this.addEventListener("change", look, { once: true });
      };
      look();
    });
  }

  /** @param {Job} job @param {Update} change */
  async #update(job, change) {
    job.stored = { ...job.stored, ...change };
    const { place, isSent, file } = job.stored;
    this.#show(job, { place, ...(change.file && { name: file.name, size: file.size }) });
    if (job.stop.signal.aborted) return;
    if (isSent && !place) await this.#fileStore.forget(job.stored);
    else await this.#keep(job);
  }

  /** @param {Job} job */
  async #keep(job) {
    const isKept = await this.#fileStore.put(job.stored);
    if (job.shown.isUnkept === isKept) this.#show(job, { isUnkept: !isKept });
  }

  /** @param {Job} job */
  #forget(job) {
    void this.#fileStore.forget(job.stored);
    if (!this.#jobs.delete(job.stored.id)) return;
    URL.revokeObjectURL(job.shown.picture);
    this.#changed();
  }

  /** @param {string} id */
  #moveToEnd(id) {
    const job = this.#job(id);
    this.#jobs.delete(id);
    this.#jobs.set(id, job);
  }

  /** @param {string} id */
  #job(id) {
    return /** @type {Job} */ (this.#jobs.get(id));
  }

  /**
   * @param {Job} job
   * @param {number} share
   */
  #progress(job, share) {
    job.shown = { ...job.shown, share };
    this.#progressTimer ??= setTimeout(() => this.#changed(), PROGRESS_SHOWN_EVERY_MS);
  }

  /**
   * @param {Job} job
   * @param {Partial<Sending>} change
   */
  #show(job, change) {
    job.shown = { ...job.shown, ...change };
    this.#changed();
  }

  #changed() {
    clearTimeout(this.#progressTimer);
    this.#progressTimer = undefined;
    this.sendings = new Map([...this.#jobs].map(([id, { shown }]) => [id, shown]));
    this.dispatchEvent(new Event("change"));
  }
}

/** @param {Sending} sending */
export function isSendable({ step, server }) {
  return step !== "failed" && !(server && isShut(server));
}
