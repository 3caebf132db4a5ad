/** @import { Line, Message } from "../types.js" */

/**
 * Return the lines that stand between loaded messages. A line after a message that is not loaded comes with its page.
 *
 * @param {Line[]} lines
 * @param {Message[]} messages
 * @param {{ hasBefore: boolean, hasAfter: boolean }} edges
 */
export function linesBeside(lines, messages, { hasBefore, hasAfter }) {
  const first = hasBefore ? (messages[0]?.seq ?? Infinity) : 0;
  const last = hasAfter ? (messages.at(-1)?.seq ?? -Infinity) : Infinity;
  const isAll = first === 0 && last === Infinity;
  return isAll ? lines : lines.filter(({ after_seq }) => after_seq >= first && after_seq <= last);
}
