import { html, nothing } from "lit";

import { ApiError } from "#core/api.js";
import { icons } from "#core/icons.js";
import { uuid7 } from "#core/uuid.js";

import "../components/choice-dialog.js";
import "../components/confirm-dialog.js";
import "../components/messages-dialog.js";
import "../components/snooze-dialog.js";
import "../components/undo-toast.js";
import * as desk from "../desk/thread/api.js";
import { choiceOfConversation, choicesOfChantiers, choicesOfStaff } from "../desk/thread/choices.js";
import { t } from "../desk/thread/i18n/index.js";
import * as api from "../messaging-api.js";

/**
 * @import { TemplateResult } from "lit"
 * @import { Choice } from "../state/choices-found.js"
 * @import { Conversation, ConversationForMe, Message } from "../types.js"
 * @import { InboxController } from "./inbox-controller.js"
 *
 * What is asked in a dialog.
 * @typedef {"assign" | "take" | "move" | "merge" | "snooze" | "split" | "forward"} Asked
 */

/**
 * What the company does with the conversation on screen: the events `desk-action` {name, message} of the bar, the menus and
 * the keyboard, and the dialogs that they open. A refusal is said in words, in the dialog if one is open.
 */
export class DeskActions {
  /** @type {Asked | null} */
  #asked = null;
  #error = "";
  #isBusy = false;
  /** What can be chosen; null while it is loaded. @type {Choice[] | null} */
  #choices = null;
  /** The message from which a dialog was opened. */
  #message = "";
  /** The id of what is sent: the same for another try. */
  #sent = "";
  /** What was done, to be said and undone. @type {{ text: string, undo: () => void } | null} */
  #done = null;
  #inbox;

  /** @param {InboxController} inbox */
  constructor(inbox) {
    this.#inbox = inbox;
    inbox.host.addEventListener("desk-action", (event) => this.#do(/** @type {CustomEvent} */ (event).detail));
  }

  /** What the menu of the thread offers, beside what everybody has. @returns {{ name: string, label: string, icon: unknown }[]} */
  get items() {
    const { messenger } = this.#inbox;
    const conversation = this.#conversation;
    if (!conversation || !messenger) return [];
    const isMine = conversation.assigned_to?.id === messenger.me.id;
    const follows = conversation.participants.some(({ id }) => id === messenger.me.id);
    return [
      { name: "assign", label: t("assign"), icon: icons.person },
      ...(isMine ? [] : [{ name: follows ? "unfollow" : "follow", label: t(follows ? "unfollow" : "follow"), icon: follows ? icons.bellOff : icons.bell }]),
      ...(follows ? [{ name: "unread", label: t("markUnread"), icon: icons.mail }] : []),
      { name: "move", label: t("move"), icon: icons.place },
      { name: "merge", label: t("merge"), icon: icons.link },
      { name: "split", label: t("split"), icon: icons.share },
      { name: "forward", label: t("forward"), icon: icons.send },
    ];
  }

  get #conversation() {
    return this.#inbox.messenger?.conversation ?? null;
  }

  /** @param {{ name: string, message?: Message }} action */
  #do({ name, message }) {
    const conversation = this.#conversation;
    if (!conversation || conversation.pending) return;
    const { id } = conversation;
    this.#message = message?.id ?? "";
    /** @type {Record<string, () => unknown>} */
    const actions = {
      assign: () => this.#ask("assign", async () => choicesOfStaff(await desk.staff())),
      take: () => this.#take(id),
      follow: () => this.#attempt(() => desk.follow(id, true).then(() => this.#inbox.say(t("followed")))),
      unfollow: () => this.#attempt(() => desk.follow(id, false).then(() => this.#inbox.say(t("unfollowed")))),
      snooze: () => this.#ask("snooze"),
      wake: () => this.#attempt(() => desk.wake(id)),
      close: () => conversation.status === "open" && this.#attempt(() => this.#close(id)),
      reopen: () => this.#attempt(() => this.#change(id, { status: "open" })),
      unread: () => this.#attempt(() => this.#markUnread(conversation, message)),
      move: () => this.#ask("move", () => this.#chantiers(conversation)),
      merge: () => this.#ask("merge", () => this.#others(conversation)),
      split: () => this.#ask("split", () => this.#chantiers(conversation)),
      forward: () => this.#ask("forward"),
    };
    actions[name]?.();
  }

  /** @param {() => Promise<unknown>} act */
  #attempt(act) {
    return this.#inbox.attempt(act);
  }

  /** Open a dialog, and load what can be chosen in it. @param {Asked} asked @param {() => Promise<Choice[]>} [load] */
  async #ask(asked, load) {
    this.#set({ asked, error: "", isBusy: false, choices: null });
    this.#sent = uuid7();
    await this.#attemptInside(async () => {
      const choices = (await load?.()) ?? [];
      if (this.#asked === asked) this.#set({ choices });
    });
  }

  /** @param {Partial<{ asked: Asked | null, error: string, isBusy: boolean, choices: Choice[] | null }>} change */
  #set({ asked = this.#asked, error = this.#error, isBusy = this.#isBusy, choices = this.#choices }) {
    this.#asked = asked;
    this.#error = error;
    this.#isBusy = isBusy;
    this.#choices = choices;
    this.#inbox.host.requestUpdate();
  }

  #closeDialog = () => this.#set({ asked: null, error: "" });

  /** Do what was chosen in a dialog, and close it unless it was refused. @param {() => Promise<unknown>} act */
  async #finish(act) {
    const asked = this.#asked;
    this.#set({ isBusy: true, error: "" });
    const isDone = await this.#attemptInside(act);
    this.#set({ isBusy: false });
    if (isDone && this.#asked === asked) this.#closeDialog();
  }

  /** @param {() => Promise<unknown>} act @returns {Promise<boolean>} whether it was done */
  async #attemptInside(act) {
    try {
      await act();
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) console.warn(error);
      this.#set({ error: error instanceof ApiError ? error.message : t("noNetwork") });
      return false;
    }
  }

  /** @param {ConversationForMe} answer */
  #keep(answer) {
    const { messenger } = this.#inbox;
    messenger?.store.mergeConversations([answer]).forEach((id) => void messenger.sync.catchUp(id));
  }

  /** @param {string} id @param {Parameters<typeof api.changeConversation>[1]} change */
  async #change(id, change) {
    this.#keep(await api.changeConversation(id, change));
  }

  /** @param {string} id */
  async #take(id, confirmed = false) {
    try {
      this.#keep(await desk.take(id, confirmed));
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== "followed_by_another") return this.#inbox.tell(error);
      this.#set({ asked: "take", error: error.message });
      await this.#inbox.host.updateComplete;
      await this.#inbox.host.renderRoot.querySelector("confirm-dialog")?.open();
    }
  }

  /** @param {string} id */
  async #close(id) {
    await this.#change(id, { status: "closed" });
    this.#say({ text: t("closed"), undo: () => (this.#say(null), this.#attempt(() => this.#change(id, { status: "open" }))) });
  }

  /** @param {{ text: string, undo: () => void } | null} done */
  #say(done) {
    this.#done = done;
    this.#inbox.host.requestUpdate();
  }

  /** The list has a toast of its own, whose event has the same name. @param {Event} event */
  #onUndoEnd = (event) => {
    event.stopPropagation();
    this.#say(null);
  };

  /** Leave, then mark from a message on, or the last one of somebody else: what is on screen is read. @param {Conversation} conversation @param {Message} [message] */
  async #markUnread({ id, last_seq }, message) {
    const { messenger, navigation } = this.#inbox;
    const ofOthers = messenger?.history?.messages.findLast(({ author }) => author.id !== messenger.me.id);
    const seq = message?.seq ?? ofOthers?.seq ?? last_seq;
    await navigation.go({ pane: "list" });
    messenger?.outbox.forget(`read-${id}`);
    await desk.markUnread(id, seq);
    this.#inbox.say(t("markedUnread"));
  }

  /** @param {Conversation} conversation */
  async #chantiers({ client }) {
    return choicesOfChantiers(await desk.chantiersOf(client.id));
  }

  /** @param {Conversation} conversation */
  async #others({ id, client }) {
    const all = await desk.conversationsOf(client.id);
    return all.filter((other) => other.id !== id).map(choiceOfConversation);
  }

  /** @param {string} into */
  async #merge(into) {
    const { id } = /** @type {Conversation} */ (this.#conversation);
    const target = await desk.merge(id, into);
    this.#keep(target);
    await this.#inbox.navigation.go({ pane: "thread", id: target.id });
  }

  /** @param {{ messages: string[], subject: string, chantier: string | null }} wanted */
  async #split(wanted) {
    const { id } = /** @type {Conversation} */ (this.#conversation);
    const chantier = wanted.chantier === "none" ? null : wanted.chantier;
    const opened = await desk.split(id, { id: this.#sent, ...wanted, chantier });
    this.#keep(opened);
    await this.#inbox.navigation.go({ pane: "thread", id: opened.id });
  }

  /** @param {{ messages: string[], to: string, comment: string }} wanted */
  async #forward(wanted) {
    const { id } = /** @type {Conversation} */ (this.#conversation);
    await desk.forward(id, { id: this.#sent, ...wanted });
    this.#inbox.say(t("forwarded", { address: wanted.to }));
  }

  /** The dialog that is open, and what can be undone. */
  render() {
    return html`${this.#dialog()} <undo-toast class="of-thread" .done=${this.#done} @undo-end=${this.#onUndoEnd}></undo-toast>`;
  }

  /** @returns {TemplateResult | typeof nothing} */
  #dialog() {
    const conversation = this.#conversation;
    if (!conversation || !this.#asked) return nothing;
    const { id, client } = conversation;
    switch (this.#asked) {
      case "take":
        return html`<confirm-dialog question=${this.#error} action=${t("takeOver")} @confirmed=${() => (this.#closeDialog(), this.#take(id, true))} @refused=${this.#closeDialog}></confirm-dialog>`;
      case "assign":
        return this.#assignDialog(conversation);
      case "move":
        return this.#choiceDialog({ caption: t("moveTitle"), text: t("moveText", { client: client.name }), hint: t("moveHint"), value: conversation.chantier?.id ?? "none" }, (chosen) =>
          this.#change(id, { chantier: chosen === "none" ? null : chosen }),
        );
      case "merge":
        return this.#mergeDialog(conversation);
      case "snooze":
        return html`<snooze-dialog
          zone=${this.#inbox.messenger?.me.time_zone ?? ""}
          error=${this.#error}
          ?busy=${this.#isBusy}
          @chosen=${(/** @type {CustomEvent} */ { detail }) => this.#finish(async () => this.#keep(await desk.snooze(id, detail.until)))}
          @dialog-close=${this.#closeDialog}
        ></snooze-dialog>`;
      default:
        return this.#messagesDialog(this.#asked, conversation);
    }
  }

  /** @param {Conversation} conversation */
  #assignDialog({ id, assigned_to: owner }) {
    const isMine = owner?.id === this.#inbox.messenger?.me.id;
    const about = { caption: t("assignTitle"), hint: t("assignHint"), value: owner?.id ?? "", shortcut: isMine ? "" : t("takeMyself") };
    return this.#choiceDialog(about, (chosen) => this.#change(id, { assigned_to: chosen }));
  }

  /** @param {Conversation} conversation */
  #mergeDialog({ client }) {
    const question = (/** @type {Choice} */ { label }) => t("mergeAsk", { subject: label });
    const about = { caption: t("mergeTitle"), text: t("mergeText", { client: client.name }), hint: t("mergeHint"), none: t("mergeNone", { client: client.name }), action: t("mergeDo"), question };
    return this.#choiceDialog(about, (chosen) => this.#merge(chosen));
  }

  /**
   * @param {{ caption: string, hint: string, text?: string, value?: string, shortcut?: string, none?: string, action?: string, question?: (choice: Choice) => string }} about
   * @param {(id: string) => Promise<unknown>} act
   */
  #choiceDialog({ caption, hint, text = "", value = "", shortcut = "", none = "", action = "", question }, act) {
    const onTake = () => (this.#closeDialog(), this.#do({ name: "take" }));
    return html`<choice-dialog
      caption=${caption}
      text=${text}
      hint=${hint}
      value=${value}
      shortcut=${shortcut}
      none=${none}
      action=${action}
      .choices=${this.#choices}
      .question=${question ?? null}
      error=${this.#error}
      ?busy=${this.#isBusy}
      @chosen=${(/** @type {CustomEvent} */ { detail }) => this.#finish(() => act(detail.id))}
      @shortcut-chosen=${onTake}
      @dialog-close=${this.#closeDialog}
    ></choice-dialog>`;
  }

  /** @param {"split" | "forward"} kind @param {Conversation} conversation */
  #messagesDialog(kind, { chantier }) {
    const { messenger } = this.#inbox;
    return html`<messages-dialog
      kind=${kind}
      .messages=${messenger?.history?.messages ?? []}
      first=${this.#message}
      .chantiers=${this.#choices ?? []}
      chantier=${chantier?.id ?? "none"}
      error=${this.#error}
      ?busy=${this.#isBusy}
      @chosen=${(/** @type {CustomEvent} */ { detail }) => this.#finish(() => (kind === "split" ? this.#split(detail) : this.#forward(detail)))}
      @dialog-close=${this.#closeDialog}
    ></messages-dialog>`;
  }
}
