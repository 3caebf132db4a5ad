import { NetworkError } from "#core/api.js";
import { idle } from "#core/idle.js";

import { Assistant } from "../components/composer-assistant.js";
import "../components/note-editor.js";
import "../components/note-history.js";
import { ThreadNews } from "../components/thread-news.js";
import * as api from "../replies-api.js";
import { baseOf, newsSince } from "../state/thread-news.js";

/**
 * @import { Person } from "#core/types.js"
 * @import { MessageComposer } from "../components/message-composer.js"
 * @import { Used } from "../components/composer-assistant.js"
 * @import { Extra } from "../types.js"
 * @import { CannedReply } from "../state/replies.js"
 * @import { Base, News } from "../state/thread-news.js"
 * @import { InboxController } from "./inbox-controller.js"
 */

const REFRESH_AFTER_MS = 60_000;

/**
 * What the company's people write with: canned replies, mentions, the warning before a message that comes too late, and
 * the earlier texts of notes. A page loads it after its first screen.
 */
export class StaffWriting {
  #inbox;
  #news = new ThreadNews();
  #refreshedAt = -Infinity;
  /** The message that waits for an answer to the warning. @type {{ composer: MessageComposer, extra: Extra | undefined, news: News } | null} */
  #held = null;

  /** @param {InboxController} inbox */
  constructor(inbox) {
    this.#inbox = inbox;
    const { host } = inbox;
    host.renderRoot.append(this.#news);
    // Before the inbox takes the message.
    host.addEventListener("compose", (event) => this.#check(/** @type {CustomEvent} */ (event)), { capture: true });
    host.addEventListener("draft", (event) => this.#onDraft(/** @type {CustomEvent} */ (event).detail));
    host.addEventListener("note-revisions", (event) => void this.#showRevisions(/** @type {CustomEvent} */ (event).detail));
    this.#news.addEventListener("send-anyway", () => this.#sendAnyway());
    this.#news.addEventListener("reread", () => this.#reread());
    // What was begun before this was loaded.
    this.#onDraft({ text: this.#drafts?.draft(this.#place("reply")) ?? "", mode: "reply" });
    void idle().then(() => this.refresh());
  }

  /** Make the assistant of a composer. @param {MessageComposer} composer */
  assist = (composer) => new Assistant(composer, this);

  /** @returns {CannedReply[]} as this device was told last */
  get replies() {
    return this.#drafts?.choices("replies") ?? [];
  }

  /** @returns {Person[]} */
  get colleagues() {
    const all = this.#drafts?.choices("staff") ?? [];
    return all.filter(({ id }) => id !== this.#inbox.messenger?.me.id);
  }

  /** The time zone of the company. */
  get zone() {
    return this.#inbox.messenger?.me.time_zone ?? "";
  }

  get about() {
    const { messenger } = this.#inbox;
    const conversation = messenger?.conversation;
    return messenger && conversation ? { conversation, messages: messenger.history?.messages ?? [], me: messenger.me } : null;
  }

  /** @returns {Used} */
  get used() {
    return JSON.parse(this.#drafts?.draft(this.#place("replies")) || '{"ids":[],"missing":[]}');
  }

  /** @param {Used} used */
  keepUsed(used) {
    this.#drafts?.keepDraft(this.#place("replies"), used.ids.length > 0 ? JSON.stringify(used) : "");
  }

  /** Ask for the replies and the colleagues. Without a network, those of before are offered. */
  refresh() {
    if (performance.now() - this.#refreshedAt < REFRESH_AFTER_MS) return;
    this.#refreshedAt = performance.now();
    void Promise.all([this.#load("replies", api.listReplies), this.#load("staff", api.listStaff)]).then(() => this.#inbox.host.requestUpdate());
  }

  /** @param {string} name @param {() => Promise<unknown[]>} list */
  async #load(name, list) {
    try {
      this.#drafts?.keepChoices(name, await list());
    } catch (error) {
      this.#refreshedAt = -Infinity;
      if (!(error instanceof NetworkError)) console.warn(error);
    }
  }

  get #drafts() {
    return this.#inbox.messenger?.drafts;
  }

  /** @param {string} name */
  #place(name) {
    return `${name}:${this.#inbox.messenger?.openId ?? ""}`;
  }

  /** Remember what was there when a message was begun. @param {{ text: string, mode: "reply" | "note" }} draft */
  #onDraft({ text, mode }) {
    if (mode === "note") return;
    if (text.trim() === "") {
      this.#keepBase(null);
      this.keepUsed({ ids: [], missing: [] });
    } else if (!this.#drafts?.draft(this.#place("base"))) this.#keepBase(this.#now());
  }

  /** @param {Base | null} base */
  #keepBase(base) {
    this.#drafts?.keepDraft(this.#place("base"), base ? JSON.stringify(base) : "");
  }

  /** @returns {Base | null} */
  #now() {
    const { messenger } = this.#inbox;
    return messenger?.conversation ? baseOf(messenger.conversation, this.#notes) : null;
  }

  get #notes() {
    const { messenger } = this.#inbox;
    return messenger?.store.notes.get(messenger.openId ?? "");
  }

  /** Hold a message back if others have written since it was begun. @param {CustomEvent<{ mode: "reply" | "note", extra: Extra | undefined }>} event */
  #check(event) {
    const kept = this.#drafts?.draft(this.#place("base"));
    const { about } = this;
    if (event.detail.mode === "note" || !kept || !about) return;
    const news = newsSince(JSON.parse(kept), { ...about, notes: this.#notes ?? [], me: about.me });
    const composer = event.composedPath().find((each) => each instanceof Element && each.localName === "message-composer");
    if (!news || !composer) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.#held = { composer: /** @type {MessageComposer} */ (composer), extra: event.detail.extra, news };
    void this.#news.open(news);
  }

  #sendAnyway() {
    const held = this.#settle();
    if (held) held.composer.submit(held.extra);
  }

  /** Go to the first new message. What is written stays. */
  #reread() {
    const held = this.#settle();
    const first = held?.news.shown.find(({ isNote }) => !isNote);
    if (first) void this.#inbox.attempt(() => this.#inbox.navigation.reach(first.id));
    else this.#inbox.host.renderRoot.querySelector("conversation-thread")?.toBottom();
  }

  /** What is new has been seen. */
  #settle() {
    const held = this.#held;
    this.#held = null;
    this.#keepBase(this.#now());
    return held;
  }

  /** @param {{ note: import("../types.js").Note, show: (revisions: import("#api").Api["NoteRevision"][] | null) => void }} asked */
  async #showRevisions({ note, show }) {
    try {
      show(await api.listRevisions(note));
    } catch (error) {
      if (!(error instanceof NetworkError)) this.#inbox.tell(error);
      show(null);
    }
  }
}
