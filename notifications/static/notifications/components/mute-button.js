import { LitElement, html, nothing } from "lit";

import { ApiError, NetworkError } from "#core/api.js";
import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";

import { t } from "../i18n/index.js";
import * as api from "../notifications-api.js";

/**
 * The button that mutes a conversation. Sends `action-failed` {error}.
 *
 * @property {string} conversation the id of the conversation
 */
export class MuteButton extends LitElement {
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
    if (this.muted === null) return nothing;
    const label = t(this.muted ? "isMuted" : "mute");
    return html`<button class="icon-button" aria-label=${t("mute")} aria-pressed=${this.muted} title=${label} ?disabled=${this.busy}
      @click=${this.#toggle}>${this.muted ? icons.bellOff : icons.bell}</button>`;
  }

  async #ask() {
    const { conversation } = this;
    this.muted = null;
    if (!conversation) return;
    try {
      const { muted } = await api.isMuted(conversation);
      if (conversation === this.conversation) this.muted = muted;
    } catch (error) {
      // Without an answer, show no button. The list of muted conversations has one.
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
