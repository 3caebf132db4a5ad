import { dayKey } from "#core/time.js";

/**
 * @import { Person } from "#core/types.js"
 * @import { Message, Note, PendingMessage } from "../types.js"
 *
 * @typedef {{ key: string, kind: "day", date: Date }} DayRow
 * @typedef {{ key: string, kind: "unread" }} UnreadRow
 * @typedef {{ key: string, kind: "message", message: Message, isFirst: boolean, isLast: boolean }} MessageRow
 * @typedef {{ key: string, kind: "pending", message: PendingMessage, isFirst: boolean, isLast: boolean }} PendingRow
 * @typedef {{ key: string, kind: "note", note: Note }} NoteRow
 * @typedef {{ key: string, kind: "reopened", name: string }} ReopenedRow
 * @typedef {DayRow | UnreadRow | MessageRow | PendingRow | NoteRow | ReopenedRow} Row
 */

const GROUP_MS = 5 * 60_000;

/**
 * Return the rows of a thread from top to bottom: messages in seq order, days between them, and the line above the
 * first unread message. Messages of one author within five minutes form a group. Notes stand at their time, unsent
 * messages at the end.
 *
 * @param {object} thread
 * @param {Message[]} thread.messages
 * @param {PendingMessage[]} [thread.pending]
 * @param {Note[]} [thread.notes]
 * @param {boolean} [thread.hasBefore] true if older messages exist; notes older than the first loaded message are then left out
 * @param {number | null} [thread.unreadAfter] the line stands above the first message of others after this seq
 * @param {Pick<Person, "id">} thread.me
 * @param {number} [thread.closedUpTo] the seq up to which the conversation was closed; a row below the next message says
 *   that it opened the conversation again
 * @returns {Row[]}
 */
export function timeline({ messages, pending = [], notes = [], hasBefore = false, unreadAfter = null, me, closedUpTo = 0 }) {
  const firstUnread = unreadAfter === null ? undefined : messages.find((m) => m.seq > unreadAfter && m.author.id !== me.id);
  /** @type {Row[]} */
  const rows = [];
  for (const entry of inOrder(messages, visibleNotes(notes, messages, hasBefore))) {
    separateDays(rows, entry.date);
    if ("note" in entry) {
      rows.push({ key: entry.note.id, kind: "note", note: entry.note });
      continue;
    }
    if (entry.message === firstUnread) rows.push({ key: "unread", kind: "unread" });
    rows.push({ key: entry.message.id, kind: "message", message: entry.message, isFirst: true, isLast: true });
    joinGroup(rows);
    if (closedUpTo > 0 && entry.message.seq === closedUpTo + 1) rows.push(reopenedBy(entry.message));
  }
  for (const message of pending.filter(({ id }) => !messages.some((known) => known.id === id))) {
    separateDays(rows, new Date(message.created_at));
    rows.push({ key: message.id, kind: "pending", message, isFirst: true, isLast: true });
    joinGroup(rows, me);
  }
  return rows;
}

/** @param {Message} message @returns {ReopenedRow} */
function reopenedBy({ id, author }) {
  return { key: `reopened-${id}`, kind: "reopened", name: author.name };
}

/**
 * @param {Note[]} notes
 * @param {Message[]} messages
 * @param {boolean} hasBefore
 */
function visibleNotes(notes, messages, hasBefore) {
  const oldest = messages[0];
  return hasBefore && oldest ? notes.filter((note) => note.created_at >= oldest.created_at) : notes;
}

/**
 * Messages keep their seq order. A note stands before the first message written after it.
 *
 * @param {Message[]} messages
 * @param {Note[]} notes
 * @returns {({ date: Date, message: Message } | { date: Date, note: Note })[]}
 */
function inOrder(messages, notes) {
  const waiting = [...notes];
  const entries = [];
  for (const message of messages) {
    const date = new Date(message.created_at);
    while (waiting[0] && new Date(waiting[0].created_at) < date) entries.push(noteEntry(/** @type {Note} */ (waiting.shift())));
    entries.push({ date, message });
  }
  return [...entries, ...waiting.map(noteEntry)];
}

/** @param {Note} note */
function noteEntry(note) {
  return { date: new Date(note.created_at), note };
}

/**
 * @param {Row[]} rows
 * @param {Date} date
 */
function separateDays(rows, date) {
  const day = rows.findLast((row) => row.kind === "day");
  const key = `day-${dayKey(date)}`;
  // Only forwards: a device with a late clock must not repeat an earlier day below a later one.
  if (!day || (day.key !== key && date > day.date)) rows.push({ key, kind: "day", date });
}

/**
 * Add the last row to the group of the row above it, if it belongs there.
 *
 * @param {Row[]} rows
 * @param {Pick<Person, "id">} [me] the author of pending messages
 */
function joinGroup(rows, me) {
  const [above, below] = [rows.at(-2), rows.at(-1)];
  if (!isBubble(above) || !isBubble(below)) return;
  const apart = Date.parse(below.message.created_at) - Date.parse(above.message.created_at);
  if (authorOf(above, me) !== authorOf(below, me) || apart > GROUP_MS) return;
  above.isLast = false;
  below.isFirst = false;
}

/**
 * @param {Row | undefined} row
 * @returns {row is MessageRow | PendingRow}
 */
function isBubble(row) {
  return row?.kind === "message" || row?.kind === "pending";
}

/**
 * @param {MessageRow | PendingRow} row
 * @param {Pick<Person, "id">} [me]
 */
function authorOf(row, me) {
  return row.kind === "message" ? row.message.author.id : me?.id;
}
