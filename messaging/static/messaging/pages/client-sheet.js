import { html, nothing } from "lit";

import { ApiError, NetworkError } from "#core/api.js";
import { wait } from "#core/backoff.js";
import { t } from "../i18n/people/index.js";
import * as api from "../messaging-api.js";
import { keepSheet, savedSheet } from "../state/saved-sheets.js";
import { place } from "./place.js";

/**
 * @import { ReactiveController } from "lit"
 * @import { Api } from "#api"
 * @import { SavedSheet } from "../state/saved-sheets.js"
 * @import { InboxController } from "./inbox-controller.js"
 */

/** As wide as three panes need it: there the sheet stands beside the conversation. Below, it is a drawer. */
const WIDE = "(min-width: 75rem)";

// On a slow link, the sheet that this device keeps is shown while the answer is on its way.
const PATIENCE_MS = 1_000;

/**
 * The sheet of the conversation on screen. It loads what is known of the client, and closes by its button, Escape, Back
 * and a tap beside it.
 *
 * @implements {ReactiveController}
 */
export class ClientSheetPane {
  /** The drawer is open. */
  isOpen = false;

  #inbox;
  // A test without a browser has none.
  #wide = globalThis.matchMedia?.(WIDE);
  /** What was loaded last. @type {Api["ClientSheet"] | null} */
  #sheet = null;
  /** The client whose sheet is loaded or asked for. */
  #asked = "";
  /** When it came, in milliseconds. */
  #cameAt = 0;
  /** It could not be loaded again. */
  #isOld = false;
  /** @type {"" | "offline" | "failed"} */
  #failure = "";
  #isSaving = false;
  #error = "";

  /** @param {InboxController} inbox */
  constructor(inbox) {
    this.#inbox = inbox;
    const { host } = inbox;
    /** @type {Record<string, (detail: any) => void>} */
    const handlers = {
      "thread-details": () => (this.isOpen ? this.#dialog?.close() : this.#open()),
      "sheet-close": () => this.#dialog?.close(),
      "sheet-retry": () => void this.#load(this.#asked),
      "sheet-go": ({ id }) => this.#leaveThen(() => void inbox.navigation.go({ pane: "thread", id })),
      "sheet-files": (detail) => this.#leaveThen(() => host.dispatchEvent(new CustomEvent("thread-files", { detail }))),
      "remark-save": (remark) => void this.#save(remark),
    };
    for (const [type, handle] of Object.entries(handlers)) {
      host.addEventListener(type, (event) => handle(/** @type {CustomEvent} */ (event).detail));
    }
    host.addController(this);
  }

  hostConnected() {
    this.#wide?.addEventListener("change", this.#onWidth);
    place.events.addEventListener("popstate", this.#onPopState);
    addEventListener("live-open", this.#onNetwork);
  }

  hostDisconnected() {
    this.#wide?.removeEventListener("change", this.#onWidth);
    place.events.removeEventListener("popstate", this.#onPopState);
    removeEventListener("live-open", this.#onNetwork);
  }

  hostUpdated() {
    const dialog = this.#dialog;
    if (dialog && !dialog.open) dialog.showModal();
    const client = this.#client;
    if (client && client !== this.#asked && this.#isShown) void this.#inbox.takeover.done.then(() => this.#load(client));
  }

  /** Another conversation or form is about to be shown. */
  hide() {
    this.isOpen = false;
    this.#asked = "";
    this.#error = "";
  }

  template() {
    const { messenger, host } = this.#inbox;
    const conversation = messenger?.conversation;
    if (host.pane !== "thread" || !conversation || !this.#isShown) return nothing;
    const isDrawer = !this.#isWide;
    const sheet = html`<conversation-sheet
      role=${isDrawer ? "document" : "complementary"}
      aria-label=${t("clientSheet")}
      .conversation=${conversation}
      .sheet=${this.#sheet?.client.id === conversation.client.id ? this.#sheet : null}
      ?failed=${this.#failure === "failed"}
      ?offline=${this.#failure === "offline"}
      kept=${this.#isOld ? this.#cameAt : 0}
      base=${host.base}
      ?closable=${isDrawer}
      ?busy=${this.#isSaving}
      error=${this.#error}
    ></conversation-sheet>`;
    if (!isDrawer) return sheet;
    return html`<dialog class="drawer of-sheet" aria-label=${t("clientSheet")} @close=${this.#onClose} @click=${this.#onClick}>${sheet}</dialog>`;
  }

  get #isWide() {
    return this.#wide?.matches ?? false;
  }

  get #isShown() {
    return this.isOpen || this.#isWide;
  }

  get #client() {
    const { host, messenger } = this.#inbox;
    return host.pane === "thread" ? (messenger?.conversation?.client.id ?? "") : "";
  }

  get #dialog() {
    return /** @type {HTMLDialogElement | null} */ (this.#inbox.host.renderRoot.querySelector("dialog.of-sheet"));
  }

  /** Open the drawer, and add it to the history, so that the back button closes it. */
  #open() {
    if (this.#isWide) return;
    const { pathname, search, hash } = place.location;
    place.history.pushState({ isOurs: place.history.state?.isOurs ?? false, isSheet: true }, "", pathname + search + hash);
    this.#show(true);
  }

  /** @param {boolean} isOpen */
  #show(isOpen) {
    this.isOpen = isOpen;
    this.#inbox.host.requestUpdate();
  }

  #onClose = () => {
    if (!this.isOpen) return;
    this.#show(false);
    if (place.history.state?.isSheet) place.history.back();
  };

  /** A tap beside the sheet is one on the dialog itself. @param {MouseEvent} event */
  #onClick = ({ target, currentTarget }) => {
    if (target === currentTarget) this.#dialog?.close();
  };

  #onPopState = () => {
    const isOfSheet = place.history.state?.isSheet === true;
    if (this.isOpen && !isOfSheet) this.#dialog?.close();
    else if (!this.isOpen && isOfSheet && !this.#isWide) this.#show(true);
  };

  /** The drawer becomes the pane, or the pane is gone. */
  #onWidth = () => {
    if (this.isOpen && this.#isWide) this.#onClose();
    this.#inbox.host.requestUpdate();
  };

  /** Close the drawer, then go on where the history is as before it. @param {() => void} act */
  #leaveThen(act) {
    if (!this.isOpen) return act();
    if (place.history.state?.isSheet) place.events.addEventListener("popstate", () => act(), { once: true });
    else queueMicrotask(act);
    this.#dialog?.close();
  }

  #onNetwork = () => {
    if (this.#isOld || this.#failure) void this.#load(this.#asked);
  };

  /** @param {string} client */
  async #load(client) {
    if (!client || client !== this.#client) return;
    this.#asked = client;
    this.#failure = "";
    const asking = api.getClientSheet(client);
    const isDone = asking.then(() => true, () => true);
    void Promise.race([isDone, wait(PATIENCE_MS)]).then((isHere) => (isHere ? undefined : this.#showKept(client)));
    try {
      const sheet = await asking;
      this.#take({ sheet, at: Date.now() }, { isOld: false });
      this.#inbox.saving?.alsoKeep((saved) => keepSheet(saved, sheet));
    } catch (error) {
      await this.#fail(client, error);
    }
    this.#inbox.host.requestUpdate();
  }

  /** @param {string} client @param {unknown} error */
  async #fail(client, error) {
    const isAway = error instanceof NetworkError || (error instanceof ApiError && error.isTemporary);
    if (isAway) await this.#showKept(client);
    if (client !== this.#client) return;
    this.#isOld = this.#sheet?.client.id === client;
    this.#failure = error instanceof NetworkError ? "offline" : "failed";
    if (error instanceof ApiError && !error.isTemporary) this.#inbox.tell(error);
  }

  /** Show what this device keeps, unless a sheet of this client is shown. @param {string} client */
  async #showKept(client) {
    const kept = await this.#inbox.saving?.read((saved) => savedSheet(saved, client));
    if (kept && this.#sheet?.client.id !== client) this.#take(kept, { isOld: true });
  }

  /** @param {SavedSheet} came @param {{ isOld: boolean }} how */
  #take({ sheet, at }, { isOld }) {
    if (sheet.client.id !== this.#client) return;
    this.#sheet = sheet;
    this.#cameAt = at;
    this.#isOld = isOld;
    this.#inbox.host.requestUpdate();
  }

  /** @param {{ body: string, replaces: string | null }} written */
  async #save(written) {
    const client = this.#client;
    this.#isSaving = true;
    this.#error = "";
    this.#inbox.host.requestUpdate();
    try {
      this.#keepRemark(client, await api.writeRemark(client, written));
    } catch (error) {
      this.#error = t("notSaved", { reason: error instanceof ApiError ? error.message : t("noNetwork") });
      if (error instanceof ApiError && error.code === "remark_changed") await this.#load(client);
    }
    this.#isSaving = false;
    this.#inbox.host.requestUpdate();
  }

  /** @param {string} client @param {Api["Remark"]} remark */
  #keepRemark(client, remark) {
    if (this.#sheet?.client.id === client) this.#sheet = { ...this.#sheet, remark };
  }
}
