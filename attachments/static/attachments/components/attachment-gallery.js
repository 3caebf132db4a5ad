import { html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";

import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";
import { TurnElement } from "#core/turn-element.js";

import { addresses } from "../addresses.js";
import { contentUrl } from "../attachments-api.js";
import { savesData } from "../data-saver.js";
import { sizeLabel } from "../files.js";
import { t } from "../i18n/index.js";
import { lightboxStyles } from "./attachment-gallery-styles.js";

/**
 * @import { Attachment } from "../types.js"
 * @typedef {{ file: Attachment, isMine: boolean, caption: string }} LightboxPhoto
 */

const SWIPE_PX = 48;

/**
 * The lightbox: shows photos one by one over the page. `open` shows it. The arrow keys, a swipe and Escape work, and
 * closing returns the focus to where it was.
 *
 * @fires {CustomEvent<{ id: string }>} photo-shown - at each step
 * @fires {CustomEvent<{}>} photo-close - it was closed
 */
export class AttachmentGallery extends TurnElement {
  static properties = {
    items: { state: true },
    index: { state: true },
    isOpen: { state: true },
    loaded: { state: true },
    shareState: { state: true },
  };

  static styles = [shared, lightboxStyles];

  /** @type {{ x: number, y: number } | null} */
  #touch = null;
  /** The file to share. Browsers allow sharing only just after a tap, and the download may take longer than that. @type {{ id: string, file: File } | null} */
  #prepared = null;

  constructor() {
    super();
    /** @type {LightboxPhoto[]} */
    this.items = [];
    this.index = 0;
    this.isOpen = false;
    /** The id of the photo that is loaded: its placeholder is removed, or it would mix its colours with the photo's. */
    this.loaded = "";
    /** @type {"" | "busy" | "again" | "failed"} */
    this.shareState = "";
  }

  /**
   * Show photos over the page.
   *
   * @param {LightboxPhoto[]} items in the order to show
   * @param {string} id of the first photo to show
   */
  async open(items, id) {
    this.items = items;
    this.index = Math.max(0, items.findIndex(({ file }) => file.id === id));
    this.isOpen = items.length > 0;
    this.shareState = "";
    await this.updateComplete;
    if (this.isOpen && !this.#dialog?.open) this.#dialog?.showModal();
  }

  /** Close it. */
  close() {
    this.#dialog?.close();
  }

  /** @override */
  render() {
    const shown = this.items[this.index];
    if (!this.isOpen || !shown) return nothing;
    const { file, caption } = shown;
    return html`<dialog aria-label=${t("lightbox")} @close=${this.#onClose} @keydown=${this.#onKey}>
      <div class="head">
        <span class="count" role="status">${t("place", { n: this.index + 1, total: this.items.length })}</span>
        ${this.#buttons(shown)}
      </div>
      <div class="stage" @pointerdown=${this.#onDown} @pointerup=${this.#onUp} @pointercancel=${() => (this.#touch = null)}>
        ${repeat([file], ({ id }) => id, () => this.#photo(file))}
        ${this.items.length > 1 ? this.#arrows() : nothing}
      </div>
      <div class="foot">
        <p><b>${file.name}</b> ${caption}</p>
        <p>${[sizeLabel(file.size), this.#aboutPlace(file), file.reason].filter(Boolean).join(" · ")}</p>
      </div>
    </dialog>`;
  }

  /** A new element for each photo, or the former one stays on screen until the next is loaded. @param {Attachment} file */
  #photo(file) {
    const blur = file.placeholder && this.loaded !== file.id ? html`<img class="blur" src=${file.placeholder} alt="" />` : nothing;
    return html`${blur}<img
        class="full"
        src=${addresses.preview(file.id, 1280, this) ?? nothing}
        alt=${file.name}
        draggable="false"
        width=${file.width ?? nothing}
        height=${file.height ?? nothing}
        @load=${() => (this.loaded = file.id)}
      />`;
  }

  /** @param {LightboxPhoto} shown */
  #buttons({ file, isMine }) {
    return html`
      ${isMine && file.location === "removed"
        ? html`<a class="action is-worded" href=${contentUrl(file.id, { original: true })} download
            @click=${(/** @type {MouseEvent} */ event) => addresses.follow(event, file.id, { original: true })}>${icons.place}<span>${t("downloadOriginal")}</span></a>`
        : nothing}
      ${"share" in navigator ? this.#shareButton(file) : nothing}
      <a class="action" href=${contentUrl(file.id)} download aria-label=${t("download")} title=${t("download")}
        @click=${(/** @type {MouseEvent} */ event) => addresses.follow(event, file.id)}>${icons.download}</a>
      <button class="action" aria-label=${t("close")} title=${t("close")} @click=${this.close}>${icons.close}</button>
    `;
  }

  /** @param {Attachment} file */
  #shareButton(file) {
    const label = { "": "", busy: "…", again: t("shareAgain"), failed: t("shareFailed") }[this.shareState];
    return html`<button class="action ${label ? "is-worded" : ""}" aria-label=${t("share")} title=${t("share")} @click=${() => this.#share(file)}>
      ${icons.share}${label ? html`<span role="status">${label}</span>` : nothing}
    </button>`;
  }

  #arrows() {
    return html`
      <button class="arrow previous" aria-label=${t("previous")} ?disabled=${this.index === 0} @click=${() => this.#go(-1)}>${icons.previous}</button>
      <button class="arrow next" aria-label=${t("next")} ?disabled=${this.index === this.items.length - 1} @click=${() => this.#go(1)}>
        ${icons.next}
      </button>
    `;
  }

  /** @param {Attachment} file */
  #aboutPlace({ location }) {
    if (location === "removed") return t("locationWasRemoved");
    return location === "kept" ? t("locationWasKept") : "";
  }

  /** @override */
  updated() {
    // Load the next photo early.
    const next = this.items[this.index + 1];
    const address = this.isOpen && next && !savesData() && addresses.preview(next.file.id, 1280, this);
    if (address) new Image().src = address;
  }

  /** @param {number} index */
  #show(index) {
    const next = Math.min(this.items.length - 1, Math.max(0, index));
    if (next === this.index) return;
    this.index = next;
    this.shareState = "";
    this.#send("photo-shown", { id: this.items[next]?.file.id });
  }

  /** @param {-1 | 1} step */
  #go(step) {
    this.#show(this.index + step);
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.key === "ArrowLeft") this.#go(-1);
    if (event.key === "ArrowRight") this.#go(1);
    if (event.key === "Home") this.#show(0);
    if (event.key === "End") this.#show(this.items.length - 1);
  }

  /** @param {PointerEvent} event */
  #onDown({ clientX: x, clientY: y, pointerType, isPrimary }) {
    // A second finger pinches, and one finger moves a zoomed picture: neither is a swipe.
    const isZoomed = (visualViewport?.scale ?? 1) > 1.05;
    this.#touch = pointerType === "mouse" || !isPrimary || isZoomed ? null : { x, y };
  }

  /** @param {PointerEvent} event */
  #onUp({ clientX, clientY }) {
    if (!this.#touch) return;
    const [across, along] = [clientX - this.#touch.x, clientY - this.#touch.y];
    this.#touch = null;
    if (Math.abs(across) > SWIPE_PX && Math.abs(across) > 1.5 * Math.abs(along)) this.#go(across > 0 ? -1 : 1);
  }

  /** @param {Attachment} file */
  async #share(file) {
    this.shareState = "busy";
    try {
      if (this.#prepared?.id !== file.id) this.#prepared = { id: file.id, file: await download(file) };
      await navigator.share({ files: [this.#prepared.file] });
      this.shareState = "";
    } catch (error) {
      const name = error instanceof Error ? error.name : "";
      this.shareState = name === "AbortError" ? "" : name === "NotAllowedError" && this.#prepared ? "again" : "failed";
    }
  }

  #onClose() {
    this.isOpen = false;
    this.loaded = "";
    this.#prepared = null;
    this.#send("photo-close", {});
  }

  /**
   * @param {string} type
   * @param {object} detail
   */
  #send(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }

  get #dialog() {
    return this.renderRoot.querySelector("dialog");
  }
}

/** @param {Attachment} file */
async function download({ id, name, content_type }) {
  const response = await fetch(await addresses.open(id));
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return new File([await response.blob()], name, { type: content_type });
}

customElements.define("attachment-gallery", AttachmentGallery);
