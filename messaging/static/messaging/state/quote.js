/** @import { Message, Quote } from "../types.js" */

// As in messaging/serializers/output.py: two lines of a wide bubble.
const QUOTED_CHARACTERS = 200;

/** Return what a message that answers this one shows of it, as the server would. @param {Message} message @returns {Quote} */
export function quoteOf({ id, seq, author, body, attachments, deleted_at }) {
  const isDeleted = deleted_at !== null;
  return {
    id,
    seq,
    author,
    body: isDeleted ? "" : [...body].slice(0, QUOTED_CHARACTERS).join(""),
    attachment_count: isDeleted ? 0 : attachments.length,
    is_deleted: isDeleted,
  };
}
