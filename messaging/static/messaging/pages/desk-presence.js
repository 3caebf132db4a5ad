import { list } from "#core/numbers.js";

import * as desk from "../desk/thread/api.js";
import { t } from "../desk/thread/i18n/index.js";
import { Viewing } from "../state/viewing.js";

/**
 * @import { ReactiveController } from "lit"
 * @import { InboxController } from "./inbox-controller.js"
 */

/**
 * Which colleagues have the conversation on screen, and which one writes a note there.
 *
 * @implements {ReactiveController}
 */
export class DeskPresence {
  /** @type {Viewing | null} */
  #viewing = null;
  /** The text of a note when its writing was told last. */
  #noted = "";
  /** A page that is left is drawn once more. */
  #isLeft = false;
  #inbox;

  /** @param {InboxController} inbox */
  constructor(inbox) {
    this.#inbox = inbox;
    inbox.host.addController(this);
    inbox.host.addEventListener("draft", (event) => this.#onDraft(/** @type {CustomEvent} */ (event).detail));
  }

  hostConnected() {
    this.#isLeft = false;
    document.addEventListener("visibilitychange", this.#watch);
    addEventListener("pagehide", this.#leave);
    addEventListener("pageshow", this.#comeBack);
  }

  hostDisconnected() {
    document.removeEventListener("visibilitychange", this.#watch);
    removeEventListener("pagehide", this.#leave);
    removeEventListener("pageshow", this.#comeBack);
    this.#leave();
    this.#viewing = null;
  }

  hostUpdated() {
    this.#watch();
  }

  /** Which colleagues read the conversation on screen, in words. */
  get viewers() {
    const names = this.#viewing?.names ?? [];
    if (names.length === 0) return "";
    return names.length === 1 ? t("views", { name: names[0] ?? "" }) : t("viewsMany", { names: list(names) });
  }

  /** That a colleague writes a note, in words. */
  get says() {
    const { name = "", isNote = false } = this.#inbox.messenger?.typing ?? {};
    return name && isNote ? t("writesNote", { name }) : "";
  }

  #watch = () => {
    const { messenger, host } = this.#inbox;
    if (!messenger) return;
    this.#viewing ??= this.#begin(messenger);
    const isShown = !this.#isLeft && host.pane === "thread" && document.visibilityState === "visible" && messenger.isConnected;
    const id = messenger.openId;
    this.#viewing.watch(isShown && id && !messenger.isWaiting(id) ? id : null);
  };

  /** @param {NonNullable<InboxController["messenger"]>} messenger */
  #begin({ me, stream }) {
    const viewing = new Viewing(me, desk.sayViewing);
    viewing.addEventListener("change", () => this.#inbox.host.requestUpdate());
    stream.addEventListener("event", (event) => {
      const { type, data } = /** @type {CustomEvent} */ (event).detail;
      viewing.onEvent(type, data);
    });
    return viewing;
  }

  #leave = () => {
    this.#isLeft = true;
    this.#viewing?.watch(null);
  };

  #comeBack = () => {
    this.#isLeft = false;
    this.#watch();
  };

  /** Colleagues learn that a note is written, the client does not. @param {{ text: string, mode: "reply" | "note" }} draft */
  #onDraft({ text, mode }) {
    if (mode !== "note" || text === this.#noted) return;
    this.#noted = text;
    if (text.trim()) this.#inbox.messenger?.typing.say({ note: true });
  }
}
