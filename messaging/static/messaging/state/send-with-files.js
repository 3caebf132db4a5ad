import { ApiError } from "#core/api.js";

/** @import { Uploader } from "#attachments/uploads/uploader.js" */

/**
 * Send a message with the files that the server knows. It does not wait for their bytes. A refused file is left out.
 * Raises ApiError if the message has only refused files.
 *
 * @template {{ body: string, attachments?: string[] }} Draft
 * @template Sent
 * @param {Draft} message
 * @param {{ uploader: Pick<Uploader, "announced" | "refusals">, send: (message: Draft) => Promise<Sent> }} options
 */
export async function sendWithFiles(message, { uploader, send }) {
  const files = message.attachments ?? [];
  if (files.length === 0) return send(message);
  const attachments = await uploader.announced(files);
  if (attachments.length === 0 && !message.body) {
    throw new ApiError(422, [{ code: "files_refused", detail: uploader.refusals(files).join(" "), attr: "attachments" }], null);
  }
  return send({ ...message, attachments });
}
