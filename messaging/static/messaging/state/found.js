/**
 * @import { Conversation, Message } from "../types.js"
 * @import { Store } from "./store.js"
 *
 * What a search shows of a message, a note or a file: `hits` are places in `excerpt`, in code points.
 * @typedef {object} Hit
 * @property {"message" | "file" | "note" | "conversation"} kind
 * @property {string} id
 * @property {{ id: string, subject: string, status: string, client: { name: string }, chantier: { name: string, reference?: string } | null }} conversation
 * @property {number} [seq]
 * @property {string} author
 * @property {string} at
 * @property {string} excerpt
 * @property {number[][]} hits
 * @property {string} [message] the id of the message or note to go to
 * @property {string | null} [note] the id of the note, or of the one that shows the file
 */

/** Return a text without accents and capitals, each letter of which stands at its place in the text. @param {string} text */
function folded(text) {
  return [...text].map((letter) => letter.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase()[0] ?? letter);
}

/** Return the words to look for on this device. @param {string} q */
export function wordsOf(q) {
  return folded(q).join("").match(/[\p{L}\p{N}]+/gu) ?? [];
}

/**
 * Return the places of words at the beginnings of words; null if one of them is not there.
 *
 * @param {string} text
 * @param {string[]} words
 * @returns {number[][] | null}
 */
export function placesOf(text, words) {
  const letters = folded(text);
  const plain = letters.join("");
  const found = words.map((word) => beginnings(plain, word));
  if (words.length === 0 || found.some((places) => places.length === 0)) return null;
  return found.flat().sort(([a = 0], [b = 0]) => a - b);
}

/** @param {string} text @param {string} word */
function beginnings(text, word) {
  const all = [];
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1] ?? "")) all.push([at, at + word.length]);
  }
  return all;
}

/**
 * Divide a text at its hits, for the display.
 *
 * @param {string} text
 * @param {number[][]} hits
 * @returns {{ text: string, isHit: boolean }[]}
 */
export function partsOf(text, hits) {
  const letters = [...text];
  const parts = [];
  let next = 0;
  for (const [start = 0, end = 0] of hits) {
    if (start < next) continue;
    parts.push({ text: letters.slice(next, start).join(""), isHit: false }, { text: letters.slice(start, end).join(""), isHit: true });
    next = end;
  }
  return [...parts, { text: letters.slice(next).join(""), isHit: false }].filter((part) => part.text);
}

/**
 * Search what this page has loaded: without network, the server cannot be asked.
 *
 * @param {Store} store
 * @param {string} q
 * @param {string} [within] the id of a conversation
 * @returns {{ conversations: Hit[], messages: Hit[] }}
 */
export function foundHere(store, q, within) {
  const words = wordsOf(q);
  const conversations = within ? [] : store.list().flatMap((conversation) => hitAbout(conversation, words));
  const messages = store.list().flatMap((conversation) => {
    if (within && conversation.id !== within) return [];
    return loadedOf(store, conversation).flatMap((message) => hitIn(message, conversation, words));
  });
  return { conversations, messages: messages.sort((a, b) => b.at.localeCompare(a.at)) };
}

/** @param {Conversation} conversation @param {string[]} words @returns {Hit[]} */
function hitAbout(conversation, words) {
  const { id, subject, client, chantier, last_activity_at: at } = conversation;
  const excerpt = [subject, client.name, chantier?.name, chantier?.reference].filter(Boolean).join(" · ");
  const hits = placesOf(excerpt, words);
  return hits ? [{ kind: "conversation", id, conversation, author: "", at, excerpt, hits }] : [];
}

/** @param {Store} store @param {Conversation} conversation */
function loadedOf(store, { id, last_message }) {
  const loaded = store.histories.get(id)?.messages ?? [];
  return loaded.length > 0 ? loaded : last_message ? [last_message] : [];
}

/** @param {Message} message @param {Conversation} conversation @param {string[]} words @returns {Hit[]} */
function hitIn(message, conversation, words) {
  const excerpt = message.body.replace(/\s+/g, " ");
  const hits = message.deleted_at ? null : placesOf(excerpt, words);
  if (!hits) return [];
  return [{ kind: "message", id: message.id, message: message.id, conversation, seq: message.seq, author: message.author.name, at: message.created_at, excerpt, hits }];
}
