import { LitElement, css, html, nothing } from "lit";

import { locale } from "#core/i18n/index.js";
import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";

import { t } from "../i18n/preferences/index.js";
import { sectionStyles } from "./preference-styles.js";

/** @import { Device } from "../types.js" */

/**
 * The person's devices. Sends `device-test` {device} and `device-remove` {device}.
 *
 * @property {Device[]} devices
 * @property {string} here the endpoint of this browser
 */
export class DeviceList extends LitElement {
  static properties = { devices: { attribute: false }, here: {} };

  static styles = [
    shared,
    sectionStyles,
    css`
      .plate {
        margin-inline-start: var(--space-1);
      }

      .buttons {
        display: flex;
        margin-inline: calc(-1 * var(--space-3));
      }

      .silent {
        display: flex;
        flex: 1 0 100%;
        gap: var(--space-2);
        padding: var(--space-3);
        border-radius: var(--radius-s);
        background: var(--danger-tint);
        color: var(--danger);
        font-size: var(--text-s);
      }
    `,
  ];

  constructor() {
    super();
    /** @type {Device[]} */
    this.devices = [];
    this.here = "";
  }

  /** @override */
  render() {
    return html`<h2>${t("devices")}</h2>
      ${this.devices.length === 0 ? html`<p class="hint">${t("noDevice")}</p>` : nothing}
      <ul>
        ${this.devices.map((device) => this.#row(device))}
      </ul>`;
  }

  /** @param {Device} device */
  #row(device) {
    const name = device.label || t("unknownDevice");
    const date = new Date(device.registered_at).toLocaleDateString(locale(), { day: "numeric", month: "long" });
    return html`<li>
      <span class="what">
        ${name} ${device.endpoint === this.here ? html`<span class="plate">${t("here")}</span>` : nothing}
        <span class="hint">${t("seenOn", { date })}</span>
      </span>
      <span class="buttons">
        <button class="quiet-button" aria-label=${t("testNamed", { name })} @click=${() => this.#send("device-test", device)}>
          ${t("test")}
        </button>
        <button class="quiet-button" aria-label=${t("removeNamed", { name })} @click=${() => this.#send("device-remove", device)}>
          ${t("remove")}
        </button>
      </span>
      ${this.#warning(device)}
    </li>`;
  }

  /** @param {Device} device */
  #warning({ last_failure, is_silent }) {
    if (!last_failure && !is_silent) return nothing;
    const text = last_failure ? t("failing", { reason: last_failure.detail }) : t("silent");
    return html`<p class="silent">${icons.warning}<span>${text}</span></p>`;
  }

  /** @param {string} type @param {Device} device */
  #send(type, device) {
    this.dispatchEvent(new CustomEvent(type, { detail: { device }, bubbles: true, composed: true }));
  }
}

customElements.define("device-list", DeviceList);
