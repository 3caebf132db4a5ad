import { LitElement, css, html, nothing } from "lit";

import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";

import { t } from "../i18n/index.js";
import { sectionStyles } from "./preference-styles.js";

/** @import { PushState } from "../types.js" */

/**
 * Says if this device notifies, with the button that asks for the permission. It asks only after a tap, because a
 * browser never asks again after a refusal. Sends `push-on` and `push-off`.
 *
 * @property {PushState | ""} state empty until it is known
 * @property {boolean} busy
 */
export class PushSwitch extends LitElement {
  static properties = { state: {}, busy: { type: Boolean } };

  static styles = [
    shared,
    sectionStyles,
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

      ol {
        display: grid;
        gap: var(--space-1);
        padding-inline-start: 1.4em;
        list-style: decimal;
      }

      li {
        display: list-item;
        padding: 0;
        border: 0;
      }

      li .icon {
        display: inline-block;
        vertical-align: -0.25em;
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
          <ol>
            <li>${t("installStep1")} ${icons.share}</li>
            <li>${t("installStep2")}</li>
            <li>${t("installStep3")}</li>
          </ol>`;
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
