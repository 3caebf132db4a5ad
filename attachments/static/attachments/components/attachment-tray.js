import { css, html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";

import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";
import { TurnElement } from "#core/turn-element.js";

import { extensionOf } from "../extension.js";
import { asAttachment, isShut, sizeLabel, stateLabel } from "../files.js";
import { t } from "../i18n/index.js";

/** @import { Sending } from "../types.js" */

/**
 * The files chosen for the message in the composer, shown above its text field. Sends `file-remove` {id},
 * `attachment-retry` {id}, `location-choice` {keeps}, `size-choice` {isOriginal} and `refusals-dismiss`.
 *
 * @property {Sending[]} sendings
 * @property {string[]} refusals the reasons why other files were refused
 */
export class AttachmentTray extends TurnElement {
  static properties = { sendings: { attribute: false }, refusals: { attribute: false } };

  static styles = [
    shared,
    css`
      :host {
        display: grid;
        gap: var(--space-2);
      }

      :host(:not([hidden])) {
        padding-block-end: var(--space-2);
      }

      ul {
        display: flex;
        gap: var(--space-2);
        align-items: flex-start;
        padding: var(--space-2) var(--space-2) var(--space-1) 0;
        overflow-x: auto;
        scrollbar-width: thin;
      }

      li {
        position: relative;
        flex: none;
        width: 5.5rem;
      }

      li.is-wide {
        width: 13rem;
      }

      .thumb {
        position: relative;
        display: flex;
        gap: var(--space-2);
        align-items: center;
        height: 5.5rem;
        overflow: hidden;
        border: 1px solid var(--line);
        border-radius: var(--radius-m);
        background: var(--surface-sunken);
      }

      .is-wide .thumb {
        padding: var(--space-2) var(--space-3);
      }

      /* Files that need a decision come first, with their whole text. */
      li.is-bad {
        order: -1;
        width: min(17rem, 75vw);
      }

      .is-bad .thumb {
        height: auto;
        min-height: 5.5rem;
        border-color: var(--danger);
      }

      img {
        flex: none;
        width: 100%;
        height: 100%;
        object-fit: cover;
      }

      .text {
        display: grid;
        min-width: 0;
      }

      .name {
        overflow: hidden;
        font-size: var(--text-s);
        font-weight: 600;
        text-overflow: ellipsis;
        white-space: nowrap;
      }

      .state {
        color: var(--ink-soft);
        font-size: var(--text-xs);
        font-variant-numeric: tabular-nums;
      }

      .is-bad .state {
        color: var(--danger);
      }

      li:not(.is-wide) .state {
        position: absolute;
        inset-block-end: 0;
        inset-inline: 0;
        padding: 1px var(--space-1) 3px;
        background: #10161e;
        color: #fff;
        text-align: center;
      }

      .remove {
        position: absolute;
        inset-block-start: -0.5rem;
        inset-inline-end: -0.5rem;
        display: grid;
        place-items: center;
        width: 1.75rem;
        height: 1.75rem;
        padding: 0;
        border: 2px solid var(--surface);
        border-radius: var(--radius-full);
        background: var(--ink);
        color: var(--surface);
      }

      .remove .icon {
        width: 0.875rem;
        height: 0.875rem;
        stroke-width: 3;
      }

      progress {
        position: absolute;
        inset-block-end: 0;
        inset-inline: 0;
        width: 100%;
        height: 3px;
        border: 0;
        appearance: none;
        background: var(--line);
      }

      progress::-webkit-progress-bar {
        background: var(--line);
      }

      progress::-webkit-progress-value {
        background: var(--focus);
      }

      progress::-moz-progress-bar {
        background: var(--focus);
      }

      .retry {
        min-height: 1.75rem;
        padding: 0;
        border: 0;
        background: none;
        color: var(--brand-text);
        font-size: var(--text-xs);
        font-weight: 650;
        text-align: start;
        text-decoration: underline;
      }

      .place {
        display: flex;
        flex-wrap: wrap;
        gap: 0 var(--space-3);
        align-items: center;
        color: var(--ink-soft);
        font-size: var(--text-xs);
      }

      .place label {
        display: inline-flex;
        gap: var(--space-2);
        align-items: center;
        min-height: 2rem;
        color: var(--ink);
        font-weight: 600;
      }

      .place input {
        width: 1.125rem;
        height: 1.125rem;
        margin: 0;
        accent-color: var(--brand);
      }

      .unkept {
        color: var(--danger);
        font-size: var(--text-xs);
      }

      .refusals {
        display: flex;
        gap: var(--space-2);
        align-items: flex-start;
        padding: var(--space-2) var(--space-3);
        border-radius: var(--radius-m);
        background: var(--danger-tint);
        color: var(--danger);
        font-size: var(--text-s);
      }

      .refusals > div {
        flex: 1;
        min-width: 0;
        overflow-wrap: anywhere;
      }

      .refusals button {
        width: 2rem;
        height: 2rem;
        margin-block: -0.25rem;
        color: inherit;
      }

      @media (hover: none) {
        .place label {
          min-height: var(--touch);
        }
      }
    `,
  ];

  constructor() {
    super();
    /** @type {Sending[]} */
    this.sendings = [];
    /** @type {string[]} */
    this.refusals = [];
  }

  /** @override */
  render() {
    const { sendings, refusals } = this;
    const photos = sendings.filter(({ kind }) => kind === "image");
    return html`
      <div role="alert">${refusals.length > 0 ? this.#refusals(refusals) : nothing}</div>
      ${sendings.length > 0
        ? html`<ul aria-label=${t("chosenFiles")}>
            ${repeat(sendings, ({ id }) => id, (sending) => this.#chosen(sending))}
          </ul>`
        : nothing}
      ${photos.length > 0 ? this.#placeChoice(photos.some(({ keepsLocation }) => keepsLocation)) : nothing}
      ${this.#sizeChoice(photos.filter(({ canReduce, keepsLocation }) => canReduce && !keepsLocation))}
      ${sendings.some(({ isUnkept }) => isUnkept) ? html`<p class="unkept">${t("unkept")}</p>` : nothing}
    `;
  }

  /** @param {string[]} refusals */
  #refusals(refusals) {
    return html`<div class="refusals">
      <div>${refusals.map((refusal) => html`<p>${refusal}</p>`)}</div>
      <button type="button" class="icon-button" aria-label=${t("dismiss")} @click=${() => this.#send("refusals-dismiss", {})}>
        ${icons.close}
      </button>
    </div>`;
  }

  /** @param {Sending} sending */
  #chosen(sending) {
    const { id, size, step, share, picture, server, error } = sending;
    // The server may have given it the extension of what its bytes are.
    const name = server?.name ?? sending.name;
    const refusal = error || (server && isShut(server) ? server.reason : "");
    const label = refusal ? t("notSentInMessage", { reason: refusal }) : stateLabel(asAttachment(sending), sending);
    const isSettled = server?.status === "ready";
    const isWide = !picture || refusal !== "";
    return html`<li class="${isWide ? "is-wide" : ""} ${refusal ? "is-bad" : ""}">
      <div class="thumb" title=${`${name} (${sizeLabel(size)})`}>
        ${isWide ? html`${refusal ? icons.warning : icons.document}` : html`<img src=${picture} alt=${name} />`}
        <span class="text">
          ${isWide ? html`<span class="name">${name}</span>` : nothing}
          ${isSettled && !isWide ? nothing : html`<span class="state">${isSettled ? this.#about(name, size) : label}</span>`}
          ${step === "failed" ? html`<button type="button" class="retry" @click=${() => this.#send("attachment-retry", { id })}>${t("retry")}</button>` : nothing}
        </span>
        ${step === "sending" ? html`<progress max="1" .value=${share} aria-label=${`${name} – ${label}`}></progress>` : nothing}
      </div>
      <button type="button" class="remove" aria-label=${t("removeFile", { name })} @click=${() => this.#send("file-remove", { id })}>
        ${icons.close}
      </button>
    </li>`;
  }

  /** @param {string} name @param {number} size */
  #about(name, size) {
    return `${extensionOf(name).toUpperCase()} · ${sizeLabel(size)}`;
  }

  /** @param {boolean} keeps */
  #placeChoice(keeps) {
    return html`<div class="place">
      <label>
        <input type="checkbox" .checked=${keeps} @change=${this.#onPlace} />${t("sendOriginals")}
      </label>
      <span>${t(keeps ? "locationKept" : "locationRemoved")}</span>
    </div>`;
  }

  /** @param {Event} event */
  #onPlace(event) {
    this.#send("location-choice", { keeps: /** @type {HTMLInputElement} */ (event.target).checked });
  }

  /** @param {Sending[]} photos that can be made smaller */
  #sizeChoice(photos) {
    if (photos.length === 0) return nothing;
    const isOriginal = photos.every((photo) => photo.isOriginal);
    const isBusy = !isOriginal && photos.some(({ step }) => step === "queued" || step === "preparing");
    const size = sizeLabel(photos.reduce((total, photo) => total + photo.size, 0));
    return html`<div class="place">
      <label>
        <input type="checkbox" .checked=${isOriginal} @change=${this.#onSize} />${t("originalSize")}
      </label>
      <span>${isBusy ? t("sizeReducing") : t(isOriginal ? "sizeKept" : "sizeReduced", { size, n: photos.length })}</span>
    </div>`;
  }

  /** @param {Event} event */
  #onSize(event) {
    this.#send("size-choice", { isOriginal: /** @type {HTMLInputElement} */ (event.target).checked });
  }

  /**
   * @param {string} type
   * @param {object} detail
   */
  #send(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}

customElements.define("attachment-tray", AttachmentTray);
