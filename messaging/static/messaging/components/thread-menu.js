import { css, html, nothing } from "lit";

import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";
import { TurnElement } from "#core/turn-element.js";

import { t } from "../i18n/index.js";

/**
 * What can be done with a whole conversation: search in it, print or export it, and for the company more. Sends `find-open`, and
 * `desk-action` {name} for one of `items`.
 *
 * @property {{ name: string, label: string, icon: unknown }[]} items what else is offered
 * @property {string} print the address of the page to print; without it, there is none
 * @property {string} pdf the address of the PDF; without it, there is none
 * @property {string} export the address of the page that exports it; without it, there is none
 */
export class ThreadMenu extends TurnElement {
  static properties = { items: { attribute: false }, print: {}, pdf: {}, export: {} };

  static styles = [
    shared,
    css`
      :host {
        position: relative;
        display: flex;
        gap: var(--space-2);
        flex: none;
      }

      .items {
        position: absolute;
        inset-block-start: 100%;
        inset-inline-end: 0;
        inset-inline-start: auto;
        z-index: 4;
        display: grid;
        overflow-y: auto;
        min-width: 14rem;
        max-height: calc(100dvh - 4.5rem);
        padding: var(--space-1);
        border: 1px solid var(--line);
        border-radius: var(--radius-m);
        margin: 0;
        background: var(--surface);
        box-shadow: var(--shadow-high);
      }

      .items:not(.is-open) {
        display: none;
      }

      .items > * {
        display: flex;
        gap: var(--space-3);
        align-items: center;
        min-height: var(--touch);
        padding-inline: var(--space-3);
        border: 0;
        border-radius: var(--radius-s);
        background: transparent;
        color: var(--ink);
        text-align: start;
        text-decoration: none;
        white-space: nowrap;
      }

      .items > :hover {
        background: var(--surface-hover);
      }

      .direct {
        display: none;
      }

      /* A wide header has room for the search. */
      @media (min-width: 48rem) {
        .direct {
          display: inline-grid;
        }

        .items .find,
        .is-find-only {
          display: none;
        }
      }
    `,
  ];

  #isOpen = false;

  constructor() {
    super();
    /** @type {{ name: string, label: string, icon: unknown }[]} */
    this.items = [];
    this.print = "";
    this.pdf = "";
    this.export = "";
  }

  /** @override */
  connectedCallback() {
    super.connectedCallback();
    addEventListener("pointerdown", this.#onOutside);
    this.addEventListener("keydown", this.#onKey);
  }

  /** @override */
  disconnectedCallback() {
    removeEventListener("pointerdown", this.#onOutside);
    this.removeEventListener("keydown", this.#onKey);
    super.disconnectedCallback();
  }

  /** @override */
  render() {
    return html`<button class="icon-button direct" aria-label=${t("find")} title=${t("find")} @click=${this.#find}>${icons.search}</button>
      <button class="icon-button toggle ${this.print || this.items.length > 0 ? "" : "is-find-only"}" aria-label=${t("moreActions")} title=${t("moreActions")} aria-expanded=${this.#isOpen} @click=${() => this.#set(!this.#isOpen)}>
        ${icons.more}
      </button>
      <div class="items ${this.#isOpen ? "is-open" : ""}">
        ${this.items.map(({ name, label, icon }) => html`<button @click=${() => this.#choose(name)}>${icon}${label}</button>`)}
        <button class="find" @click=${this.#find}>${icons.search}${t("find")}</button>
        ${this.print ? html`<a href=${this.print} target="_blank" @click=${() => this.#set(false)}>${icons.printer}${t("print")}</a>` : nothing}
        ${this.pdf ? html`<a href=${this.pdf} @click=${() => this.#set(false)}>${icons.document}${t("downloadPdf")}</a>` : nothing}
        ${this.export ? html`<a href=${this.export} @click=${() => this.#set(false)}>${icons.download}${t("export")}</a>` : nothing}
      </div>`;
  }

  /** @param {string} name */
  #choose(name) {
    this.#set(false);
    this.dispatchEvent(new CustomEvent("desk-action", { detail: { name }, bubbles: true, composed: true }));
  }

  #find() {
    this.#set(false);
    this.dispatchEvent(new CustomEvent("find-open", { bubbles: true, composed: true }));
  }

  /** @param {boolean} isOpen */
  #set(isOpen) {
    this.#isOpen = isOpen;
    this.requestUpdate();
  }

  /** The arrow keys move the focus; Escape gives it back, and leaves the conversation open. @param {KeyboardEvent} event */
  #onKey = (event) => {
    if (!this.#isOpen) return;
    const items = [.../** @type {NodeListOf<HTMLElement>} */ (this.renderRoot.querySelectorAll(".items > *"))].filter((item) => item.offsetParent);
    const at = items.indexOf(/** @type {HTMLElement} */ (this.shadowRoot?.activeElement));
    if (event.key !== "Escape" && event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    if (event.key === "Escape") this.#giveBack();
    else if (event.key === "ArrowDown") items[(at + 1) % items.length]?.focus();
    else items.at(at < 0 ? -1 : at - 1)?.focus();
  };

  #giveBack() {
    this.#set(false);
    /** @type {HTMLElement | null} */ (this.renderRoot.querySelector(".toggle"))?.focus();
  }

  /** @param {Event} event */
  #onOutside = (event) => {
    if (this.#isOpen && !event.composedPath().includes(this)) this.#set(false);
  };
}

customElements.define("thread-menu", ThreadMenu);
