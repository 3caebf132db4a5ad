import { css, html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";

import { shared } from "#core/shared-styles.js";
import { TurnElement } from "#core/turn-element.js";

import { isPicture } from "../files.js";
import { t } from "../i18n/index.js";
import "./attachment-tile.js";

/** @import { Attachment, Sending } from "../types.js" */

/**
 * The files of one message: the photos together, then one line per document.
 *
 * @property {Attachment[]} files in the order of the message
 * @property {ReadonlyMap<string, Sending> | null} sendings uploads of this browser, by file id
 */
export class AttachmentSet extends TurnElement {
  static properties = { files: { attribute: false }, sendings: { attribute: false } };

  static styles = [
    shared,
    css`
      :host {
        display: grid;
        gap: var(--space-1);
      }

      ul {
        display: grid;
        gap: 4px;
        width: var(--set-width, min(20rem, 64vw));
        width: round(down, var(--set-width, min(20rem, 64vw)), 2px);
      }

      .pictures {
        grid-template-columns: 1fr 1fr;
      }

      .pictures.is-one {
        grid-template-columns: 1fr;
        width: fit-content;
      }

      /* At most as high as one movement of a thumb scrolls. */
      .is-one attachment-tile {
        width: min(var(--set-width, 20rem), 22rem * var(--ratio, 1));
      }

      .pictures.is-many {
        grid-template-columns: 1fr 1fr 1fr;
      }

      .pictures.is-three li:first-child {
        grid-row: span 2;
        grid-column: span 2;
      }

      .pictures.is-three {
        grid-template-columns: 1fr 1fr 1fr;
      }
    `,
  ];

  constructor() {
    super();
    /** @type {Attachment[]} */
    this.files = [];
    /** @type {ReadonlyMap<string, Sending> | null} */
    this.sendings = null;
  }

  /** @override */
  render() {
    const pictures = this.files.filter(isPicture);
    const others = this.files.filter((file) => !isPicture(file));
    return html`${pictures.length > 0 ? this.#pictures(pictures) : nothing} ${others.length > 0 ? this.#others(others) : nothing}`;
  }

  /** @param {Attachment[]} files */
  #pictures(files) {
    const size = { 1: "is-one", 2: "", 3: "is-three", 4: "" }[files.length] ?? "is-many";
    return html`<ul class="pictures ${size}" aria-label=${t("photos", { n: files.length })}>
      ${this.#tiles(files)}
    </ul>`;
  }

  /** @param {Attachment[]} files */
  #others(files) {
    return html`<ul aria-label=${t("files", { n: files.length })}>
      ${this.#tiles(files)}
    </ul>`;
  }

  /** @param {Attachment[]} files */
  #tiles(files) {
    const isAlone = files.length === 1;
    return repeat(
      files,
      ({ id }) => id,
      (file) => html`<li>
        <attachment-tile .file=${file} .sending=${this.sendings?.get(file.id) ?? null} ?alone=${isAlone}></attachment-tile>
      </li>`,
    );
  }
}

customElements.define("attachment-set", AttachmentSet);
