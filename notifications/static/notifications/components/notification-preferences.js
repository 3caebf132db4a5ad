import { LitElement, css, html } from "lit";

import { ApiError } from "#core/api.js";
import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";

import { t } from "../i18n/preferences/index.js";
import * as api from "../notifications-api.js";
import * as push from "../push.js";
import "./device-list.js";
import "./device-storage.js";
import "./email-preferences.js";
import "./muted-list.js";
import "./push-switch.js";
import "./quiet-hours.js";

/** @import { Device, Preferences, PushState } from "../types.js" */

const NOTICE_MS = 5_000;

/**
 * The page of notification preferences. Each change is saved at once and confirmed.
 *
 * @property {string} home the address of the messages
 * @property {{ preferences: Preferences, devices: Device[] } | null} first the state that the server wrote in the page
 */
export class NotificationPreferences extends LitElement {
  static properties = {
    home: {},
    first: { attribute: false },
    preferences: { state: true },
    devices: { state: true },
    pushState: { state: true },
    here: { state: true },
    busy: { state: true },
    notice: { state: true },
  };

  static styles = [
    shared,
    css`
      :host {
        display: block;
        flex: 1;
        min-height: 0;
        overflow-y: auto;
      }

      .page {
        display: grid;
        gap: var(--space-4);
        max-width: 40rem;
        padding: var(--space-4) max(var(--space-4), env(safe-area-inset-right)) max(var(--space-7), env(safe-area-inset-bottom))
          max(var(--space-4), env(safe-area-inset-left));
        margin-inline: auto;
      }

      header {
        display: flex;
        gap: var(--space-1);
        align-items: center;
      }

      header .icon-button {
        margin-inline-start: calc(-1 * var(--space-3));
      }

      h1 {
        padding: 0;
        margin: 0;
        font-size: var(--text-xl);
        letter-spacing: -0.015em;
      }

      .card {
        padding: var(--space-4);
        border: 1px solid var(--line);
        border-radius: var(--radius-m);
        background: var(--surface);
      }

      .toast {
        position: fixed;
        inset-block-end: max(var(--space-4), env(safe-area-inset-bottom));
        inset-inline: var(--space-4);
        z-index: 5;
        display: grid;
        justify-items: center;
        pointer-events: none;
      }

      .toast p {
        max-width: 34rem;
        padding: var(--space-3) var(--space-4);
        border-radius: var(--radius-m);
        background: var(--chrome);
        box-shadow: var(--shadow-high);
        color: var(--on-chrome);
      }
    `,
  ];

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #noticeTimer;

  /** The ids of devices that were removed on this page. @type {Set<string>} */
  #removed = new Set();

  constructor() {
    super();
    this.home = "/";
    /** @type {{ preferences: Preferences, devices: Device[] } | null} */
    this.first = null;
    /** @type {Preferences | null} */
    this.preferences = null;
    /** @type {Device[]} */
    this.devices = [];
    /** @type {PushState | ""} */
    this.pushState = "";
    this.here = "";
    this.busy = false;
    this.notice = "";
  }

  /** @override */
  connectedCallback() {
    super.connectedCallback();
    addEventListener("hashchange", this.#showPart);
    void this.#look();
    void this.#watchPermission();
  }

  /** @override @param {import("lit").PropertyValues} changed */
  willUpdate(changed) {
    if (!changed.has("first") || !this.first) return;
    this.preferences = this.first.preferences;
    this.devices = this.first.devices;
  }

  /** @override */
  render() {
    return html`<div
        class="page"
        @preferences-change=${(/** @type {CustomEvent} */ event) => this.#save(event.detail.changes)}
        @push-on=${() => this.#attempt(() => this.#turnOn())}
        @push-off=${() => this.#attempt(() => this.#turnOff())}
        @device-test=${(/** @type {CustomEvent} */ event) => this.#attempt(() => this.#test(event.detail.device))}
        @device-remove=${(/** @type {CustomEvent} */ event) => this.#attempt(() => this.#remove(event.detail.device))}
        @emails-again=${() => this.#attempt(() => this.#emailsAgain())}
        @unmute=${(/** @type {CustomEvent} */ event) => this.#attempt(() => this.#unmute(event.detail.id))}
      >
        <header>
          <a class="icon-button" href=${this.home} aria-label=${t("back")}>${icons.back}</a>
          <h1>${t("title")}</h1>
        </header>
        <push-switch class="card" .state=${this.pushState} ?busy=${this.busy}></push-switch>
        <device-list id="devices" class="card" .devices=${this.devices} here=${this.here}></device-list>
        <email-preferences class="card" .preferences=${this.preferences}></email-preferences>
        <quiet-hours id="quiet-hours" class="card" .preferences=${this.preferences}></quiet-hours>
        <muted-list class="card" .muted=${this.preferences?.muted ?? []}></muted-list>
        <device-storage class="card"></device-storage>
      </div>
      <div class="toast" role="status">${this.notice ? html`<p>${this.notice}</p>` : ""}</div>`;
  }

  /** @override */
  disconnectedCallback() {
    super.disconnectedCallback();
    removeEventListener("hashchange", this.#showPart);
  }

  /** @override */
  firstUpdated() {
    // The parts have their content a moment after this element has its own.
    requestAnimationFrame(this.#showPart);
  }

  /** Show the part that the address names: the browser does not look for it in here. The profile menu leads to it. */
  #showPart = () => {
    const root = /** @type {ShadowRoot} */ (this.renderRoot);
    root.getElementById(location.hash.slice(1))?.scrollIntoView();
    /** @type {HTMLElement | null} */ (document.querySelector("[popover]:popover-open"))?.hidePopover();
  };

  async #look() {
    this.pushState = await push.state();
    this.here = await push.endpoint();
    // The start may have made, renewed or given up a device.
    const listed = await api.listDevices().catch(() => this.devices);
    // One may have been removed since this was asked.
    this.devices = listed.filter(({ id }) => !this.#removed.has(id));
  }

  /** Show at once that the permission was given or withdrawn in the settings of the browser. */
  async #watchPermission() {
    const permission = await navigator.permissions?.query({ name: "notifications" });
    permission?.addEventListener("change", () => {
      push.restart().catch(() => undefined);
      void this.#look();
    });
  }

  async #turnOn() {
    const device = await push.turnOn();
    if (!device) this.#tell(t("notAllowed"));
    await this.#look();
  }

  async #turnOff() {
    await push.turnOff();
    await this.#look();
  }

  /** @param {Device} device */
  async #test(device) {
    await api.testDevice(device.id);
    this.#tell(t("tested"));
  }

  /** @param {Device} device */
  async #remove(device) {
    if (device.endpoint === this.here) return this.#turnOff();
    await api.forgetDevice(device.id);
    this.#removed.add(device.id);
    this.devices = this.devices.filter(({ id }) => id !== device.id);
  }

  async #emailsAgain() {
    this.preferences = await api.sendEmailsAgain();
    this.#tell(t("addressTried"));
  }

  /** @param {string} id */
  async #unmute(id) {
    await api.mute(id, false);
    if (!this.preferences) return;
    this.preferences = { ...this.preferences, muted: this.preferences.muted.filter((each) => each.id !== id) };
  }

  /** @param {Partial<Preferences>} changes */
  #save(changes) {
    return this.#attempt(async () => {
      this.preferences = await api.changePreferences(changes);
      if (changes.locale) location.reload();
      else this.#tell(t("saved"));
    });
  }

  /** @param {() => Promise<unknown>} act */
  async #attempt(act) {
    this.busy = true;
    try {
      await act();
    } catch (error) {
      if (!(error instanceof ApiError)) console.warn(error);
      this.#tell(error instanceof ApiError ? t("failed", { reason: error.message }) : t("noNetwork"));
      // Show what is saved again.
      this.preferences = this.preferences && { ...this.preferences };
    } finally {
      this.busy = false;
    }
  }

  /** @param {string} text */
  #tell(text) {
    this.notice = text;
    clearTimeout(this.#noticeTimer);
    this.#noticeTimer = setTimeout(() => (this.notice = ""), NOTICE_MS);
  }
}

customElements.define("notification-preferences", NotificationPreferences);
