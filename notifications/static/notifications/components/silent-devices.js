import { LitElement, css, html, nothing } from "lit";

import { icons } from "#core/icons.js";
import { list } from "#core/numbers.js";
import { shared } from "#core/shared-styles.js";

import { t } from "../i18n/index.js";

/** @import { Device } from "../types.js" */

// Dismissed for this session only, because the device is still broken.
const DISMISSED = "silent-devices-dismissed";

/**
 * Warns at the top of every page that a device of this person shows no notification any more, and links to the
 * repair.
 *
 * @property {Device[]} devices
 */
export class SilentDevices extends LitElement {
  static properties = { devices: { attribute: false }, dismissed: { state: true } };

  static styles = [
    shared,
    css`
      p {
        display: flex;
        gap: var(--space-3);
        align-items: center;
        padding-inline: max(var(--space-4), env(safe-area-inset-left)) max(var(--space-1), env(safe-area-inset-right));
        background: var(--danger-tint);
        color: var(--danger);
        font-size: var(--text-s);
      }

      .text {
        flex: 1;
        min-width: 0;
        padding-block: var(--space-2);
      }

      /* Inside the sentence, but large enough for a fingertip. */
      a {
        padding-block: var(--space-3);
        color: inherit;
        font-weight: 650;
        white-space: nowrap;
      }

      .icon-button {
        color: inherit;
      }
    `,
  ];

  constructor() {
    super();
    /** @type {Device[]} */
    this.devices = [];
    this.dismissed = sessionStorage.getItem(DISMISSED) !== null;
  }

  /** @override */
  render() {
    const silent = this.devices.filter(({ is_silent }) => is_silent);
    if (silent.length === 0 || this.dismissed) return nothing;
    const names = list(silent.map(({ label }) => label || t("unknownDevice")));
    return html`<p role="status">
      ${icons.warning}
      <span class="text">${t("silentNotice", { n: silent.length, names })} <a href="/notifications">${t("repair")}</a></span>
      <button class="icon-button" aria-label=${t("dismiss")} @click=${this.#dismiss}>${icons.close}</button>
    </p>`;
  }

  #dismiss() {
    sessionStorage.setItem(DISMISSED, "1");
    this.dismissed = true;
  }
}

customElements.define("silent-devices", SilentDevices);
