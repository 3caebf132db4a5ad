import { FileStore } from "#attachments/uploads/file-store.js";
import { Uploader, isSendable } from "#attachments/uploads/uploader.js";
import { API, ApiError } from "#core/api.js";
import { EventStream } from "#core/events.js";

import { sendWithFiles } from "./send-with-files.js";
import { LocalDrafts } from "./local-drafts.js";
import { lostMessages } from "./lost-messages.js";
import * as api from "../messaging-api.js";
import { Outbox } from "./outbox.js";
import { Store } from "./store.js";
import { Sync } from "./sync.js";

/**
 * @import { History } from "./history.js"
 * @import { Conversation, FirstState, Message, Note, PendingMessage } from "../types.js"
 */

// Enough to switch between a few threads without loading them again.
const KEPT_HISTORIES = 8;

// Half a page, as in messaging/pages.py.
const NEAR_THE_END = 25;

// The place of the files chosen for a conversation that does not exist yet.
export const NEW_CONVERSATION = "new";

const TYPING_SHOWN_MS = 5_000;
const TYPING_SAID_EVERY_MS = 3_000;

/**
 * What a messaging page does, without its display. It connects the store, the stream, the outbox and the API, and the
 * page elements call it. Emits `change` when something on screen may differ, `session-ended`, and `started-anew` with
 * the address of the list's next page and the person's messages that a restore of the server has lost.
 */
export class Messenger extends EventTarget {
  /** The conversation on screen. @type {string | null} */
  openId = null;
  /** The seq after which its unread messages began when it was opened. Reading does not move the line. @type {number | null} */
  unreadAfter = null;
  /** @type {{ conversation: string, name: string, until: number } | null} */
  typing = null;
  isConnected = false;

  /** @type {string[]} most recent last */
  #recent = [];
  #saidTypingAt = 0;
  /** The highest seq in a `markRead` request under way, by conversation. @type {Map<string, number>} */
  #tellingRead = new Map();
  /** Loads under way, by conversation and side. @type {Set<string>} */
  #loading = new Set();
  #stopped = new AbortController();

  /** @param {FirstState} first */
  constructor(first) {
    super();
    this.me = first.me;
    this.store = new Store(first.me);
    this.drafts = new LocalDrafts(first.me.id, localStorage);
    const isNeeded = (/** @type {string} */ file) => this.#isInOutbox(file);
    this.uploader = new Uploader(first.me.id, { fileStore: new FileStore(), limits: first.me.limits, isNeeded });
    this.outbox = new Outbox({ send: (message) => sendWithFiles(message, { uploader: this.uploader, send: api.sendMessage }), drafts: this.drafts });
    this.stream = new EventStream({ url: `${API}/stream`, personId: first.me.id });
    this.sync = new Sync({ store: this.store, api, stream: this.stream, loadAnew: (held) => this.#loadAnew(held) });
    this.#loadFirstState(first);
  }

  start() {
    const { signal } = this.#stopped;
    this.store.addEventListener("change", () => this.#onStore(), { signal });
    this.uploader.addEventListener("change", () => this.changed(), { signal });
    this.outbox.addEventListener("change", () => this.changed(), { signal });
    this.outbox.addEventListener("sent", (event) => this.#onSent(/** @type {CustomEvent} */ (event).detail), { signal });
    this.stream.addEventListener("event", (event) => this.#onEvent(/** @type {CustomEvent} */ (event).detail), { signal });
    this.stream.addEventListener("state", () => this.#onConnection(), { signal });
    this.stream.addEventListener("session-ended", () => this.dispatchEvent(new Event("session-ended")), { signal });
    addEventListener("online", () => this.#wake(), { signal });
    addEventListener("notification-pushed", (event) => this.#onPushed(/** @type {CustomEvent} */ (event).detail), { signal });
    this.sync.start();
    // Resume files first: a message can name only files that the server knows.
    void this.uploader.resume().then(() => this.#resumeOutbox());
  }

  stop() {
    this.#stopped.abort();
    this.sync.stop();
    this.uploader.stop();
  }

  /** @returns {Conversation | null} */
  get conversation() {
    return (this.openId && this.store.conversations.get(this.openId)) || null;
  }

  /**
   * Show a conversation from its first unread message on, and load what is missing.
   *
   * @param {string | null} id
   */
  async open(id) {
    this.openId = id;
    this.typing = null;
    this.unreadAfter = id && this.store.unread.has(id) ? (this.store.unreadAfter.get(id) ?? null) : null;
    this.changed();
    if (!id) return;
    this.#recent = [...this.#recent.filter((known) => known !== id), id].slice(-KEPT_HISTORIES);
    this.store.forgetHistories(this.#recent);
    if (!this.store.conversations.has(id)) await this.#loadConversation(id);
    // The messages loaded at an earlier visit may end before or after the first unread message.
    const isEnough = this.store.histories.get(id)?.isLoaded && !this.store.historyOf(id).hasAfter;
    if (!isEnough) await this.#loadFirstPage(id);
  }

  /** @param {"before" | "after"} side */
  async loadMore(side) {
    const id = this.openId ?? "";
    const history = this.store.histories.get(id);
    if (!history?.isLoaded) return;
    const seq = side === "before" ? history.messages[0]?.seq : history.messages.at(-1)?.seq;
    if (seq === undefined || !(side === "before" ? history.hasBefore : history.hasAfter)) return;
    await this.#once(`${id} ${side}`, async () => {
      this.store.mergePage(id, await api.listMessages(id, { [side]: seq }), side);
    });
  }

  /** Load the last messages of the conversation instead of the loaded ones. */
  async loadEnd() {
    if (this.openId) await this.#loadInstead(this.openId);
  }

  /** Load a message of the conversation on screen with the messages around it, unless it is loaded. @param {string} message */
  async reach(message) {
    const id = this.openId;
    if (!id || this.store.histories.get(id)?.messages.some((known) => known.id === message)) return;
    const { seq } = await api.getMessage(id, message);
    if (id === this.openId) await this.#loadInstead(id, { around: seq });
  }

  /** @param {string} id @param {{ around?: number }} [place] */
  async #loadInstead(id, place) {
    const page = await api.listMessages(id, place);
    this.store.histories.delete(id);
    this.store.mergePage(id, page);
    await this.sync.catchUp(id);
  }

  /** Send a text with the files chosen for it. Their uploads may still be under way. @param {string} body */
  send(body) {
    if (!this.openId) return;
    const files = this.uploader.release(this.openId);
    if (!body && files.length === 0) return;
    this.unreadAfter = null;
    this.outbox.add(this.openId, body, files);
  }

  /** Give the files of an unsent message to the next one, and forget it. @param {PendingMessage} message */
  async takeBack({ id, conversation, attachments = [] }) {
    const files = this.uploader.reclaim(conversation, attachments);
    this.outbox.forget(id);
    await files;
  }

  /** Drop an unsent message and its files. @param {string} id */
  discard(id) {
    const files = this.outbox.messages.find((message) => message.id === id)?.attachments ?? [];
    this.outbox.forget(id);
    files.forEach((file) => this.uploader.remove(file));
  }

  /**
   * @param {Message} message
   * @param {string} body
   */
  async edit(message, body) {
    this.store.mergeMessage(await api.editMessage(message, body));
  }

  /** @param {Message} message */
  async remove(message) {
    const tombstone = await api.deleteMessage(message);
    message.attachments.forEach(({ id }) => this.uploader.abandon(id));
    if (tombstone) this.store.mergeMessage(tombstone);
    else await this.sync.catchUp(message.conversation);
  }

  /** Mark everything up to `seq` as read, after it was on screen. @param {number} seq */
  async markRead(seq) {
    const id = this.openId;
    if (!id || !this.store.unread.has(id) || seq <= this.#knownAsRead(id)) return;
    this.#tellingRead.set(id, seq);
    try {
      this.store.setUnread(id, await api.markRead(id, seq));
    } catch {
      // The next `seen` event tries again.
    } finally {
      if (this.#tellingRead.get(id) === seq) this.#tellingRead.delete(id);
    }
  }

  /** @param {string} id @returns {number} the seq up to which the conversation is read, requests under way included */
  #knownAsRead(id) {
    return Math.max(this.store.unreadAfter.get(id) ?? 0, this.#tellingRead.get(id) ?? 0);
  }

  sayTyping() {
    const now = Date.now();
    if (!this.openId || now - this.#saidTypingAt < TYPING_SAID_EVERY_MS) return;
    this.#saidTypingAt = now;
    // A typing signal may be lost.
    api.sayTyping(this.openId).catch(() => {});
  }

  /** @param {{ status?: "open" | "closed", assigned_to?: string | null }} change */
  async change(change) {
    if (!this.openId) return;
    const changed = await api.changeConversation(this.openId, change);
    this.store.mergeConversations([changed]).forEach((id) => void this.sync.catchUp(id));
  }

  async loadNotes() {
    const id = this.openId;
    if (id) await this.#once(`${id} notes`, async () => this.store.mergeNotes(id, await api.listNotes(id)));
  }

  /** @param {string} body */
  async addNote(body) {
    if (!this.openId) return;
    const note = await api.addNote(this.openId, body);
    this.store.apply("note.updated", { conversation: note.conversation, note, deleted: false });
  }

  /** @param {Note} note */
  async removeNote(note) {
    await api.deleteNote(note);
    this.store.apply("note.updated", { conversation: note.conversation, note, deleted: true });
  }

  /**
   * Open a conversation. Its first message has the files chosen for it.
   *
   * @param {Parameters<typeof api.openConversation>[0]} draft
   */
  async begin(draft) {
    const { uploader } = this;
    const attachments = uploader.of(NEW_CONVERSATION).filter(isSendable).map(({ id }) => id);
    const conversation = await sendWithFiles(
      { ...draft.message, attachments },
      { uploader, send: (message) => api.openConversation({ ...draft, message }) },
    );
    uploader.release(NEW_CONVERSATION);
    this.drafts.forgetConversationDraft();
    this.store.mergeConversations([conversation]);
    return conversation;
  }

  /** Drop the text and the files of the form of a new conversation. */
  discardNew() {
    this.drafts.forgetConversationDraft();
    for (const { id } of this.uploader.of(NEW_CONVERSATION)) this.uploader.remove(id);
  }

  changed() {
    this.dispatchEvent(new Event("change"));
  }

  /** @param {FirstState} first */
  #loadFirstState({ conversations, conversation, messages, unread }) {
    this.store.mergeConversations(conversations.results);
    if (conversation) {
      this.store.mergeConversations([conversation]);
      if (messages) this.store.mergePage(conversation.id, messages);
    }
    this.store.mergeUnread(unread);
  }

  /**
   * Load what the page shows, after the store was emptied. The person's drafts and unsent messages stay.
   *
   * @param {Map<string, History>} held
   */
  async #loadAnew(held) {
    this.#loading.clear();
    this.#tellingRead.clear();
    const { conversations } = this.store;
    const filter = this.me.role === "client" ? {} : { status: "open" };
    const [page, unread] = await Promise.all([api.listConversations(filter), api.getUnread()]);
    this.store.mergeConversations(page.results);
    this.store.mergeUnread(unread);
    const isGone = !(await this.#openAgain());
    // The store was emptied once more: the next load tells.
    if (conversations !== this.store.conversations) return;
    const lost = lostMessages(held, this);
    this.dispatchEvent(new CustomEvent("started-anew", { detail: { next: page.next, lost, isGone } }));
    this.outbox.flush();
  }

  /** @returns {Promise<boolean>} false if the conversation on screen was begun after the backup */
  async #openAgain() {
    try {
      await this.open(this.openId);
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return false;
      throw error;
    }
  }

  /** @param {string} id */
  async #loadConversation(id) {
    this.store.mergeConversations([await api.getConversation(id)]);
  }

  /** @param {string} id */
  async #loadFirstPage(id) {
    const unread = this.store.unread.get(id) ?? 0;
    // The last page has room for a few unread messages. With more, load the page around the first of them.
    const around = this.unreadAfter !== null && unread > NEAR_THE_END ? this.unreadAfter + 1 : undefined;
    this.store.histories.delete(id);
    this.store.historyOf(id);
    await this.#once(`${id} first`, async () => this.store.mergePage(id, await api.listMessages(id, { around })));
  }

  /**
   * @param {string} key
   * @param {() => Promise<void>} load
   */
  async #once(key, load) {
    if (this.#loading.has(key)) return;
    this.#loading.add(key);
    try {
      await load();
    } finally {
      this.#loading.delete(key);
    }
  }

  /** @param {string} file @returns {boolean} */
  #isInOutbox(file) {
    return this.outbox.messages.some(({ attachments = [] }) => attachments.includes(file));
  }

  /** Show the files of the messages left unsent, and send those messages. */
  #resumeOutbox() {
    this.outbox.resume();
    const files = this.outbox.messages.flatMap(({ attachments = [] }) => attachments);
    void this.uploader.reclaim("", files);
  }

  /** @param {Message} message */
  #onSent(message) {
    this.store.mergeMessage(message);
    message.attachments.forEach((file) => this.uploader.settle(file));
  }

  #onStore() {
    // The event of a message may come before the answer to its request. The message is then sent.
    for (const { id, conversation } of this.outbox.messages) {
      if (this.store.histories.get(conversation)?.messages.some((message) => message.id === id)) this.outbox.forget(id);
    }
    this.changed();
  }

  #onConnection() {
    this.isConnected = this.stream.state === "open";
    if (this.isConnected) this.#wake();
    this.changed();
  }

  #wake() {
    this.uploader.wake();
    this.outbox.flush();
  }

  /** Catch up after a push: the stream may have missed its message. @param {{ conversation: string }} pushed */
  #onPushed({ conversation }) {
    if (this.store.histories.has(conversation)) void this.sync.catchUp(conversation).catch(() => {});
  }

  /** @param {{ type: string, data: any }} event */
  #onEvent({ type, data }) {
    if (type === "attachment.updated") this.uploader.settle(data.attachment);
    if (type === "message.created" && data.message.author.name === this.typing?.name) this.typing = null;
    if (type !== "typing" || data.conversation !== this.openId || data.user.id === this.me.id) return;
    this.typing = { conversation: data.conversation, name: data.user.name, until: Date.now() + TYPING_SHOWN_MS };
    setTimeout(() => this.#forgetTyping(), TYPING_SHOWN_MS);
    this.changed();
  }

  #forgetTyping() {
    if (!this.typing || Date.now() < this.typing.until) return;
    this.typing = null;
    this.changed();
  }
}
