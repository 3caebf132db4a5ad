import { html, nothing } from "lit";

import { ApiError, NetworkError } from "#core/api.js";
import { icons } from "#core/icons.js";
import { idle } from "#core/idle.js";
import { shared } from "#core/shared-styles.js";
import { TurnElement } from "#core/turn-element.js";

import { t } from "../i18n/index.js";
import * as api from "../notifications-api.js";

/**
 * The button that mutes a conversation. It shows nothing until it knows if the conversation is muted.
 *
 * @property {string} conversation the id of the conversation
 * @fires {CustomEvent<{ error: unknown }>} action-failed - the server did not take it
 */
export class MuteButton extends TurnElement {
  static properties = { conversation: {}, muted: { state: true }, busy: { state: true } };

  static styles = [shared];

  constructor() {
    super();
    this.conversation = "";
    /** Null until it is known. @type {boolean | null} */
    this.muted = null;
    this.busy = false;
  }

  /** @override @param {import("lit").PropertyValues<this>} changed */
  willUpdate(changed) {
    if (changed.has("conversation")) void this.#ask();
  }

  /** @override */
  render() {
    const { muted, busy } = this;
    const label = t(muted ? "isMuted" : "mute");
    // It keeps its place while the answer is awaited: what stands beside it must not move.
    return html`<button class="icon-button" aria-label=${t("mute")} aria-pressed=${muted ?? nothing} title=${label} ?disabled=${busy || muted === null}
      @click=${this.#toggle}>${muted ? icons.bellOff : icons.bell}</button>`;
  }

  async #ask() {
    const { conversation } = this;
    this.muted = null;
    if (!conversation) return;
    await idle();
    try {
      const { muted } = await api.isMuted(conversation);
      if (conversation === this.conversation) this.muted = muted;
    } catch (error) {
      // Without an answer it cannot be pressed. The list of muted conversations has one.
      if (!(error instanceof ApiError) && !(error instanceof NetworkError)) throw error;
    }
  }

  async #toggle() {
    const { conversation } = this;
    this.busy = true;
    try {
      const { muted } = await api.mute(conversation, !this.muted);
      if (conversation === this.conversation) this.muted = muted;
    } catch (error) {
      this.dispatchEvent(new CustomEvent("action-failed", { detail: { error }, bubbles: true, composed: true }));
    } finally {
      this.busy = false;
    }
  }
}

customElements.define("mute-button", MuteButton);
