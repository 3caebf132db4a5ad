import { dayKey } from "#core/time.js";

import { linesBeside } from "./lines-beside.js";

/**
 * @import { Person } from "#core/types.js"
 * @import { Line, Message, Note, PendingMessage } from "../types.js"
 *
 * @typedef {{ key: string, kind: "day", date: Date }} DayRow
 * @typedef {{ key: string, kind: "unread" }} UnreadRow
 * @typedef {{ key: string, kind: "message", message: Message, isFirst: boolean, isLast: boolean }} MessageRow
 * @typedef {{ key: string, kind: "pending", message: PendingMessage, isFirst: boolean, isLast: boolean }} PendingRow
 * @typedef {{ key: string, kind: "note", note: Note }} NoteRow
 * @typedef {{ key: string, kind: "reopened", name: string }} ReopenedRow
 * @typedef {{ key: string, kind: "line", line: Line, opensAgain: boolean }} LineRow
 * @typedef {DayRow | UnreadRow | MessageRow | PendingRow | NoteRow | ReopenedRow | LineRow} Row
 */

const GROUP_MS = 5 * 60_000;

/**
 * Makes the rows of a thread from top to bottom: messages in seq order, days between them, and the line above the first
 * unread message. Messages of one author within five minutes form a group. Notes stand at their time, lines of the history
 * after their message, unsent messages at the end.
 *
 * @typedef {object} Thread
 * @property {Message[]} messages
 * @property {PendingMessage[]} [pending]
 * @property {Note[]} [notes]
 * @property {Line[]} [lines]
 * @property {boolean} [hasBefore] true if older messages exist; notes older than the first loaded message are then left out
 * @property {boolean} [hasAfter] true if later messages exist
 * @property {number | null} [unreadAfter] the line stands above the first message of others after this seq
 * @property {Pick<Person, "id">} me
 * @property {number} [closedUpTo] the seq up to which the conversation was closed; the line below the next message, or
 *   a row in its place, says that it opened the conversation again
 *
 * @param {Thread} thread
 * @returns {Row[]}
 */
export function timeline({ messages, pending = [], notes = [], lines = [], hasBefore = false, hasAfter = false, unreadAfter = null, me, closedUpTo = 0 }) {
  const firstUnread = unreadAfter === null ? undefined : messages.find((m) => m.seq > unreadAfter && m.author.id !== me.id);
  const rows = new Rows();
  const beside = linesBeside(lines, messages, { hasBefore, hasAfter });
  const opening = closedUpTo > 0 ? closedUpTo + 1 : 0;
  const isTold = beside.some((line) => isReopening(line, opening));
  for (const entry of inOrder(messages, visibleNotes(notes, messages, hasBefore), beside)) {
    const read = readOnce(entry);
    rows.separateDays(read);
    if ("after_seq" in entry) {
      rows.addLine(entry, isReopening(entry, opening), read);
      continue;
    }
    if (!("seq" in entry)) {
      rows.add({ key: entry.id, kind: "note", note: entry });
      continue;
    }
    if (entry === firstUnread) rows.add({ key: "unread", kind: "unread" });
    rows.addBubble("message", entry, entry.author.id, read);
    if (entry.seq === opening && !isTold) rows.add(reopenedBy(entry));
  }
  for (const message of unconfirmed(pending, messages)) {
    const read = readOnce(message);
    rows.separateDays(read);
    rows.addBubble("pending", message, me.id, read);
  }
  return rows.finished();
}

/**
 * Return `timeline` with the last result, for as long as nothing that it is made of has changed.
 *
 * @returns {typeof timeline}
 */
export function keptTimeline() {
  /** @type {unknown[]} */
  let madeOf = [];
  /** @type {Row[]} */
  let rows = [];
  return (thread) => {
    const { messages, pending = [], notes = [], lines, hasBefore, hasAfter, unreadAfter, me, closedUpTo } = thread;
    // Unsent messages and notes may come in another array at each call.
    const parts = [messages, lines, hasBefore, hasAfter, unreadAfter, me.id, closedUpTo, ...notes, null, ...pending];
    if (parts.length === madeOf.length && parts.every((part, index) => part === madeOf[index])) return rows;
    madeOf = parts;
    rows = timeline(thread);
    return rows;
  };
}

/**
 * What a message was read as before: its time, the key of its day, and its rows by their place in a group. Of a line, the
 * row that does not open the conversation again, and the one that does.
 * @typedef {{ ms: number, day: string, rows: (MessageRow | PendingRow | LineRow | undefined)[] }} Known
 */

/**
 * A thread of 20,000 messages is made into rows at each event. Dates are read once for each message, and the same object
 * is returned for a row that has not changed. @type {WeakMap<object, Known>}
 */
const known = new WeakMap();

/** @param {{ created_at: string } | { at: string }} entry @returns {Known} */
function readOnce(entry) {
  let read = known.get(entry);
  if (!read) {
    const date = new Date("at" in entry ? entry.at : entry.created_at);
    known.set(entry, (read = { ms: date.getTime(), day: `day-${dayKey(date)}`, rows: [] }));
  }
  return read;
}

/** The rows that are made. A bubble is added once the next row says whether its group goes on. */
class Rows {
  /** @type {Row[]} */
  #rows = [];
  /** @type {DayRow | undefined} */
  #day;
  /** @type {{ kind: "message" | "pending", message: any, author: string, read: Known, isFirst: boolean } | null} */
  #open = null;

  /** @param {Row} row */
  add(row) {
    this.#close(true);
    this.#rows.push(row);
  }

  /** @param {Line} line @param {boolean} opensAgain @param {Known} read */
  addLine(line, opensAgain, { rows }) {
    this.add((rows[Number(opensAgain)] ??= { key: line.id, kind: "line", line, opensAgain }));
  }

  /**
   * @param {"message" | "pending"} kind
   * @param {Message | PendingMessage} message
   * @param {string} author
   * @param {Known} read
   */
  addBubble(kind, message, author, read) {
    const above = this.#open;
    const joins = above !== null && above.author === author && read.ms - above.read.ms <= GROUP_MS;
    this.#close(!joins);
    this.#open = { kind, message, author, read, isFirst: !joins };
  }

  /** @param {Known} read */
  separateDays({ day: key, ms }) {
    // Only forwards: a device with a late clock must not repeat an earlier day below a later one.
    if (this.#day && (this.#day.key === key || ms <= this.#day.date.getTime())) return;
    this.#day = { key, kind: "day", date: new Date(ms) };
    this.add(this.#day);
  }

  finished() {
    this.#close(true);
    return this.#rows;
  }

  /** @param {boolean} isLast */
  #close(isLast) {
    if (!this.#open) return;
    const { kind, message, read, isFirst } = this.#open;
    const place = Number(isFirst) + 2 * Number(isLast);
    this.#rows.push((read.rows[place] ??= { key: message.id, kind, message, isFirst, isLast }));
    this.#open = null;
  }
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
 * Messages keep their seq order. A note stands before the first message written after it, a line after its message; between
 * two messages both stand in the order of time.
 *
 * @param {Message[]} messages
 * @param {Note[]} notes
 * @param {Line[]} lines
 * @returns {(Message | Note | Line)[]}
 */
function inOrder(messages, notes, lines) {
  if (notes.length === 0 && lines.length === 0) return messages;
  /** @type {(Message | Note | Line)[]} */
  const entries = [];
  let [note, line] = [0, 0];
  const addBefore = (/** @type {number} */ seq, /** @type {number} */ ms) => {
    const between = [];
    for (let next; (next = lines[line]) && next.after_seq < seq; line++) between.push(next);
    for (let next; (next = notes[note]) && readOnce(next).ms < ms; note++) between.push(next);
    entries.push(...between.sort((one, other) => readOnce(one).ms - readOnce(other).ms));
  };
  for (const message of messages) {
    addBefore(message.seq, readOnce(message).ms);
    entries.push(message);
  }
  addBefore(Infinity, Infinity);
  return entries;
}

/** @param {Line} line @param {number} seq of the message that opened the conversation again, or 0 */
function isReopening({ kind, after_seq }, seq) {
  return seq > 0 && kind === "reopened" && after_seq === seq;
}

/**
 * Leave out the messages that the server has: the event of one comes before its answer.
 *
 * @param {PendingMessage[]} pending
 * @param {Message[]} messages
 */
function unconfirmed(pending, messages) {
  return pending.filter(({ id }) => !messages.some((message) => message.id === id));
}
