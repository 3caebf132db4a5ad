import { ApiError } from "#core/api.js";

/** @import { Uploader } from "#attachments/uploads/uploader.js" */

/**
 * Send a message with those of its files that the server knows of, in whatever state: the text does not wait
 * for their bytes. A file that was refused stays behind; a message that has nothing else is refused with it.
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
