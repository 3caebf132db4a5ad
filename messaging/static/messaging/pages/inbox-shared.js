import { html, nothing } from "lit";

import { checked } from "#attachments/files.js";
import { icons } from "#core/icons.js";

import { t } from "../i18n/index.js";
import { NEW_CONVERSATION } from "../state/writing.js";
import { forgetShared, readShared } from "../state/shared-files.js";

/**
 * @import { InboxController } from "./inbox-controller.js"
 * @import { Messenger } from "../state/messenger.js"
 * @import { Shared } from "../state/shared-files.js"
 */

/** Puts what another app shared into the conversation that the person chooses: files in the tray, a text in the composer. */
export class InboxShared {
  /** @type {Shared} */
  #shared = { files: [], text: "" };
  #inbox;
  #messenger;

  /** @param {InboxController} inbox @param {Messenger} messenger */
  constructor(inbox, messenger) {
    this.#inbox = inbox;
    this.#messenger = messenger;
    // A page that shows a conversation was not opened by sharing.
    if (inbox.host.pane === "list") void this.#look();
  }

  /** The line above the list that asks for a conversation. */
  bar() {
    const n = this.#shared.files.length;
    if (!this.#isWaiting) return nothing;
    return html`<div class="shared" role="status">
      ${icons.share}<span>${n > 0 ? t("sharedFiles", { n }) : t("sharedText")}</span>
      <button class="icon-button" aria-label=${t("sharedCancel")} title=${t("sharedCancel")} @click=${() => this.#drop()}>${icons.close}</button>
    </div>`;
  }

  get #isWaiting() {
    return this.#shared.files.length > 0 || this.#shared.text !== "";
  }

  async #look() {
    this.#shared = await readShared();
    if (!this.#isWaiting) return;
    this.#messenger.addEventListener("change", () => this.#take());
    this.#inbox.host.requestUpdate();
  }

  #take() {
    const isNew = this.#inbox.host.pane === "new";
    const place = isNew ? NEW_CONVERSATION : this.#messenger.openId;
    if (!place || !this.#isWaiting) return;
    const { files, text } = this.#shared;
    // The files below cause the next change.
    this.#shared = { files: [], text: "" };
    const { uploader, drafts, me } = this.#messenger;
    // What is shared is for a message, not for the note that was begun here.
    if (!isNew) this.#inbox.set({ mode: "reply" });
    const { accepted, refusals } = checked(files, uploader.of(place).length, me.limits);
    uploader.choose(place, accepted);
    if (text && !isNew) drafts.keepDraft(`reply:${place}`, [drafts.draft(`reply:${place}`), text].filter(Boolean).join("\n"));
    this.#drop();
    if (refusals.length > 0) this.#inbox.say(refusals.join(" "));
  }

  #drop() {
    this.#shared = { files: [], text: "" };
    void forgetShared();
    this.#inbox.host.requestUpdate();
  }
}
