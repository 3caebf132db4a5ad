import { MessageSound, isHeard, isSoundOn, switchSound } from "../state/message-sound.js";

/**
 * @import { ReactiveController } from "lit"
 * @import { InboxController } from "./inbox-controller.js"
 */

/**
 * The sound of a new message, and its switch in the profile menu.
 *
 * @implements {ReactiveController}
 */
export class SoundSetting {
  #inbox;
  #sound = new MessageSound();

  /** @param {InboxController} inbox */
  constructor(inbox) {
    this.#inbox = inbox;
    inbox.host.addController(this);
  }

  hostConnected() {
    addEventListener("live-event", this.#onEvent);
    const field = /** @type {HTMLInputElement | null} */ (document.querySelector("[data-message-sound]"));
    if (!field) return;
    field.checked = isSoundOn();
    field.addEventListener("change", () => this.#switch(field.checked));
    field.closest("label")?.removeAttribute("hidden");
  }

  hostDisconnected() {
    removeEventListener("live-event", this.#onEvent);
  }

  /** Switched on, it is played once: so one knows it, and the browser allows it later. @param {boolean} isOn */
  #switch(isOn) {
    switchSound(isOn);
    if (isOn) this.#sound.play();
  }

  /** @param {Event} event */
  #onEvent = (event) => {
    const { type, data } = /** @type {CustomEvent} */ (event).detail;
    const { messenger } = this.#inbox;
    if (type !== "message.created" || !messenger) return;
    if (!isSoundOn()) return this.#sound.pass(data.message);
    const conversation = messenger.store.conversations.get(data.message.conversation) ?? null;
    const now = { me: messenger.me.id, conversation, openId: messenger.openId, hasFocus: document.hasFocus() && !document.hidden };
    void this.#sound.playFor(data.message, { isHeard: isHeard(data.message, now) });
  };
}
