import { FileStore } from "#attachments/uploads/file-store.js";
import { Uploader } from "#attachments/uploads/uploader.js";
import { API, ApiError } from "#core/api.js";
import { EventStream } from "#core/events.js";

import { History } from "./history.js";
import { LocalDrafts } from "./local-drafts.js";
import { lostMessages } from "./lost-messages.js";
import * as api from "../messaging-api.js";
import { Outbox } from "./outbox.js";
import { sender } from "./pending.js";
import { keptNotes } from "./pending-view.js";
import { isAmong, seqBefore } from "./place-of-note.js";
import { Store } from "./store.js";
import { Sync } from "./sync.js";
import { Typing } from "./typing.js";
import { Writing } from "./writing.js";

/** @import { Conversation, Extra, FirstState, Note, Pending, Quote } from "../types.js" */

// Enough to switch between a few threads without loading them again.
const KEPT_HISTORIES = 8;

// Half a page, as in messaging/pages.py.
const NEAR_THE_END = 25;

/** The messages of a conversation that the server does not have yet. */
const NONE = new History();
NONE.merge({ results: [], has_before: false, has_after: false });

/**
 * What a messaging page does, without its display. It connects the store, the stream, the outbox and the API, and the
 * page elements call it. Emits `change` when something on screen may differ, `session-ended`, `conversation-sent`
 * {id} when the server has a conversation that was begun here, and `started-anew` with the address of the list's next
 * page and the person's messages that a restore of the server has lost.
 */
export class Messenger extends EventTarget {
  /** The conversation on screen. @type {string | null} */
  openId = null;
  /** The seq after which its unread messages began when it was opened. Reading does not move the line. @type {number | null} */
  unreadAfter = null;
  isConnected = false;

  /** @type {string[]} most recent last */
  #recent = [];
  /** Loads under way, by conversation and side. @type {Set<string>} */
  #loading = new Set();
  #stopped = new AbortController();
  /** @type {Promise<void> | null} */
  #filesKnown = null;

  /** @param {FirstState} first */
  constructor(first) {
    super();
    this.me = first.me;
    this.store = new Store(first.me);
    this.drafts = new LocalDrafts(first.me.id, localStorage);
    const isNeeded = (/** @type {string} */ file) => this.#isInOutbox(file);
    this.uploader = new Uploader(first.me.id, { fileStore: new FileStore(), limits: first.me.limits, isNeeded });
    this.outbox = new Outbox({ send: sender({ uploader: this.uploader, api }), drafts: this.drafts, person: first.me.id });
    this.stream = new EventStream({ url: `${API}/stream`, personId: first.me.id });
    this.sync = new Sync({ store: this.store, api, stream: this.stream, loadAnew: (held) => this.#loadAnew(held) });
    this.writing = new Writing(this);
    this.typing = new Typing(first.me, api.sayTyping);
    this.withPendingNotes = keptNotes(first.me);
    this.#loadFirstState(first);
  }

  /** @param {Promise<void>} [ready] resolves when the outbox may send */
  start(ready = Promise.resolve()) {
    const { signal } = this.#stopped;
    this.store.addEventListener("change", () => this.#onStore(), { signal });
    this.uploader.addEventListener("change", () => this.changed(), { signal });
    this.outbox.addEventListener("change", () => (this.writing.showWaiting(), this.changed()), { signal });
    this.outbox.addEventListener("sent", (event) => this.#onSent(/** @type {CustomEvent} */ (event).detail), { signal });
    this.outbox.addEventListener("session-ended", () => this.#onSessionEnded(), { signal });
    this.typing.addEventListener("change", () => this.changed(), { signal });
    this.stream.addEventListener("event", (event) => this.#onEvent(/** @type {CustomEvent} */ (event).detail), { signal });
    this.stream.addEventListener("state", () => this.#onConnection(), { signal });
    this.stream.addEventListener("session-ended", () => this.dispatchEvent(new Event("session-ended")), { signal });
    addEventListener("online", () => this.#wake(), { signal });
    addEventListener("beforeunload", (event) => this.#onLeave(event), { signal });
    addEventListener("notification-pushed", (event) => this.#onPushed(/** @type {CustomEvent} */ (event).detail), { signal });
    this.sync.start();
    this.outbox.load(signal);
    this.writing.readAgain();
    // What was sent while no page was open needs its files no more.
    // Resume files first: a message can name only files that the server knows.
    this.#filesKnown = ready.then(() => this.uploader.resume());
    void this.#filesKnown.then(() => this.#startOutbox());
  }

  stop() {
    this.#stopped.abort();
    this.sync.stop();
    this.outbox.stop();
    this.uploader.stop();
  }

  /** @returns {Conversation | null} */
  get conversation() {
    return this.openId ? this.store.find(this.openId) : null;
  }

  /** The loaded messages of the conversation on screen. @returns {History | undefined} */
  get history() {
    const id = this.openId ?? "";
    return this.store.histories.get(id) ?? (this.isWaiting(id) ? NONE : undefined);
  }

  /** Return true if the server does not have the conversation yet. @param {string} id */
  isWaiting(id) {
    return this.store.waiting.has(id) && !this.store.conversations.has(id);
  }

  /**
   * Show a conversation from its first unread message on, and load what is missing.
   *
   * @param {string | null} id
   */
  async open(id) {
    this.openId = id;
    this.typing.watch(id);
    this.unreadAfter = id && this.store.unread.has(id) ? (this.store.unreadAfter.get(id) ?? null) : null;
    this.changed();
    if (!id || this.isWaiting(id)) return;
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

  /**
   * Load a message or note of the conversation on screen with the messages around it, unless it is loaded.
   *
   * @param {string} message
   */
  async reach(message) {
    const id = this.openId;
    const history = id ? this.store.histories.get(id) : undefined;
    if (!id || history?.messages.some((known) => known.id === message)) return;
    const note = this.store.notes.get(id)?.find((known) => known.id === message);
    if (note && history && isAmong(note, history)) return;
    const seq = note ? await this.#seqBefore(note, id) : (await api.getMessage(id, message)).seq;
    if (id === this.openId) await this.#loadInstead(id, { around: seq });
  }

  /** @param {Note} note @param {string} id */
  #seqBefore({ created_at: at }, id) {
    const last = this.store.conversations.get(id)?.last_seq ?? 0;
    return seqBefore(at, last, async (seq) => (await api.listMessages(id, { around: seq, limit: 1 })).results[0]?.created_at ?? "");
  }

  /** @param {string} id @param {{ around?: number }} [place] */
  async #loadInstead(id, place) {
    const page = await api.listMessages(id, place);
    this.store.histories.delete(id);
    this.store.mergePage(id, page);
    await this.sync.catchUp(id);
  }

  /**
   * Send a text with the files chosen for it.
   *
   * @param {string} body
   * @param {Quote | null} [quoted] the message that it answers
   * @param {Extra} [extra] what is done with it
   */
  send(body, quoted = null, extra) {
    if (!this.openId) return;
    this.unreadAfter = null;
    this.writing.send(this.openId, body, quoted, extra && { ...extra, seen_seq: this.conversation?.last_seq });
  }

  /** @param {number} seq */
  markRead(seq) {
    if (this.openId) this.writing.markRead(this.openId, seq);
  }

  /** @param {{ status?: "open" | "closed", assigned_to?: string | null }} change */
  async change(change) {
    if (!this.openId) return;
    const changed = await api.changeConversation(this.openId, change);
    this.store.mergeConversations([changed]).forEach((id) => void this.sync.catchUp(id));
  }

  async loadNotes() {
    const id = this.openId;
    if (id && !this.isWaiting(id)) await this.#once(`${id} notes`, async () => this.store.mergeNotes(id, await api.listNotes(id)));
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
    return this.outbox.all.some(({ attachments = [] }) => attachments.includes(file));
  }

  /** Show the files of the messages left unsent, and send those messages. */
  #startOutbox() {
    this.outbox.resume();
    const files = this.outbox.all.flatMap(({ attachments = [] }) => attachments);
    void this.uploader.reclaim("", files);
  }

  /** @param {{ pending: Pending, answer: unknown }} sent */
  #onSent(sent) {
    this.writing.settle(sent);
    const { kind, conversation: id } = sent.pending;
    if (kind === "conversation") this.dispatchEvent(new CustomEvent("conversation-sent", { detail: { id } }));
  }

  #onStore() {
    // The event of a message may come before the answer to its request. The message is then sent.
    for (const { id, conversation, kind } of this.outbox.messages) {
      const isThere = kind !== "conversation" && this.store.histories.get(conversation)?.messages.some((message) => message.id === id);
      if (isThere) this.outbox.forget(id);
    }
    this.changed();
  }

  /** The stream, if it is still open, opens again after the login, and then what waits is sent. */
  #onSessionEnded() {
    this.dispatchEvent(new Event("session-ended"));
    if (this.isConnected) this.stream.reconnect();
  }

  #onConnection() {
    this.isConnected = this.stream.state === "open";
    // The stream opens for this person only, so the session is theirs.
    if (this.isConnected) void this.#filesKnown?.then(() => this.outbox.resume());
    if (this.isConnected) this.#wake();
    this.changed();
  }

  #wake() {
    this.uploader.wake();
    this.outbox.flush();
  }

  /** Ask before leaving what the device could not store. @param {BeforeUnloadEvent} event */
  #onLeave(event) {
    if (this.outbox.unkept.length > 0 || this.uploader.hasUnkept) event.preventDefault();
  }

  /** Catch up after a push: the stream may have missed its message. @param {{ conversation: string }} pushed */
  #onPushed({ conversation }) {
    if (this.store.histories.has(conversation)) void this.sync.catchUp(conversation).catch(() => {});
  }

  /** @param {{ type: string, data: any }} event */
  #onEvent({ type, data }) {
    if (type === "attachment.updated") this.uploader.settle(data.attachment);
    if (type === "note.updated") for (const file of data.note.attachments) this.uploader.settle(file);
    this.typing.onEvent(type, data);
  }
}
