/** @import { ConversationDraft, PendingMessage } from "../types.js" */

/**
 * Stores on the device of a person: drafts, the form of a new conversation, and messages that the server has not
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

  /**
   * @param {string} place
   * @param {string} text
   */
  keepDraft(place, text) {
    if (text.trim() === "") this.#storage.removeItem(this.#key("draft", place));
    else this.#put(this.#key("draft", place), text);
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
    this.#storage.removeItem(this.#key("opening", ""));
  }

  /** @returns {PendingMessage[]} oldest first */
  unsent() {
    const prefix = this.#key("unsent", "");
    return Object.keys(this.#storage)
      .filter((key) => key.startsWith(prefix))
      .map((key) => JSON.parse(/** @type {string} */ (this.#storage.getItem(key))))
      .sort((a, b) => a.created_at.localeCompare(b.created_at));
  }

  /** @param {PendingMessage} message */
  keepUnsent(message) {
    this.#put(this.#key("unsent", message.id), JSON.stringify(message));
  }

  /** @param {string} id */
  forgetUnsent(id) {
    this.#storage.removeItem(this.#key("unsent", id));
  }

  /**
   * @param {string} key
   * @param {string} value
   */
  #put(key, value) {
    try {
      this.#storage.setItem(key, value);
    } catch (error) {
      // The storage is full, or forbidden in a private window. The message is still sent, but would not survive a crash.
      console.warn("This device keeps no copy", error);
    }
  }

  /**
   * @param {"draft" | "opening" | "unsent"} kind
   * @param {string} name
   */
  #key(kind, name) {
    return `liaison:${kind}:${this.#person}:${name}`;
  }
}
