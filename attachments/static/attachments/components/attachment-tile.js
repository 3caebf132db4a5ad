import { html, nothing } from "lit";

import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";
import { TurnElement } from "#core/turn-element.js";

import { addresses } from "../addresses.js";
import { contentUrl } from "../attachments-api.js";
import { PREVIEW_BYTES, askFor, savesData, wasAskedFor } from "../data-saver.js";
import { extensionOf } from "../extension.js";
import { detailOf, isPicture, isShut, reasonOf, sizeLabel, stateLabel } from "../files.js";
import { t } from "../i18n/index.js";
import { tileStyles } from "./attachment-tile-styles.js";

/** @import { Attachment, Sending } from "../types.js" */

const ICONS = { image: icons.picture, pdf: icons.document, document: icons.document, video: icons.film, audio: icons.sound };

// Pictures are cropped to these ratios. Without them a panorama would be a line and a tall screenshot a whole screen.
const NARROWEST = 0.62;
const WIDEST = 2.2;

/**
 * One file and its state. A photo is a picture that opens, any other file a line that downloads. Sends
 * `attachment-open` {id}, `attachment-retry` {id} and `attachment-cancel` {id}.
 *
 * @property {Attachment} file
 * @property {Sending | null} sending the upload, if this browser sends the file
 * @property {boolean} alone shows the only picture of a message in its own proportions, not as a square
 */
export class AttachmentTile extends TurnElement {
  static properties = {
    file: { attribute: false },
    sending: { attribute: false },
    alone: { type: Boolean, reflect: true },
    isLoaded: { state: true },
    isUnplayable: { state: true },
  };

  static styles = [shared, tileStyles];

  /** The sound was read once, so an error later is not its format's. */
  #isPlayed = false;
  /** The page came with the small picture (messaging/inbox.html), so no blur takes its place. */
  #cameWithPage = false;

  constructor() {
    super();
    /** @type {Attachment | null} */
    this.file = null;
    /** @type {Sending | null} */
    this.sending = null;
    this.alone = false;
    this.isLoaded = false;
    this.isUnplayable = false;
  }

  /** @override */
  willUpdate() {
    const { width, height } = this.#size;
    const ratio = width && height ? Math.min(WIDEST, Math.max(NARROWEST, width / height)) : 4 / 3;
    this.style.setProperty("--ratio", String(this.alone ? ratio : 1));
  }

  /** @override */
  render() {
    const { file } = this;
    if (!file) return nothing;
    return isPicture(file) ? this.#picture(file) : this.#row(file);
  }

  /** @param {Attachment} file */
  #picture(file) {
    const state = stateLabel(file, this.sending);
    const isReady = file.status === "ready";
    if (isReady && this.#isHeldBack(file)) return this.#offer(file);
    return html`<button
        class="picture"
        ?disabled=${!isReady}
        aria-label=${isReady ? t("openFile", { name: file.name }) : `${file.name} – ${state}`}
        @click=${() => this.#send("attachment-open")}
      >
        ${this.#image(file)} ${file.kind === "video" ? html`<span class="play">${icons.film}</span>` : nothing}
        ${state ? html`<span class="chip">${state}</span>` : nothing}
      </button>
      ${this.#progress()} ${this.#acts(file)} ${this.alone ? this.#error() : nothing}`;
  }

  /** @param {Attachment} file */
  #isHeldBack({ id, has_preview }) {
    return has_preview && savesData() && !wasAskedFor(id);
  }

  /** Show what the server sent with the message, and load the picture on a tap. @param {Attachment} file */
  #offer(file) {
    const size = t("aboutSize", { size: sizeLabel(PREVIEW_BYTES) });
    return html`<button class="picture" aria-label=${t("showFile", { name: file.name, size })} @click=${() => this.#show(file)}>
      ${file.placeholder ? html`<img class="blur" src=${file.placeholder} alt="" />` : html`<span class="blank">${ICONS[file.kind]}</span>`}
      <span class="offer"><b>${t("showPicture")}</b>${size}</span>
    </button>`;
  }

  /** @param {Attachment} file */
  #show({ id }) {
    askFor(id);
    this.requestUpdate();
  }

  /** @param {Attachment} file */
  #image(file) {
    const isReady = file.status === "ready";
    const own = this.sending?.picture ?? "";
    // The person's own photo is on screen already.
    if (own) askFor(file.id);
    if (!isReady && !own) return html`<span class="blank">${ICONS[file.kind]}</span>`;
    const { width, height } = this.#size;
    const sides = [Math.round((320 * (width ?? 1)) / Math.max(width ?? 1, height ?? 1)), width ?? 320];
    const [small, large] = isReady ? [addresses.preview(file.id, 320, this), addresses.preview(file.id, 1280, this)] : [];
    const full = isReady
      ? html`<img
          class=${this.isLoaded ? "full is-there" : "full"}
          src=${small ?? nothing}
          srcset=${small && !savesData() ? `${small} ${sides[0]}w, ${large} ${4 * Number(sides[0])}w` : nothing}
          sizes=${this.alone ? "20rem" : "10rem"}
          alt=${file.name}
          loading="lazy"
          decoding="async"
          @load=${() => (this.isLoaded = true)}
        />`
      : html`<img class="full is-there" src=${own} alt=${file.name} decoding="async" />`;
    return html`${this.#behind(file, small)}${full}`;
  }

  /** What stands until the picture is there: the small one that came with the page, or else a blur. @param {Attachment} file @param {string | null} [small] */
  #behind(file, small) {
    this.#cameWithPage ||= Boolean(small && document.querySelector(`s-attachment-tile img[src=${JSON.stringify(small)}]`));
    if (this.#cameWithPage && small) return html`<img src=${small} alt="" />`;
    return file.placeholder ? html`<img class="blur" src=${file.placeholder} alt="" />` : nothing;
  }

  /** @param {Attachment} file */
  #row(file) {
    const reason = reasonOf(file);
    const about = html`${this.#mark(file)}
      <span class="text">
        <span class="name" title=${[file.name, detailOf(file)].filter(Boolean).join(" – ")}>${file.name}</span>
        <span class="about">${this.#about(file)}</span>
        ${reason ? html`<span class="reason">${reason}</span>` : nothing}
        ${this.#error()}
      </span>`;
    if (file.status !== "ready") {
      return html`<div class="row ${isShut(file) ? "is-shut" : ""}">${about}${this.#acts(file)}</div>
        ${this.#progress()}`;
    }
    const label = t("downloadFile", { name: file.name, size: sizeLabel(file.size) });
    return html`<a class="row" href=${contentUrl(file.id)} download aria-label=${label} @click=${(/** @type {MouseEvent} */ event) => addresses.follow(event, file.id)}>${about}<span class="go">${icons.download}</span></a>
      ${this.#player(file)}`;
  }

  /** Play a voice note. A format that this browser cannot play (AMR) is downloaded. @param {Attachment} file */
  #player(file) {
    if (file.kind !== "audio" || this.isUnplayable) return nothing;
    return html`<audio
      controls
      controlslist="nodownload"
      preload=${savesData() ? "none" : "metadata"}
      src=${addresses.sound(file.id, this) ?? nothing}
      aria-label=${t("listenTo", { name: file.name })}
      @loadedmetadata=${() => (this.#isPlayed = true)}
      @error=${this.#onSoundError}
    ></audio>`;
  }

  /** Ask for the sound again when its address has expired. @param {Event} event */
  #onSoundError({ target }) {
    const wasPlayed = this.#isPlayed;
    this.#isPlayed = false;
    if (!wasPlayed) return void (this.isUnplayable = true);
    const audio = /** @type {HTMLAudioElement} */ (target);
    const at = audio.currentTime;
    audio.load();
    audio.currentTime = at;
    void audio.play().catch(() => (this.isUnplayable = true));
  }

  /** Show the first page, or an icon for the kind of file. @param {Attachment} file */
  #mark(file) {
    if (file.status === "ready" && file.has_preview && !savesData()) {
      return html`<img class="page" src=${addresses.preview(file.id, 320, this) ?? nothing} alt="" width="44" height="56" loading="lazy" />`;
    }
    return html`<span class="mark">${isShut(file) ? icons.warning : ICONS[file.kind]}</span>`;
  }

  /** @param {Attachment} file */
  #about(file) {
    const state = stateLabel(file, this.sending);
    const size = `${extensionOf(file.name).toUpperCase()} · ${sizeLabel(file.size)}`;
    return state ? html`<b>${state}</b> · ${size}` : size;
  }

  #error() {
    return this.sending?.error ? html`<span class="reason">${this.sending.error}</span>` : nothing;
  }

  #progress() {
    const { sending, file } = this;
    if (sending?.step !== "sending" || file?.status !== "uploading") return nothing;
    return html`<progress max="1" .value=${sending.share} aria-label=${`${file.name} – ${stateLabel(file, sending)}`}></progress>`;
  }

  /** Show what the sender can do during the upload. @param {Attachment} file */
  #acts(file) {
    const step = this.sending?.step;
    const canRetry = step === "failed" || step === "waiting";
    // Before its message is sent, a file is removed in the tray.
    const canCancel = step && step !== "sent" && file.status === "uploading" && file.position !== null;
    if (!canRetry && !canCancel) return nothing;
    return html`<div class="acts">
      ${canRetry ? this.#act("attachment-retry", icons.again, t("retryFile", { name: file.name })) : nothing}
      ${canCancel ? this.#act("attachment-cancel", icons.close, t("cancelFile", { name: file.name })) : nothing}
    </div>`;
  }

  /**
   * @param {string} type
   * @param {unknown} icon
   * @param {string} label
   */
  #act(type, icon, label) {
    return html`<button aria-label=${label} title=${label} @click=${() => this.#send(type)}>${icon}</button>`;
  }

  /** The server's size once the file is analysed, before that the size measured by the sender's browser. */
  get #size() {
    const { file, sending } = this;
    return file?.width && file.height ? file : (sending ?? { width: null, height: null });
  }

  /** @param {string} type */
  #send(type) {
    this.dispatchEvent(new CustomEvent(type, { detail: { id: this.file?.id }, bubbles: true, composed: true }));
  }
}

customElements.define("attachment-tile", AttachmentTile);
