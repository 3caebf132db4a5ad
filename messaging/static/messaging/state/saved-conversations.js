import { linesBeside } from "./lines-beside.js";

/**
 * @import { Me } from "#core/types.js"
 * @import { SavedRow, SavedStore } from "#core/saved-store.js"
 * @import { History } from "./history.js"
 * @import { Store } from "./store.js"
 * @import { Conversation, FirstState, MessagePage, Note } from "../types.js"
 *
 * A conversation as the device keeps it, in the shapes of the API. `messages` are those of `version`.
 * @typedef {{ conversation: Conversation, messages: MessagePage, notes: Note[] }} SavedConversation
 */

/** What is kept at most. */
export const BOUNDS = { conversations: 50, messages: 100, bytes: 8 * 1024 * 1024, rows: 100 };

/**
 * What is kept of the conversations that a person opened on this device: the list, and the last pages of the last
 * ones opened. `Store` is what a page shows, this is what the next page shows without a network.
 */
export class SavedConversations {
  #saved;
  /** The version and the span that were kept last, by conversation. @type {Map<string, string>} */
  #kept = new Map();
  #keptList = "";

  /** @param {SavedStore} saved */
  constructor(saved) {
    this.#saved = saved;
  }

  /**
   * Keep the list and every loaded conversation that has changed since. Return the ids of the latter.
   *
   * @param {Store} store
   * @param {{ me: Me, next: string | null, csrf: string }} page
   * @param {number} [now]
   * @returns {Promise<string[]>}
   */
  async keep(store, page, now = Date.now()) {
    await this.#keepList(store, page);
    /** @type {string[]} */
    const written = [];
    for (const [id, history] of store.histories) {
      const conversation = store.conversations.get(id);
      if (!conversation || !history.isLoaded || !this.#isNew(conversation, history, store.notes.get(id))) continue;
      await this.#saved.putConversation(id, { conversation, messages: lastPage(history), notes: store.notes.get(id) ?? [] }, now);
      written.push(id);
    }
    if (written.length > 0) await this.#makeRoom();
    return written;
  }

  /** @param {string} id @returns {Promise<SavedConversation | undefined>} */
  conversation(id) {
    return this.#saved.conversation(id);
  }

  /** Drop what is kept: the server's database is another one. */
  async clear() {
    this.#kept.clear();
    this.#keptList = "";
    await this.#saved.clear();
  }

  /**
   * @param {Store} store
   * @param {{ me: Me, next: string | null, csrf: string }} page
   */
  async #keepList(store, { me, next, csrf }) {
    const results = store.list().slice(0, BOUNDS.rows);
    const unread = { total: store.unreadTotal, conversations: Object.fromEntries(store.unread) };
    const list = { me: { ...me, epoch: store.epoch, unread_total: unread.total }, unread, conversations: { results, next }, csrf };
    const stamp = JSON.stringify([results.map(({ id, version }) => [id, version]), unread, next, csrf, store.epoch]);
    if (stamp === this.#keptList) return;
    await this.#saved.putList(list);
    this.#keptList = stamp;
  }

  /** @param {Conversation} conversation @param {History} history @param {Note[]} [notes] */
  #isNew({ id, version }, { messages, lines, hasAfter }, notes = []) {
    const stamp = JSON.stringify([version, messages[0]?.seq, messages.length, lines.length, hasAfter, notes.map((note) => note.id)]);
    if (this.#kept.get(id) === stamp) return false;
    this.#kept.set(id, stamp);
    return true;
  }

  async #makeRoom() {
    const extra = beyondBounds(await this.#saved.rows());
    extra.forEach((id) => this.#kept.delete(id));
    await this.#saved.forget(extra);
  }
}

/** Return the ids of the rows to drop. @param {Pick<SavedRow, "id" | "bytes">[]} rows the one that was opened last first */
export function beyondBounds(rows) {
  let bytes = 0;
  return rows.filter((row, index) => (bytes += row.bytes) > BOUNDS.bytes || index >= BOUNDS.conversations).map(({ id }) => id);
}

/** @param {History} history @returns {MessagePage} */
function lastPage({ messages, lines, hasBefore, hasAfter }) {
  const results = messages.slice(-BOUNDS.messages);
  const has_before = hasBefore || results.length < messages.length;
  return { results, lines: linesBeside(lines, results, { hasBefore: has_before, hasAfter }), has_before, has_after: hasAfter };
}

/**
 * Show a kept conversation. Its version becomes the one that was kept, so that catching up asks for all that came
 * since, even if the list knows a newer one.
 *
 * @param {Store} store
 * @param {SavedConversation} saved
 */
export function showSaved(store, { conversation, messages, notes }) {
  const { id, version } = conversation;
  store.conversations.set(id, agedTo(version, store.conversations.get(id), conversation));
  if (notes.length > 0 && !store.notes.has(id)) store.mergeNotes(id, notes);
  store.mergePage(id, messages);
}

/**
 * Return the newer of two states of a conversation, under the version of its kept messages.
 *
 * @template {Conversation} Row
 * @param {number} version
 * @param {Row | undefined} known
 * @param {Row} kept
 * @returns {Row}
 */
function agedTo(version, known, kept) {
  return known && known.version > version ? { ...known, version } : kept;
}

/**
 * Return the first state of a page, as the server would write it, from what is kept.
 *
 * @param {SavedStore} saved
 * @param {string | null} id the conversation of the page's address
 * @returns {Promise<FirstState | null>} null if there is no list
 */
export async function savedFirstState(saved, id) {
  const list = await saved.list();
  if (!list) return null;
  const { me, unread, conversations } = list;
  /** @type {SavedConversation | undefined} */
  const kept = id ? await saved.conversation(id) : undefined;
  if (!kept) return { me, unread, conversations, conversation: null, messages: null };
  const row = conversations.results.find((/** @type {Conversation} */ known) => known.id === id);
  const conversation = agedTo(kept.conversation.version, row, kept.conversation);
  const results = conversations.results.map((/** @type {Conversation} */ known) => (known.id === id ? conversation : known));
  return { me, unread, conversations: { ...conversations, results }, conversation, messages: kept.messages };
}
