/**
 * @import { ConversationDraft, Pending } from "../types.js"
 * @typedef {"draft" | "caret" | "opening" | "unsent" | "choices"} Kind
 */

/**
 * Stores on the device of a person: drafts, the form of a new conversation, and what the server has not
 * confirmed. Each has its own key, so that two tabs never overwrite each other. It is localStorage because a write is
 * done before the call returns, and so survives a page that is closed just after the button.
 *
 * Every key starts with `liaison:`, and logging out deletes them.
 */
export class LocalDrafts {
  #storage;
  #person;

  /**
   * @param {string} personId
   * @param {Storage} storage
   */
  constructor(personId, storage) {
    this.#person = personId;
    this.#storage = storage;
  }

  /** @param {string} place the messages or the notes of a conversation */
  draft(place) {
    return this.#storage.getItem(this.#key("draft", place)) ?? "";
  }

  /** Return where the caret was in a draft. @param {string} place */
  caret(place) {
    return Number(this.#storage.getItem(this.#key("caret", place)) ?? this.draft(place).length);
  }

  /**
   * @param {string} place
   * @param {string} text
   * @param {number} [caret]
   */
  keepDraft(place, text, caret = text.length) {
    if (text.trim() === "") this.#forget("draft", place);
    else this.#put(this.#key("draft", place), text);
    if (text.trim() === "" || caret === text.length) this.#forget("caret", place);
    else this.#put(this.#key("caret", place), String(caret));
  }

  /** @returns {ConversationDraft | null} the unsent form of a new conversation */
  conversationDraft() {
    const kept = this.#storage.getItem(this.#key("opening", ""));
    return kept && JSON.parse(kept);
  }

  /** @param {ConversationDraft} opening */
  keepConversationDraft(opening) {
    if (opening.subject || opening.message.body) this.#put(this.#key("opening", ""), JSON.stringify(opening));
    else this.forgetConversationDraft();
  }

  forgetConversationDraft() {
    this.#forget("opening", "");
  }

  /** @returns {Pending[]} oldest first */
  unsent() {
    const prefix = this.#key("unsent", "");
    return Object.keys(this.#storage)
      .filter((key) => key.startsWith(prefix))
      .flatMap((key) => this.#storage.getItem(key) ?? [])
      .map((text) => JSON.parse(text))
      .sort((a, b) => a.created_at.localeCompare(b.created_at));
  }

  /** @param {Pending} pending @returns {boolean} false if the device cannot keep it */
  keepUnsent(pending) {
    return this.#put(this.#key("unsent", pending.id), JSON.stringify(pending));
  }

  /** @param {string} id @returns {boolean} */
  keepsUnsent(id) {
    return this.#storage.getItem(this.#key("unsent", id)) !== null;
  }

  /** @param {string} id */
  forgetUnsent(id) {
    this.#forget("unsent", id);
  }

  /**
   * Call back when another tab has stored, changed or forgotten what is unsent.
   *
   * @param {() => void} callback
   * @param {AbortSignal} signal ends it
   */
  onUnsentElsewhere(callback, signal) {
    const prefix = this.#key("unsent", "");
    // Without a key the whole storage was emptied.
    addEventListener("storage", ({ key }) => void ((key === null || key.startsWith(prefix)) && callback()), { signal });
  }

  /** Keep what a form offers to choose from, for a form without network. @param {string} name @param {unknown} value */
  keepChoices(name, value) {
    this.#put(this.#key("choices", name), JSON.stringify(value));
  }

  /** @param {string} name @returns {any[]} */
  choices(name) {
    return JSON.parse(this.#storage.getItem(this.#key("choices", name)) ?? "[]");
  }

  /**
   * @param {string} key
   * @param {string} value
   * @returns {boolean} false if the device cannot keep it
   */
  #put(key, value) {
    try {
      this.#storage.setItem(key, value);
      return true;
    } catch (error) {
      // The storage is full, or forbidden in a private window. The message is still sent, but would not survive a crash.
      console.warn("This device keeps no copy", error);
      return false;
    }
  }

  /**
   * @param {Kind} kind
   * @param {string} name
   */
  #forget(kind, name) {
    this.#storage.removeItem(this.#key(kind, name));
  }

  /**
   * @param {Kind} kind
   * @param {string} name
   */
  #key(kind, name) {
    return `liaison:${kind}:${this.#person}:${name}`;
  }
}
