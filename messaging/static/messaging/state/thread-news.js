/**
 * @import { Person } from "#core/types.js"
 * @import { Conversation, Message, Note } from "../types.js"
 *
 * What was there when a draft was begun: the last message, and the time of the last note.
 * @typedef {{ seq: number, note: string }} Base
 * @typedef {{ id: string, name: string, line: string, files: number, isNote: boolean }} NewEntry
 * @typedef {{ count: number, shown: NewEntry[] }} News
 */

// What fits on a phone above two buttons.
const SHOWN = 4;
const LINE_CHARACTERS = 120;

/**
 * @param {Pick<Conversation, "last_seq">} conversation
 * @param {Note[] | undefined} notes while they are not loaded, those of before now are taken for known
 * @returns {Base}
 */
export function baseOf({ last_seq }, notes) {
  if (!notes) return { seq: last_seq, note: new Date().toISOString() };
  return { seq: last_seq, note: notes.reduce((latest, { created_at }) => (created_at > latest ? created_at : latest), "") };
}

/**
 * Return what others have written since a draft was begun, the oldest of the last ones first; null if nothing.
 *
 * @param {Base} base
 * @param {{ conversation: Pick<Conversation, "last_seq">, messages: Message[], notes: Note[], me: Pick<Person, "id"> }} now
 * @returns {News | null}
 */
export function newsSince(base, { conversation, messages, notes, me }) {
  const written = messages.filter((message) => message.seq > base.seq && !message.deleted_at);
  const entries = [...written, ...notes.filter(({ created_at }) => created_at > base.note)].filter(({ author }) => author.id !== me.id);
  // Those between, which are not loaded, are of somebody all the same.
  const first = messages[0]?.seq ?? conversation.last_seq + 1;
  const notLoaded = Math.max(0, first - 1 - base.seq);
  const count = entries.length + notLoaded;
  if (count === 0) return null;
  const inOrder = entries.toSorted((a, b) => a.created_at.localeCompare(b.created_at));
  return { count, shown: inOrder.slice(-SHOWN).map(entryOf) };
}

/** @param {Message | Note} written @returns {NewEntry} */
function entryOf(written) {
  const { id, author, body, attachments } = written;
  const line = body.split("\n").find((text) => text.trim() !== "") ?? "";
  const short = [...line].slice(0, LINE_CHARACTERS).join("");
  return { id, name: author.name, line: short.length < line.length ? `${short}…` : line, files: attachments.length, isNote: !("seq" in written) };
}
