import { access } from "#core/session.js";

import { previewUrl } from "../attachments-api.js";
import { isShut } from "../files.js";

/**
 * One upload, and questions about it. `isPut`: the bucket has all bytes.
 *
 * @import { Attachment, Sending, StoredFile } from "../types.js"
 *
 * @typedef {{ stored: StoredFile, stop: AbortController, shown: Sending, isPut?: boolean, lastRequest?: Promise<unknown> }} Job
 */

/**
 * @template {unknown[]} Given
 * @template Answer
 * @param {Job} job
 * @param {(...given: Given) => Promise<Answer>} ask
 * @returns {(...given: Given) => Promise<Answer>} the same call, stored as the last request of the job
 */
export function tracked(job, ask) {
  return (...given) => {
    const lastRequest = ask(...given);
    job.lastRequest = lastRequest;
    return lastRequest;
  };
}

/** @param {File} file @param {Attachment | null} server */
export function pictureOf(file, server) {
  if (!server) return URL.createObjectURL(file);
  // On a page of another site no cookie opens it, and the tile loads its own.
  return server.has_preview && access.isOurs ? previewUrl(server.id, 320) : "";
}

/** Tell whether only the server has the bytes: a chosen file is never empty. @param {StoredFile} stored */
export function isAdopted({ file, isSent }) {
  return isSent && file.size === 0;
}

/** @param {Attachment} attachment */
export function isFinished(attachment) {
  return attachment.status === "ready" || isShut(attachment);
}
