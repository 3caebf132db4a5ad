import { ApiError } from "#core/api.js";
import { access } from "#core/session.js";
import { nextTask } from "#core/turns.js";

import { t } from "../i18n/index.js";
import * as api from "../messaging-api.js";
import { Messenger } from "../state/messenger.js";
import { loadChoices } from "./choices.js";
import { InboxFiles } from "./inbox-files.js";
import { InboxNavigation } from "./inbox-navigation.js";
import { InboxSaving } from "./inbox-saving.js";
import { InboxShared } from "./inbox-shared.js";
import { Takeover } from "./takeover.js";
import { InboxQuotes } from "./inbox-quotes.js";
import { PrintKey } from "./print-key.js";
import { markTab } from "./tab-mark.js";

/**
 * @import { LitElement, ReactiveController } from "lit"
 * @import { Chantier, Client, ConversationDraft, Extra, FirstState, Message, Pending } from "../types.js"
 * @import { Route } from "../state/routes.js"
 */

const NOTICE_MS = 6_000;

/**
 * The page element that a controller serves. It declares `inboxProperties`.
 *
 * `first`: the state that the server wrote in the page; `base`: the address of the list.
 * @typedef {LitElement & { first: FirstState | null, base: string, pane: Route["pane"] }} InboxHost
 */
export const inboxProperties = { first: { attribute: false }, base: {}, pane: { reflect: true } };

/**
 * The behaviour that the client's and the company's inbox share: it starts the messenger and handles the events
 * of the elements inside the page. `InboxNavigation` handles addresses, `InboxFiles` the events about files,
 * `InboxQuotes` those about quotes.
 *
 * @implements {ReactiveController}
 */
export class InboxController {
  /** @type {Messenger | null} */
  messenger = null;
  /** @type {InboxSaving | null} */
  saving = null;
  /** @type {InboxShared | null} */
  shared = null;
  notice = "";
  formError = "";
  /** The person must log in again. */
  isLoggedOut = false;
  #wasConnected = false;
  /** @type {Chantier[]} */
  chantiers = [];
  /** @type {Client[]} */
  clients = [];
  /** @type {import("#api").Api["Staff"][]} */
  colleagues = [];
  /** The address of the list's next page. @type {string | null} */
  next = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #noticeTimer;

  /**
   * @param {InboxHost} host
   * @param {{ onShow?: () => void }} [options] `onShow` runs before another conversation or form is shown
   */
  constructor(host, { onShow = () => {} } = {}) {
    this.host = host;
    /** What was done in the server's HTML. */
    this.takeover = new Takeover(host);
    this.navigation = new InboxNavigation(this, { onShow });
    this.files = new InboxFiles(this);
    this.quotes = new InboxQuotes(this);
    new PrintKey(this);
    this.#listen();
    host.addController(this);
  }

  hostConnected() {
    this.begin();
  }

  hostDisconnected() {
    clearTimeout(this.#noticeTimer);
    this.messenger?.stop();
    this.saving?.stop();
    this.messenger = this.saving = null;
    if (access.load) this.host.first = null;
  }

  hostUpdate() {
    this.begin();
  }

  hostUpdated() {
    if (access.isOurs) void this.takeover.done.then(() => markTab(this.messenger?.store.unreadTotal ?? 0));
  }

  /** What is written in the conversation on screen. Each has its own, kept with its drafts. @returns {"reply" | "note"} */
  get mode() {
    const { messenger, isStaff } = this;
    const isShut = messenger?.conversation?.accepts_messages === false;
    return isStaff && (isShut || messenger?.drafts.draft(`mode:${messenger.openId}`)) ? "note" : "reply";
  }

  set mode(mode) {
    this.messenger?.drafts.keepDraft(`mode:${this.messenger.openId}`, mode === "note" ? mode : "");
  }

  get isStaff() {
    return this.messenger?.me.role !== "client";
  }

  /**
   * Change the state and render it.
   *
   * @param {Partial<Pick<InboxController, "notice" | "formError" | "isLoggedOut" | "chantiers" | "clients" | "colleagues" | "next" | "mode">>} change
   */
  set(change) {
    Object.assign(this, change);
    this.host.requestUpdate();
  }

  /** Resolves when what waits on this device is known. @type {Promise<void> | undefined} */
  started;

  /** Start the messenger, once, when the first state is there. */
  begin() {
    const { first, isConnected } = this.host;
    if (isConnected && !first && !this.messenger) access.load?.(this);
    if (!first || !isConnected || this.messenger) return;
    this.messenger = new Messenger(first);
    this.next = first.conversations.next;
    this.chantiers = first.chantiers ?? [];
    this.messenger.addEventListener("change", () => this.#onChange());
    this.messenger.addEventListener("session-ended", () => this.endSession());
    this.messenger.addEventListener("conversation-sent", (event) => this.#onConversationSent(/** @type {CustomEvent} */ (event).detail));
    this.messenger.addEventListener("started-anew", (event) => this.#onAnew(/** @type {CustomEvent} */ (event).detail));
    this.saving = new InboxSaving(this, this.messenger);
    this.takeover.begin();
    this.started = this.takeover.done.then(nextTask).then(() => this.#start());
    this.navigation.showCurrent();
    this.shared = new InboxShared(this, this.messenger);
  }

  #start() {
    if (this.saving) this.messenger?.start(this.saving.start());
  }

  /** The person must log in again: ask here, and tell the page. */
  endSession() {
    if (!this.isLoggedOut) this.host.dispatchEvent(new CustomEvent("session-ended", { bubbles: true, composed: true }));
    this.set({ isLoggedOut: true });
  }

  #onChange() {
    const isConnected = this.messenger?.isConnected ?? false;
    // The stream opens again only for the same person. One that was open already says nothing.
    if (isConnected && !this.#wasConnected) this.isLoggedOut = false;
    this.#wasConnected = isConnected;
    this.host.requestUpdate();
  }

  /** @param {{ id: string }} sent */
  #onConversationSent({ id }) {
    void this.attempt(() => this.navigation.onSent(id));
  }

  /** Load what an address needs besides the messages. @param {Route} route */
  async loadFor(route) {
    if (route.pane === "new") await this.loadChoices();
    if (route.pane === "thread" && this.isStaff) await this.saving?.loadNotes();
  }

  /**
   * The server's database was restored, and the messenger has loaded it. Show the loaded state, and offer the person's own
   * messages that are gone to be sent again.
   *
   * @param {{ next: string | null, lost: Message[], isGone: boolean }} anew
   */
  #onAnew({ next, lost, isGone }) {
    const { messenger } = this;
    this.set({ next, chantiers: [], clients: [] });
    for (const message of lost) {
      messenger?.outbox.offer(message, t(message.attachments.length > 0 ? "lostWithFiles" : "lostMessage"));
    }
    this.say(t("startedAnew"));
    this.host.dispatchEvent(new Event("started-anew"));
    if (isGone) void this.navigation.go({ pane: "list" });
    else void this.attempt(() => this.loadFor({ pane: this.host.pane, id: messenger?.openId ?? "" }));
  }

  /** Load the clients, chantiers and colleagues that a person may choose from, once. */
  async loadChoices() {
    if (this.chantiers.length > 0) return;
    this.set(await loadChoices(this.messenger?.drafts, this.isStaff));
  }

  /** Say for a moment what went wrong. @param {unknown} error */
  tell(error) {
    if (!(error instanceof ApiError)) console.warn(error);
    this.say(reasonOf(error));
  }

  /** Show a sentence for a moment. @param {string} notice */
  say(notice) {
    this.set({ notice });
    clearTimeout(this.#noticeTimer);
    this.#noticeTimer = setTimeout(() => this.set({ notice: "" }), NOTICE_MS);
  }

  /** @param {(() => Promise<unknown> | undefined)} act */
  async attempt(act) {
    try {
      await act();
    } catch (error) {
      this.tell(error);
    }
  }

  #listen() {
    /** @type {Record<string, (detail: any) => void>} */
    const handlers = {
      "conversation-open": ({ id }) => void this.navigation.go({ pane: "thread", id }),
      "thread-back": () => this.navigation.leave(),
      "form-cancel": () => this.#leaveForm(),
      "form-change": (draft) => this.messenger?.drafts.keepConversationDraft(draft),
      "list-end": () => void this.attempt(() => this.#loadNext()),
      "conversation-submit": (draft) => void this.attempt(() => this.#submit(draft)),
      draft: ({ text, mode, caret }) => this.messenger?.writing.keepDraft(this.draftPlace(mode), text, caret),
      composing: () => this.messenger?.typing.say(),
      compose: (written) => this.#compose(written),
      "mode-change": ({ mode }) => this.set({ mode }),
      edge: ({ side }) => void this.attempt(() => this.messenger?.loadMore(side)),
      "to-end": () => void this.attempt(() => this.#jumpToEnd()),
      seen: ({ seq }) => this.messenger?.markRead(seq),
      "message-edit": ({ message, body }) => this.messenger?.writing.edit(message, body),
      "message-delete": ({ message }) => this.messenger?.writing.remove(message),
      "message-retry": ({ id }) => this.messenger?.outbox.retry(id),
      "message-discard": ({ id }) => void this.attempt(() => this.#discard(id)),
      "message-rewrite": ({ id }) => void this.attempt(() => this.#rewrite(id)),
      copied: ({ isDone }) => this.say(t(isDone ? "copied" : "notCopied")),
      "action-failed": ({ error }) => this.tell(error),
      "note-edit": ({ note, body }) => this.messenger?.writing.editNote(note, body),
      "note-delete": ({ note }) => this.messenger?.writing.removeNote(note),
      "conversation-change": ({ change }) => void this.attempt(() => this.messenger?.change(change)),
    };
    for (const [type, handle] of Object.entries(handlers)) {
      this.host.addEventListener(type, (event) => handle(/** @type {CustomEvent} */ (event).detail));
    }
  }

  /** @param {{ body: string, mode: "reply" | "note", extra?: Extra }} written */
  #compose({ body, mode, extra }) {
    const { messenger } = this;
    if (mode === "note" && messenger?.openId) messenger.writing.addNote(messenger.openId, body);
    if (mode === "reply") messenger?.send(body, this.quotes.take(), extra);
    this.host.renderRoot.querySelector("session-ended")?.ask();
    this.#scrollToEnd();
  }

  /** Put something that was refused back where it was written, with its files. @param {string} id */
  async #rewrite(id) {
    const pending = this.messenger?.outbox.find(id);
    if (!pending) return;
    if (pending.kind === "conversation") return this.#rewriteOpening(pending);
    this.set({ mode: pending.kind === "note" ? "note" : "reply" });
    await this.host.updateComplete;
    // The text is a draft on this device before its message is forgotten.
    await this.#thread?.putInReply(pending.body);
    if (pending.quoted) this.quotes.keep(pending.quoted);
    await this.messenger?.writing.takeBack(pending);
  }

  /** @param {Pending} pending */
  async #rewriteOpening(pending) {
    await this.messenger?.writing.takeBack(pending);
    await this.navigation.replace({ pane: "new" });
    this.set({ formError: pending.error });
  }

  /** @param {string} id */
  async #discard(id) {
    const { messenger } = this;
    const pending = messenger?.outbox.find(id);
    await messenger?.writing.discard(id);
    // Without its first message there is no conversation; what was written after it is in the form.
    if (pending?.kind === "conversation") await this.navigation.replace({ pane: messenger?.drafts.conversationDraft() ? "new" : "list" });
  }

  #leaveForm() {
    this.messenger?.writing.discardNew();
    this.navigation.leave();
  }

  #scrollToEnd() {
    this.#thread?.toBottom();
  }

  async #jumpToEnd() {
    await this.messenger?.loadEnd();
    await this.host.updateComplete;
    await this.#thread?.updateComplete;
    this.#scrollToEnd();
  }

  get #thread() {
    return this.host.renderRoot.querySelector("conversation-thread");
  }

  async #loadNext() {
    const { next } = this;
    if (!next || !this.messenger) return;
    const page = await api.nextPage(next);
    // Another list is shown by now, or two asked for the same page.
    if (next !== this.next) return;
    this.messenger.store.mergeConversations(page.results).forEach((id) => void this.messenger?.sync.catchUp(id));
    this.host.dispatchEvent(new CustomEvent("list-page", { detail: { ids: page.results.map(({ id }) => id) } }));
    this.set({ next: page.next });
  }

  /** @param {ConversationDraft} draft */
  async #submit(draft) {
    const { messenger } = this;
    if (!messenger) return;
    const chantier = this.chantiers.find(({ id }) => id === draft.chantier) ?? null;
    const client = this.clients.find(({ id }) => id === draft.client) ?? chantier?.client ?? messenger.me.client;
    const id = messenger.writing.begin(draft, { chantier, client: client ?? { id: "", name: "" } });
    await this.navigation.replace({ pane: "thread", id });
  }

  /** The name of a draft of the conversation on screen. @param {"reply" | "note"} mode */
  draftPlace(mode) {
    return `${mode}:${this.messenger?.openId ?? ""}`;
  }
}

/** @param {unknown} error */
function reasonOf(error) {
  return error instanceof ApiError ? t("actionFailed", { reason: error.message }) : t("noNetwork");
}
