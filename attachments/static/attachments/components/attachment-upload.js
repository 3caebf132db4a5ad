import { css, html, nothing } from "lit";

import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";
import { TurnElement } from "#core/turn-element.js";

import { acceptOf, checked, sizeLabel } from "../files.js";
import { t } from "../i18n/index.js";

/** @import { Limits } from "#core/types.js" */

/**
 * Lets a person choose files by a button, the camera of a phone, a drop anywhere on the page, or a paste. Sends
 * `files-chosen` {files} with the accepted files, and `files-refused` {refusals} with the reasons for the others.
 *
 * @property {number} count number of files that the message already has
 * @property {Limits | null} limits the `limits` of GET /me; without them the server alone refuses
 * @property {boolean} worded shows text on the buttons
 */
export class AttachmentUpload extends TurnElement {
  static properties = { count: { type: Number }, limits: { attribute: false }, worded: { type: Boolean }, isOver: { state: true } };

  static styles = [
    shared,
    css`
      :host {
        display: flex;
        flex: none;
        flex-wrap: wrap;
      }

      :host([worded]) {
        gap: var(--space-2);
        align-items: center;
      }

      .hint {
        color: var(--ink-soft);
        font-size: var(--text-xs);
      }

      /* A device with a mouse offers no camera button. */
      .camera {
        display: none;
      }

      @media (max-width: 30rem) {
        .button {
          flex: 1 0 auto;
        }
      }

      @media (pointer: coarse) {
        .icon-button.camera {
          display: inline-grid;
        }

        .button.camera {
          display: inline-flex;
        }
      }

      .veil {
        position: fixed;
        inset: var(--space-3);
        z-index: 10;
        display: grid;
        align-content: center;
        justify-items: center;
        gap: var(--space-2);
        border: 3px dashed var(--brand-text);
        border-radius: var(--radius-l);
        background: color-mix(in srgb, var(--brand-tint) 94%, transparent);
        color: var(--ink);
        pointer-events: none;
      }

      .veil .icon {
        width: 3rem;
        height: 3rem;
        color: var(--brand-text);
      }

      .veil b {
        font-size: var(--text-xl);
      }
    `,
  ];

  /** Number of elements entered and not left. `dragenter` of a child comes before `dragleave` of its parent. */
  #depth = 0;

  constructor() {
    super();
    this.count = 0;
    /** @type {Limits | null} */
    this.limits = null;
    this.worded = false;
    this.isOver = false;
  }

  /** @override */
  connectedCallback() {
    super.connectedCallback();
    for (const type of ["dragenter", "dragover", "dragleave", "drop"]) document.addEventListener(type, this.#onDrag);
    document.addEventListener("paste", this.#onPaste);
  }

  /** @override */
  disconnectedCallback() {
    for (const type of ["dragenter", "dragover", "dragleave", "drop"]) document.removeEventListener(type, this.#onDrag);
    document.removeEventListener("paste", this.#onPaste);
    super.disconnectedCallback();
  }

  /** @override */
  render() {
    return html`
      ${this.#button(".any", icons.attach, t("attach"))} ${this.#button(".shot", icons.camera, t("takePhoto"))}
      ${this.worded ? html`<span class="hint">${this.#hint}</span>` : nothing}
      <input class="any" type="file" multiple hidden tabindex="-1" accept=${acceptOf(this.limits)} @change=${this.#onChange} />
      <input class="shot" type="file" hidden tabindex="-1" accept="image/*" capture="environment" @change=${this.#onChange} />
      ${this.isOver ? html`<div class="veil">${icons.attach}<b>${t("dropHere")}</b><span>${this.#hint}</span></div>` : nothing}
    `;
  }

  /**
   * @param {".any" | ".shot"} input
   * @param {unknown} icon
   * @param {string} label
   */
  #button(input, icon, label) {
    const isCamera = input === ".shot" ? "camera" : "";
    const open = () => this.#open(input);
    return this.worded
      ? html`<button type="button" class="button ${isCamera}" @click=${open}>${icon}${label}</button>`
      : html`<button type="button" class="icon-button ${isCamera}" aria-label=${label} title=${label} @click=${open}>${icon}</button>`;
  }

  get #hint() {
    return this.limits ? t("dropHint", { max: sizeLabel(this.limits.file_max_bytes) }) : t("dropHintPlain");
  }

  /** @param {string} selector */
  #open(selector) {
    /** @type {HTMLInputElement | null} */ (this.renderRoot.querySelector(selector))?.click();
  }

  /** @param {Event} event */
  #onChange(event) {
    const input = /** @type {HTMLInputElement} */ (event.target);
    this.#take([...(input.files ?? [])]);
    // Reset, or choosing a removed file again would not fire `change`.
    input.value = "";
  }

  /** @param {Event} event */
  #onDrag = (event) => {
    const { dataTransfer, type } = /** @type {DragEvent} */ (event);
    if (!dataTransfer?.types.includes("Files")) return;
    // Otherwise the browser would leave the page and open the file.
    event.preventDefault();
    if (type === "dragenter") this.#depth++;
    if (type === "dragleave") this.#depth--;
    if (type === "drop") this.#depth = 0;
    this.isOver = this.#depth > 0;
    if (type === "drop") this.#take([...dataTransfer.files]);
  };

  /** @param {ClipboardEvent} event */
  #onPaste = (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    // A table copied from a spreadsheet comes as text and as a picture. The person means the text.
    if (files.length === 0 || event.clipboardData?.types.includes("text/plain")) return;
    event.preventDefault();
    this.#take(files.map(withTime));
  };

  /** @param {File[]} files */
  #take(files) {
    if (files.length === 0) return;
    const { accepted, refusals } = checked(files, this.count, this.limits);
    this.#send("files-refused", { refusals });
    if (accepted.length > 0) this.#send("files-chosen", { files: accepted });
  }

  /**
   * @param {string} type
   * @param {object} detail
   */
  #send(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}

/** Add the time to the name: browsers call every pasted picture image.png. @param {File} file */
function withTime(file) {
  if (!/^image\.\w+$/.test(file.name)) return file;
  const hour = new Date().toTimeString().slice(0, 8).replaceAll(":", "-");
  return new File([file], file.name.replace("image", `image-${hour}`), { type: file.type });
}

customElements.define("attachment-upload", AttachmentUpload);
