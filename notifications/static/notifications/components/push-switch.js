import { LitElement, css, html, nothing } from "lit";

import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";

import { t } from "../i18n/preferences/index.js";
import { installSteps, installStyles } from "./install-steps.js";
import { sectionStyles } from "./preference-styles.js";

/** @import { PushState } from "../types.js" */

/**
 * Says if this device notifies, with the button that asks for the permission. It asks only after a tap, because a
 * browser never asks again after a refusal. The page does the rest: it owns the service worker.
 *
 * @property {PushState | ""} state empty until it is known
 * @property {boolean} busy true during the request
 * @fires {CustomEvent<null>} push-on - a person wants to be told
 * @fires {CustomEvent<null>} push-off - a person wants it no more
 */
export class PushSwitch extends LitElement {
  static properties = { state: {}, busy: { type: Boolean } };

  static styles = [
    shared,
    sectionStyles,
    installStyles,
    css`
      .button {
        justify-self: start;
      }

      .stopped {
        display: flex;
        gap: var(--space-2);
        padding: var(--space-3);
        border-radius: var(--radius-s);
        background: var(--danger-tint);
        color: var(--danger);
      }
    `,
  ];

  constructor() {
    super();
    /** @type {PushState | ""} */
    this.state = "";
    this.busy = false;
  }

  /** @override */
  render() {
    return html`<h2>${t("thisDevice")}</h2>
      ${this.#body()}`;
  }

  #body() {
    switch (this.state) {
      case "on":
        return html`<p>${t("pushOn")}</p>
          <button class="button" ?disabled=${this.busy} @click=${() => this.#send("push-off")}>${t("warnMeNoMore")}</button>`;
      case "off":
        return html`<p>${t("pushOff")}</p>
          <button class="button primary" ?disabled=${this.busy} @click=${() => this.#send("push-on")}>${t("warnMe")}</button>`;
      case "lost":
      case "withdrawn":
        return html`<p class="stopped">${icons.warning}<span>${t(this.state === "lost" ? "pushLost" : "pushWithdrawn")}</span></p>
          <button class="button primary" ?disabled=${this.busy} @click=${() => this.#send("push-on")}>${t("warnMeAgain")}</button>`;
      case "refused":
        return html`<p>${t("pushRefused")}</p>`;
      case "install-first":
        return html`<p>${t("installFirst")}</p>
          ${installSteps()}`;
      case "unsupported":
        return html`<p>${t("pushUnsupported")}</p>`;
    }
    return nothing;
  }

  /** @param {string} type */
  #send(type) {
    this.dispatchEvent(new CustomEvent(type, { bubbles: true, composed: true }));
  }
}

customElements.define("push-switch", PushSwitch);
