import { ApiError } from "#core/api.js";

import { t } from "../i18n/index.js";
import * as api from "../messaging-api.js";
import { Messenger } from "../state/messenger.js";
import { InboxFiles } from "./inbox-files.js";
import { InboxNavigation } from "./inbox-navigation.js";

/**
 * @import { LitElement, ReactiveController } from "lit"
 * @import { Chantier, Client, FirstState, Message } from "../types.js"
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
 * of the elements inside the page. `InboxNavigation` handles addresses, `InboxFiles` the events about files.
 *
 * @implements {ReactiveController}
 */
export class InboxController {
  /** @type {Messenger | null} */
  messenger = null;
  notice = "";
  formError = "";
  isSubmitting = false;
  /** @type {Chantier[]} */
  chantiers = [];
  /** @type {Client[]} */
  clients = [];
  /** The address of the list's next page. @type {string | null} */
  next = null;
  /** @type {"reply" | "note"} */
  mode = "reply";

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #noticeTimer;

  /**
   * @param {InboxHost} host
   * @param {{ onShow?: () => void }} [options] `onShow` runs before another conversation or form is shown
   */
  constructor(host, { onShow = () => {} } = {}) {
    this.host = host;
    this.navigation = new InboxNavigation(this, { onShow });
    new InboxFiles(this);
    this.#listen();
    host.addController(this);
  }

  hostConnected() {
    this.#begin();
  }

  hostDisconnected() {
    clearTimeout(this.#noticeTimer);
    this.messenger?.stop();
    this.messenger = null;
  }

  hostUpdate() {
    this.#begin();
  }

  hostUpdated() {
    const n = this.messenger?.store.unreadTotal ?? 0;
    const title = `${t("messages")} – Liaison`;
    document.title = n > 0 ? t("titleWithUnread", { n, title }) : title;
  }

  get isStaff() {
    return this.messenger?.me.role !== "client";
  }

  /**
   * Change the state and render it.
   *
   * @param {Partial<Pick<InboxController, "notice" | "formError" | "isSubmitting" | "chantiers" | "clients" | "next" | "mode">>} change
   */
  set(change) {
    Object.assign(this, change);
    this.host.requestUpdate();
  }

  /** Start the messenger, once, when the first state is there. */
  #begin() {
    const { first, isConnected } = this.host;
    if (!first || !isConnected || this.messenger) return;
    this.messenger = new Messenger(first);
    this.next = first.conversations.next;
    this.chantiers = first.chantiers ?? [];
    this.messenger.addEventListener("change", () => this.host.requestUpdate());
    // The login page gets this address in ?next= and leads back here. Drafts stay on the device.
    this.messenger.addEventListener("session-ended", () => location.reload());
    this.messenger.addEventListener("started-anew", (event) => this.#onAnew(/** @type {CustomEvent} */ (event).detail));
    this.messenger.start();
    this.navigation.showCurrent();
  }

  /** Load what an address needs besides the messages. @param {Route} route */
  async loadFor(route) {
    if (route.pane === "new") await this.#loadChoices();
    if (route.pane === "thread" && this.isStaff) await this.messenger?.loadNotes();
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

  async #loadChoices() {
    if (this.chantiers.length > 0) return;
    const [chantiers, clients] = await Promise.all([api.listChantiers(), this.isStaff ? api.listClients() : []]);
    this.set({ chantiers, clients });
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
      "conversation-submit": (draft) => void this.#submit(draft),
      draft: ({ text, mode }) => this.messenger?.drafts.keepDraft(this.draftPlace(mode), text),
      composing: () => this.messenger?.sayTyping(),
      compose: (written) => void this.attempt(() => this.#compose(written)),
      "mode-change": ({ mode }) => this.set({ mode }),
      edge: ({ side }) => void this.attempt(() => this.messenger?.loadMore(side)),
      "to-end": () => void this.attempt(() => this.#jumpToEnd()),
      seen: ({ seq }) => void this.messenger?.markRead(seq),
      "message-edit": ({ message, body }) => void this.attempt(() => this.messenger?.edit(message, body)),
      "message-delete": ({ message }) => void this.attempt(() => this.messenger?.remove(message)),
      "message-retry": ({ id }) => this.messenger?.outbox.retry(id),
      "message-discard": ({ id }) => this.messenger?.discard(id),
      "message-rewrite": ({ id }) => void this.attempt(() => this.#rewrite(id)),
      copied: ({ isDone }) => this.say(t(isDone ? "copied" : "notCopied")),
      "action-failed": ({ error }) => this.tell(error),
      "note-delete": ({ note }) => void this.attempt(() => this.messenger?.removeNote(note)),
      "conversation-change": ({ change }) => void this.attempt(() => this.messenger?.change(change)),
    };
    for (const [type, handle] of Object.entries(handlers)) {
      this.host.addEventListener(type, (event) => handle(/** @type {CustomEvent} */ (event).detail));
    }
  }

  /** @param {{ body: string, mode: "reply" | "note" }} written */
  async #compose({ body, mode }) {
    if (mode === "note") await this.#addNote(body);
    else this.messenger?.send(body);
    this.#scrollToEnd();
  }

  /** @param {string} body */
  async #addNote(body) {
    try {
      await this.messenger?.addNote(body);
    } catch (error) {
      // The composer is empty by now: put the text back.
      this.messenger?.drafts.keepDraft(this.draftPlace("note"), body);
      this.#thread?.restoreDraft(body);
      throw error;
    }
  }

  /** Put a message that was refused back into the composer, with its files. @param {string} id */
  async #rewrite(id) {
    const message = this.messenger?.outbox.messages.find((known) => known.id === id);
    if (!message) return;
    this.set({ mode: "reply" });
    await this.host.updateComplete;
    // The text is a draft on this device before its message is forgotten.
    await this.#thread?.putInReply(message.body);
    await this.messenger?.takeBack(message);
  }

  #leaveForm() {
    this.messenger?.discardNew();
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
    if (!this.next || !this.messenger) return;
    const page = await api.nextPage(this.next);
    this.messenger.store.mergeConversations(page.results).forEach((id) => void this.messenger?.sync.catchUp(id));
    this.set({ next: page.next });
  }

  /** @param {Parameters<typeof api.openConversation>[0]} draft */
  async #submit(draft) {
    const { messenger } = this;
    if (!messenger) return;
    this.set({ isSubmitting: true, formError: "" });
    try {
      const { id } = await messenger.begin(draft);
      await this.navigation.replace({ pane: "thread", id });
    } catch (error) {
      this.set({ formError: error instanceof ApiError ? error.message : t("noNetwork") });
    } finally {
      this.set({ isSubmitting: false });
    }
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
