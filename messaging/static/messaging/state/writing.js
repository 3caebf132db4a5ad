import { isSendable } from "#attachments/uploads/uploader.js";
import { uuid7 } from "#core/uuid.js";

import { pendingMessages, waitingConversation } from "./pending-view.js";

/**
 * @import { Uploader } from "#attachments/uploads/uploader.js"
 * @import { Attachment } from "#attachments/types.js"
 * @import { Me } from "#core/types.js"
 * @import { LocalDrafts } from "./local-drafts.js"
 * @import { Outbox } from "./outbox.js"
 * @import { Store } from "./store.js"
 * @import { Sync } from "./sync.js"
 * @import { Conversation, ConversationDraft, ConversationForMe, Message, Note, Pending, PendingMessage } from "../types.js"
 */

// The place of the files chosen for a conversation that does not exist yet.
export const NEW_CONVERSATION = "new";

/** The place of a note's draft and files. @param {string} conversation */
export const notesOf = (conversation) => `note:${conversation}`;

/**
 * What a person writes on a messaging page. All of it goes through the outbox, and so needs no network: it is shown at
 * once, and the answers come to `settle`.
 */
export class Writing {
  #me;
  #store;
  #drafts;
  #uploader;
  #outbox;
  #sync;
  /** The conversations that wait, and their states. */
  #shown = "";

  /** @param {{ me: Me, store: Store, drafts: LocalDrafts, uploader: Uploader, outbox: Outbox, sync: Sync }} page */
  constructor({ me, store, drafts, uploader, outbox, sync }) {
    this.#me = me;
    this.#store = store;
    this.#drafts = drafts;
    this.#uploader = uploader;
    this.#outbox = outbox;
    this.#sync = sync;
  }

  /**
   * Send a text with the files chosen for it. Their uploads may still be under way.
   *
   * @param {string} conversation
   * @param {string} body
   * @param {import("../types.js").Quote | null} [quoted] the message that it answers
   * @param {import("../types.js").Extra} [extra] what is done with it
   */
  send(conversation, body, quoted = null, extra) {
    const files = this.#uploader.release(conversation);
    if (body || files.length > 0) this.#outbox.add(conversation, body, files, quoted, extra);
  }

  /**
   * Keep a draft. One whose message the device could not store stays until the server has the message.
   *
   * @param {string} place
   * @param {string} text
   * @param {number} [caret]
   */
  keepDraft(place, text, caret) {
    const isLast = text === "" && this.#outbox.unkept.some(({ body }) => body === this.#drafts.draft(place));
    if (!isLast) this.#drafts.keepDraft(place, text, caret);
  }

  /**
   * Open a conversation. Its first message has the files chosen for it.
   *
   * @param {ConversationDraft} draft
   * @param {Pick<Conversation, "client" | "chantier">} about what its fields mean, to show it before the server has it
   * @returns {string} its id
   */
  begin(draft, about) {
    const attachments = this.#uploader.of(NEW_CONVERSATION).filter(isSendable).map(({ id }) => id);
    this.#uploader.release(NEW_CONVERSATION);
    this.#outbox.put({ kind: "conversation", id: draft.message.id, conversation: draft.id, body: "", attachments, opening: draft, about });
    this.#drafts.forgetConversationDraft();
    return draft.id;
  }

  /** Drop the text and the files of the form of a new conversation. */
  discardNew() {
    this.#drafts.forgetConversationDraft();
    for (const { id } of this.#uploader.of(NEW_CONVERSATION)) this.#uploader.remove(id);
  }

  /** Give the files of an unsent message to the next one, and forget it. @param {PendingMessage} message */
  async takeBack(message) {
    if (message.kind === "conversation") return this.#toForm(message, this.#outbox.of(message.conversation));
    const place = message.kind === "note" ? notesOf(message.conversation) : message.conversation;
    const files = this.#uploader.reclaim(place, message.attachments ?? []);
    this.#outbox.forget(message.id);
    await files;
  }

  /**
   * Drop something unsent, with its files.
   *
   * @param {string} id
   * @returns {Promise<void>}
   */
  async discard(id) {
    const pending = this.#outbox.find(id);
    if (!pending) return;
    const later = this.#outbox.of(pending.conversation).filter((each) => each.id !== id);
    this.#outbox.forget(id);
    (pending.attachments ?? []).forEach((file) => this.#uploader.remove(file));
    // What was written after it stays, and has no conversation any more.
    if (pending.kind === "conversation" && later.length > 0) await this.#toForm(pending, later);
  }

  /**
   * Put a conversation that was not sent back into its form: its subject, and the texts and files of some messages. It
   * gets new ids, since the server may know the old ones for another content.
   *
   * @param {PendingMessage} first
   * @param {Pending[]} kept
   */
  async #toForm({ opening }, kept) {
    if (!opening) return;
    const id = uuid7();
    const bodies = pendingMessages(kept).map(({ body }) => body);
    const body = bodies.filter((text) => text !== "").join("\n\n");
    this.#drafts.keepConversationDraft({ ...opening, id, message: { ...opening.message, id: uuid7(), body } });
    const files = this.#uploader.reclaim(NEW_CONVERSATION, kept.flatMap(({ attachments = [] }) => attachments));
    const notes = kept.filter(({ kind }) => kind === "note").map((note) => note.body);
    if (notes.length > 0) this.#drafts.keepDraft(notesOf(id), notes.join("\n\n"));
    kept.forEach(({ id }) => this.#outbox.forget(id));
    await files;
  }

  /**
   * @param {Message} message as the person saw it
   * @param {string} body
   */
  edit({ id, conversation, body: base, version }, body) {
    this.#outbox.put({ kind: "edit", id: `edit-${id}`, target: id, conversation, body, base, version });
  }

  /** @param {Message} message */
  remove({ id, conversation }) {
    this.#outbox.forget(`edit-${id}`);
    this.#outbox.put({ kind: "delete", id: `delete-${id}`, target: id, conversation, body: "" });
  }

  /** Write a note with the files chosen for it. @param {string} conversation @param {string} body */
  addNote(conversation, body) {
    const attachments = this.#uploader.release(notesOf(conversation));
    if (body || attachments.length > 0) this.#outbox.put({ kind: "note", id: uuid7(), conversation, body, attachments });
  }

  /** The last text wins: only its author changes a note, and the earlier texts stay. @param {Note} note @param {string} body */
  editNote({ id, conversation }, body) {
    this.#outbox.put({ kind: "note-edit", id: `edit-${id}`, target: id, conversation, body });
  }

  /** @param {Note} note */
  removeNote({ id, conversation }) {
    this.#outbox.forget(`edit-${id}`);
    this.#outbox.put({ kind: "note-delete", id: `delete-${id}`, target: id, conversation, body: "" });
  }

  /** Mark everything up to `seq` as read, after it was on screen. @param {string} id @param {number} seq */
  markRead(id, seq) {
    const known = Math.max(this.#store.unreadAfter.get(id) ?? 0, this.#outbox.find(`read-${id}`)?.seq ?? 0);
    if (!this.#store.unread.has(id) || seq <= known) return;
    this.#outbox.put({ kind: "read", id: `read-${id}`, conversation: id, body: "", seq });
    this.#store.readHere(id, seq);
  }

  /** Show in the list the conversations that wait. */
  showWaiting() {
    const openings = this.#outbox.messages.filter(({ kind }) => kind === "conversation");
    const shown = openings.map(({ conversation, state }) => `${conversation} ${state}`).join();
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#store.showWaiting(openings.map((pending) => waitingConversation(pending, this.#me)));
  }

  /** Apply the read marks that are not sent yet to the counters of the server. */
  readAgain() {
    for (const { kind, conversation, seq = 0 } of this.#outbox.all) if (kind === "read") this.#store.readHere(conversation, seq);
  }

  /** Take the server's answer. @param {{ pending: Pending, answer: any }} sent */
  settle({ pending, answer }) {
    const { kind = "message", conversation, target = "", attachments = [] } = pending;
    if (kind === "message") this.#settleMessage(pending, answer);
    if (kind === "conversation") this.#settleConversation(answer, attachments);
    if (kind === "edit") this.#store.mergeMessage(answer);
    if (kind === "delete") this.#settleDeletion(conversation, target);
    if (kind === "note" || kind === "note-edit") this.#settleNote(answer);
    if (kind === "note-delete") this.#store.apply("note.updated", { conversation, note: { id: target }, deleted: true });
    if (kind === "read") this.#store.setUnread(conversation, answer);
  }

  /** @param {Pending} pending @param {Message} message */
  #settleMessage({ conversation, body, isUnkept }, message) {
    const place = `reply:${conversation}`;
    if (isUnkept && this.#drafts.draft(place) === body) this.#drafts.keepDraft(place, "");
    this.#store.mergeMessage(message);
    message.attachments.forEach((file) => this.#uploader.settle(file));
  }

  /** @param {Note} note */
  #settleNote(note) {
    this.#store.apply("note.updated", { conversation: note.conversation, note, deleted: false });
    note.attachments.forEach((file) => this.#uploader.settle(file));
  }

  /** @param {ConversationForMe} conversation @param {string[]} files */
  #settleConversation(conversation, files) {
    this.#store.mergeConversations([conversation]);
    const first = conversation.last_message;
    // Its only message is all of its history.
    if (first?.seq === 1) this.#store.mergePage(conversation.id, { results: [first], has_before: false, has_after: false });
    const sent = (first?.attachments ?? []).filter(({ id }) => files.includes(id));
    sent.forEach((/** @type {Attachment} */ file) => this.#uploader.settle(file));
  }

  /** Show the deletion before its event comes. @param {string} conversation @param {string} target */
  #settleDeletion(conversation, target) {
    const message = this.#store.histories.get(conversation)?.messages.find(({ id }) => id === target);
    if (!message) return;
    message.attachments.forEach(({ id }) => this.#uploader.abandon(id));
    this.#store.mergeMessage({ ...message, body: "", attachments: [], deleted_at: new Date().toISOString() });
    void this.#sync.catchUp(conversation).catch(() => {});
  }
}
