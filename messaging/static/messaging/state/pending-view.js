/**
 * @import { Me } from "#core/types.js"
 * @import { ChangingMessage, ChangingNote, Conversation, Message, Note, Pending, PendingMessage } from "../types.js"
 */

/** What the person sees of what the server has not confirmed. */

/** First messages as bubbles, so that each stays the same object. @type {WeakMap<Pending, PendingMessage>} */
const firstMessages = new WeakMap();

/** @param {Pending[]} all @returns {PendingMessage[]} the bubbles of messages on their way, first messages included */
export function pendingMessages(all) {
  return all.filter(({ kind = "message" }) => kind === "message" || kind === "conversation").map(bubbleOf);
}

/** @param {Pending} pending @returns {PendingMessage} */
function bubbleOf(pending) {
  if (!pending.opening) return pending;
  const bubble = firstMessages.get(pending) ?? { ...pending, body: pending.opening.message.body };
  firstMessages.set(pending, bubble);
  return bubble;
}

/**
 * Return a function that puts edits and deletions on their messages. A message without one stays the same object, and
 * so does the array for as long as nothing changes: neither is rendered again.
 *
 * @returns {(messages: Message[], all: Pending[]) => ChangingMessage[]}
 */
export function keptChanges() {
  return kept(["edit", "delete"], (messages, changes) => {
    const byTarget = new Map(changes.map((pending) => [pending.target, pending]));
    return messages.map((message) => {
      const pending = byTarget.get(message.id);
      return pending && !message.deleted_at ? changed(message, pending) : message;
    });
  });
}

/** @template {Message | Note} Shown @param {Shown} message @param {Pending} pending @returns {Shown & { pending: Pending }} */
function changed(message, pending) {
  const isShown = (pending.kind === "edit" || pending.kind === "note-edit") && pending.state !== "failed";
  return { ...message, ...(isShown && { body: pending.body, edited_at: pending.created_at }), pending };
}

/**
 * Return a function that adds the notes on their way, and puts edits and deletions on those that are there.
 *
 * @param {Pick<Me, "id" | "name" | "role">} me
 * @returns {(notes: Note[], all: Pending[]) => ChangingNote[]}
 */
export function keptNotes(me) {
  return kept(["note", "note-edit", "note-delete"], (notes, changes) => {
    const byTarget = new Map(changes.map((pending) => [pending.target, pending]));
    const known = notes.map((note) => {
      const pending = byTarget.get(note.id);
      return pending ? changed(note, pending) : note;
    });
    const added = changes.filter(({ kind, id }) => kind === "note" && !notes.some((note) => note.id === id));
    return [...known, ...added.map((pending) => pendingNote(pending, me))];
  });
}

/**
 * @template Row
 * @param {import("../types.js").PendingKind[]} kinds
 * @param {(rows: Row[], changes: Pending[]) => Row[]} make
 * @returns {(rows: Row[], all: Pending[]) => Row[]} `make` with its last result, for as long as it is given the same
 */
function kept(kinds, make) {
  /** @type {unknown[]} */
  let madeOf = [];
  /** @type {Row[]} */
  let result = [];
  return (rows, all) => {
    const changes = all.filter(({ kind }) => kind !== undefined && kinds.includes(kind));
    if (changes.length === 0) return rows;
    const parts = [rows, ...changes];
    const isSame = parts.length === madeOf.length && parts.every((part, index) => part === madeOf[index]);
    if (!isSame) [madeOf, result] = [parts, make(rows, changes)];
    return result;
  };
}

/** @param {Pending} pending @param {Pick<Me, "id" | "name" | "role">} me @returns {ChangingNote} */
function pendingNote(pending, { id, name, role }) {
  const { conversation, body, created_at } = pending;
  return { id: pending.id, conversation, body, attachments: [], mentions: [], created_at, edited_at: null, author: { id, name, role }, pending };
}

/** Rows with what is unsent in them, so that each stays the same object. @type {WeakMap<Pending, Conversation>} */
const unsentRows = new WeakMap();

/**
 * Return the conversations of a list, with what was written in them and waits or was refused.
 *
 * @param {Conversation[]} conversations
 * @param {Pending[]} all
 */
export function withUnsent(conversations, all) {
  const unsent = all.filter(({ kind, state }) => state !== "sending" && kind !== "read" && kind !== "conversation");
  if (unsent.length === 0) return conversations;
  return conversations.map((conversation) => {
    const own = unsent.filter((pending) => pending.conversation === conversation.id);
    const told = own.findLast(({ state }) => state === "failed") ?? own.at(-1);
    return told && !conversation.pending ? rowWith(told, conversation) : conversation;
  });
}

/** @param {Pending} unsent @param {Conversation} conversation */
function rowWith(unsent, conversation) {
  const known = unsentRows.get(unsent);
  if (known?.version === conversation.version && known.last_activity_at === conversation.last_activity_at) return known;
  const row = { ...conversation, unsent };
  unsentRows.set(unsent, row);
  return row;
}

/**
 * Return a conversation that the server does not have yet, in the shape of one that it has.
 *
 * @param {Pending} pending
 * @param {Me} me
 * @returns {Conversation}
 */
export function waitingConversation(pending, me) {
  const { conversation, created_at, opening, about } = pending;
  return {
    pending,
    id: conversation, subject: opening?.subject ?? "", created_at, last_activity_at: created_at,
    client: about?.client ?? me.client ?? { id: "", name: "" }, chantier: about?.chantier ?? null,
    status: "open", archived_at: null, accepts_messages: true, assigned_to: null, version: 0, last_seq: 0,
    last_message: null, awaiting_reply_since: null, answer_amber_at: null, answer_due_at: null, snoozed_until: null,
    closed_up_to_seq: 0, participants: [],
  };
}
