import { LitElement, css, html, nothing } from "lit";

import { sizeLabel } from "#attachments/files.js";
import { savedHere } from "#core/saved-store.js";
import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";

import { t } from "../i18n/preferences/index.js";
import { install, installState } from "../install.js";
import { sizesHere } from "../sizes.js";
import { sectionStyles } from "./preference-styles.js";

/**
 * @import { InstallState } from "../install.js"
 * @import { Sizes } from "../sizes.js"
 */

/** What this device keeps to be read without a network: how much, emptying it, and installing the app. */
export class DeviceStorage extends LitElement {
  static properties = { sizes: { state: true }, persisted: { state: true }, installing: { state: true }, said: { state: true } };

  static styles = [
    shared,
    sectionStyles,
    css`
      .install {
        justify-self: start;
      }

      .buttons {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2);
      }
    `,
  ];

  constructor() {
    super();
    /** @type {Sizes | null} */
    this.sizes = null;
    this.persisted = false;
    /** @type {InstallState} */
    this.installing = "none";
    this.said = "";
  }

  /** @override */
  connectedCallback() {
    super.connectedCallback();
    addEventListener("install-state", this.#lookAtInstall);
    this.#lookAtInstall();
    void this.#measure();
  }

  /** @override */
  disconnectedCallback() {
    removeEventListener("install-state", this.#lookAtInstall);
    super.disconnectedCallback();
  }

  /** @override */
  render() {
    return html`<h2 id="device">${t("keptHere")}</h2>
      ${this.#kept()}
      <p class="hint">${t("keptHint")}</p>
      <div class="buttons">
        <button class="button" ?disabled=${!this.sizes?.kept} @click=${this.#empty}>${t("emptyHere")}</button>
        ${this.persisted ? nothing : html`<button class="button" @click=${this.#persist}>${t("persist")}</button>`}
      </div>
      <p role="status" class="hint">${this.said}</p>
      ${this.#install()}`;
  }

  #kept() {
    const { sizes } = this;
    if (!sizes) return nothing;
    const values = { size: onOneLine(sizes.kept), max: onOneLine(sizes.max), app: onOneLine(sizes.app) };
    const conversations = t("keptConversations", { n: sizes.conversations });
    const previews = t("keptPreviews", { n: sizes.previews });
    return html`<p>${t("keptSize", { ...values, conversations, previews })} ${sizes.app > 0 ? t("keptApp", values) : nothing}</p>
      ${this.persisted ? html`<p class="hint">${t("persisted")}</p>` : nothing}`;
  }

  #install() {
    switch (this.installing) {
      case "installed":
        return html`<p>${icons.check} ${t("isInstalled")}</p>`;
      case "offered":
        return html`<button class="button primary install" @click=${() => install()}>${t("install")}</button>`;
      default:
        // An iPhone is told how by `push-switch`, at the top of the page.
        return nothing;
    }
  }

  #lookAtInstall = () => {
    this.installing = installState();
  };

  async #measure() {
    this.persisted = (await navigator.storage?.persisted?.()) ?? true;
    this.sizes = await sizesHere();
  }

  async #empty() {
    const saved = await savedHere();
    await saved?.clear();
    saved?.close();
    await this.#measure();
    this.said = t("emptied");
  }

  async #persist() {
    this.persisted = (await navigator.storage?.persist?.()) ?? false;
    this.said = this.persisted ? "" : t("notPersisted");
  }
}

/** English writes a space before the unit, at which a line would break. @param {number} bytes */
const onOneLine = (bytes) => sizeLabel(bytes).replace(" ", "\u00a0");

customElements.define("device-storage", DeviceStorage);
