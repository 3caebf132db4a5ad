import { previewUrl } from "#attachments/attachments-api.js";

/** @import { Message } from "../types.js" */

// Those of the last page of a thread. Older ones are kept once they were on screen.
const PREVIEWS_PER_CONVERSATION = 30;

/** Return the addresses of the small previews to keep, of the newest messages. @param {Message[]} messages */
export function previewsOf(messages) {
  const files = messages.flatMap(({ attachments }) => attachments).filter((file) => file.status === "ready" && file.has_preview);
  return files.slice(-PREVIEWS_PER_CONVERSATION).map(({ id }) => previewUrl(id, 320));
}
