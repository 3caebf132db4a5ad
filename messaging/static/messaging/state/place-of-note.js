/**
 * @import { Note } from "../types.js"
 * @import { History } from "./history.js"
 */

/**
 * Return true if a note stands among the loaded messages of its conversation, where the timeline shows it.
 *
 * @param {Pick<Note, "created_at">} note
 * @param {Pick<History, "messages" | "hasBefore" | "hasAfter">} history
 */
export function isAmong({ created_at: at }, { messages, hasBefore, hasAfter }) {
  const [first, last] = [messages[0], messages.at(-1)];
  if (!first || !last) return false;
  return (!hasBefore || first.created_at <= at) && (!hasAfter || at <= last.created_at);
}

/**
 * Return the seq of the last message that was written before a moment, or 1. Notes have no seq. Halves the messages at each
 * question: ten for a thousand.
 *
 * @param {string} moment
 * @param {number} lastSeq of the conversation
 * @param {(seq: number) => Promise<string>} writtenAt when a message was written
 */
export async function seqBefore(moment, lastSeq, writtenAt) {
  let [seq, after] = [1, lastSeq + 1];
  while (after - seq > 1) {
    const middle = Math.floor((seq + after) / 2);
    if ((await writtenAt(middle)) <= moment) seq = middle;
    else after = middle;
  }
  return seq;
}
