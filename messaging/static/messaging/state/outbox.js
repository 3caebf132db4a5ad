import { ApiError } from "#core/api.js";
import { backoff } from "#core/backoff.js";
import { uuid7 } from "#core/uuid.js";

/**
 * @import { LocalDrafts } from "./local-drafts.js"
 * @import { Message, PendingMessage } from "../types.js"
 */

/**
 * The messages that are being sent. Each has its id from the first try on, so that sending it again after a lost
 * answer does not double it. The messages of a conversation are sent one by one, in order: one that waits makes the
 * later ones wait.
 *
 * Emits `change`, and `sent` with the server's message.
 */
export class Outbox extends EventTarget {
  /** @type {PendingMessage[]} oldest first */
  messages = [];

  #send;
  #drafts;
  /** Conversations with a request under way. @type {Set<string>} */
  #busy = new Set();
  /** @type {Map<string, number>} */
  #attempts = new Map();
  /** @type {Map<string, ReturnType<typeof setTimeout>>} */
  #timers = new Map();

  /** @param {{ send: (message: PendingMessage) => Promise<Message>, drafts: LocalDrafts }} options */
  constructor({ send, drafts }) {
    super();
    this.#send = send;
    this.#drafts = drafts;
  }

  /** Continue with the messages that an earlier page did not send. */
  resume() {
    this.messages = this.#drafts.unsent();
    this.flush();
  }

  /**
   * @param {string} conversation
   * @param {string} body
   * @param {string[]} [attachments] ids of files, which may still be uploading
   */
  add(conversation, body, attachments = []) {
    /** @type {PendingMessage} */
    const message = {
      id: uuid7(), conversation, body, attachments, created_at: new Date().toISOString(), state: "sending", error: "",
    };
    this.messages = [...this.messages, message];
    this.#drafts.keepUnsent(message);
    this.#changed();
    void this.#work(conversation);
  }

  /**
   * Offer a message of the person's that the server has lost to be sent again, under its id. Its files are lost too.
   *
   * @param {Message} lost
   * @param {string} error why it is here
   */
  offer({ id, conversation, body, created_at }, error) {
    if (this.messages.some((message) => message.id === id)) return;
    /** @type {PendingMessage} */
    const message = { id, conversation, body, attachments: [], created_at, state: "failed", error };
    this.messages = [...this.messages, message];
    this.#drafts.keepUnsent(message);
    this.#changed();
  }

  /** @param {string} conversation */
  of(conversation) {
    return this.messages.filter((message) => message.conversation === conversation);
  }

  /** Try all waiting messages now: the network is back, or the person asks. */
  flush() {
    for (const conversation of new Set(this.messages.map((message) => message.conversation))) {
      void this.#work(conversation);
    }
  }

  /** @param {string} id */
  retry(id) {
    const message = this.messages.find((known) => known.id === id);
    if (!message) return;
    this.#update(id, { state: "sending", error: "" });
    void this.#work(message.conversation);
  }

  /** Remove a message: the server has it (its event may come before the answer), or the person dropped it. @param {string} id */
  forget(id) {
    this.#drafts.forgetUnsent(id);
    if (!this.messages.some((message) => message.id === id)) return;
    this.messages = this.messages.filter((message) => message.id !== id);
    this.#changed();
  }

  /** @param {string} conversation */
  async #work(conversation) {
    if (this.#busy.has(conversation)) return;
    this.#busy.add(conversation);
    clearTimeout(this.#timers.get(conversation));
    try {
      // Skip refused messages, so that later ones can be sent.
      for (let next; (next = this.of(conversation).find((message) => message.state !== "failed")); ) {
        if (!(await this.#try(next))) break;
      }
    } finally {
      this.#busy.delete(conversation);
    }
  }

  /**
   * @param {PendingMessage} message
   * @returns {Promise<boolean>} true if the next one may be sent
   */
  async #try(message) {
    this.#update(message.id, { state: "sending" });
    try {
      const sent = await this.#send(message);
      this.#attempts.delete(message.conversation);
      this.forget(message.id);
      this.dispatchEvent(new CustomEvent("sent", { detail: sent }));
      return true;
    } catch (error) {
      if (error instanceof ApiError && !error.isTemporary) return this.#refuse(message, error);
      return this.#postpone(message, error);
    }
  }

  /**
   * @param {PendingMessage} message
   * @param {ApiError} error
   */
  #refuse(message, error) {
    this.#update(message.id, { state: "failed", error: error.message });
    return true;
  }

  /**
   * @param {PendingMessage} message
   * @param {unknown} error
   */
  #postpone(message, error) {
    this.#update(message.id, { state: "waiting" });
    const attempt = this.#attempts.get(message.conversation) ?? 0;
    this.#attempts.set(message.conversation, attempt + 1);
    const asked = error instanceof ApiError ? (error.retryAfterSeconds ?? 0) * 1_000 : 0;
    const timer = setTimeout(() => void this.#work(message.conversation), Math.max(asked, backoff(attempt)));
    this.#timers.set(message.conversation, timer);
    return false;
  }

  /**
   * @param {string} id
   * @param {Partial<PendingMessage>} change
   */
  #update(id, change) {
    this.messages = this.messages.map((message) => (message.id === id ? { ...message, ...change } : message));
    const updated = this.messages.find((message) => message.id === id);
    if (updated) this.#drafts.keepUnsent(updated);
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
