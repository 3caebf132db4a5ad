import { LitElement, html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";

import { sizeLabel } from "#attachments/files.js";
import { ApiError } from "#core/api.js";
import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";
import { exactLabel } from "#core/time.js";

import * as api from "../exports-api.js";
import { t } from "../exports/i18n/index.js";
import "./confirm-dialog.js";
import { exportPageStyles } from "./export-page-styles.js";
import "./export-form.js";

/**
 * @import { Me } from "#core/types.js"
 * @import { Api } from "#api"
 */

// While something is being made; the worker tells of its progress once a second.
const ASKED_EVERY_MS = 1_500;

/** @type {Record<Api["Export"]["kind"], "ofConversation" | "ofChantier" | "ofClient" | "ofPerson">} */
const KINDS = { conversation: "ofConversation", chantier: "ofChantier", client: "ofClient", person: "ofPerson" };

/**
 * The page of exports: what can be asked for, what is being made, and what can be downloaded.
 *
 * @property {Pick<Me, "id" | "role"> | null} me
 * @property {Api["Export"][]} exports the newest first
 * @property {string} conversation the id of the one that the person comes from, or ""
 */
export class ExportPage extends LitElement {
  static properties = {
    me: { attribute: false },
    exports: { attribute: false },
    conversation: {},
    choices: { state: true },
    isBusy: { state: true },
    error: { state: true },
    isAway: { state: true },
    asked: { state: true },
    said: { state: true },
  };

  static styles = [shared, exportPageStyles];

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  constructor() {
    super();
    /** @type {Pick<Me, "id" | "role"> | null} */
    this.me = null;
    /** @type {Api["Export"][]} */
    this.exports = [];
    this.conversation = "";
    /** Null until they are known. @type {Api["ExportChoice"][] | null} */
    this.choices = null;
    this.isBusy = false;
    this.error = "";
    this.isAway = false;
    /** The export whose file is about to be deleted. @type {Api["Export"] | null} */
    this.asked = null;
    this.said = "";
  }

  /** @override */
  connectedCallback() {
    super.connectedCallback();
    document.addEventListener("visibilitychange", this.#follow);
    void this.#loadChoices();
    this.#follow();
  }

  /** @override */
  disconnectedCallback() {
    document.removeEventListener("visibilitychange", this.#follow);
    clearTimeout(this.#timer);
    super.disconnectedCallback();
  }

  /** @override */
  render() {
    const base = `/${this.me?.role === "client" ? "client" : "staff"}/messages`;
    const back = this.conversation ? `${base}/${this.conversation}` : base;
    return html`<div class="page">
        <header>
          <a class="icon-button" href=${back} aria-label=${t("back")} title=${t("back")}>${icons.back}</a>
          <h1>${t("title")}</h1>
        </header>
        <p class="hint">${t("intro")}</p>
        ${this.conversation ? nothing : html`<p class="hint">${t("fromConversation")}</p>`}
        ${this.choices?.length
          ? html`<h2>${t("newTitle")}</h2>
              <export-form .me=${this.me} .choices=${this.choices} .error=${this.error} ?busy=${this.isBusy} @export-start=${this.#start}></export-form>`
          : nothing}
        <h2>${t("listTitle")}</h2>
        ${this.isAway ? html`<p class="hint" role="status">${t("noConnection")}</p>` : nothing} ${this.#list()}
      </div>
      <p class="visually-hidden" role="status">${this.said}</p>
      <confirm-dialog
        question=${t("confirmRemove", { label: this.asked?.label ?? "" })}
        action=${t("remove")}
        @confirmed=${() => this.asked && this.#end(this.asked)}
        @refused=${() => (this.asked = null)}
      ></confirm-dialog>`;
  }

  #list() {
    if (this.exports.length === 0) return html`<p class="none">${t("none")}</p>`;
    return html`<ul>
      ${repeat(this.exports, ({ id }) => id, (each) => this.#row(each))}
    </ul>`;
  }

  /** @param {Api["Export"]} shown */
  #row(shown) {
    const { id, kind, label, status, with_notes, with_files, created_at, size } = shown;
    const isMine = kind === "person" && shown.subject === this.me?.id;
    const what = isMine ? t("mine") : t(kind === "client" && this.me?.role === "client" ? "wholeClient" : KINDS[kind]);
    // A line may end with a dot, but not begin with one.
    const about = [what, exactLabel(new Date(created_at)), size ? sizeLabel(size) : ""].filter(Boolean).join("\u00a0· ");
    return html`<li data-id=${id} class="is-${status}">
      <div class="line"><b>${label}</b><span class="state">${t(status)}</span></div>
      <p class="about">
        ${about}${with_notes ? html`&nbsp;· <span class="internal">${t("internal")}</span>` : nothing}${with_files ? nothing : html`&nbsp;· ${t("withoutFiles")}`}
      </p>
      ${this.#state(shown)}
    </li>`;
  }

  /** @param {Api["Export"]} shown */
  #state(shown) {
    switch (shown.status) {
      case "waiting":
      case "running":
        return this.#progress(shown);
      case "ready":
        return this.#ready(shown);
      case "failed":
        return html`<p class="about">${t("failedHint")}</p>`;
      case "expired":
        return html`<p class="about">${t("expiredHint")}</p>`;
      default:
        return nothing;
    }
  }

  /** @param {Api["Export"]} shown */
  #progress(shown) {
    const { done, total, phase, label } = shown;
    const words = total ? t("progress", { done: done.toLocaleString(document.documentElement.lang), total: total.toLocaleString(document.documentElement.lang) }) : "";
    return html`<progress max=${total || 1} .value=${total ? done : 0} aria-label=${label}></progress>
      <div class="line">
        <span class="about">${[words, phase].filter(Boolean).join("\u00a0· ")}</span>
        <button class="button" aria-label="${t("cancel")} – ${label}" @click=${() => this.#end(shown)}>${t("cancel")}</button>
      </div>`;
  }

  /** @param {Api["Export"]} shown */
  #ready(shown) {
    const { id, label, expires_at, sums_sha256 } = shown;
    return html`<p class="about">${expires_at ? t("until", { date: exactLabel(new Date(expires_at)) }) : nothing}</p>
      <div class="buttons">
        <a class="button primary" href=${api.contentOf(id)} aria-label="${t("download")} – ${label}">${icons.download}${t("download")}</a>
        <button class="button" aria-label="${t("remove")} – ${label}" @click=${() => this.#ask(shown)}>${t("remove")}</button>
      </div>
      <details>
        <summary>${t("sums")}</summary>
        <p class="about">${t("sumsHint")}</p>
        <code>${sums_sha256}</code>
      </details>`;
  }

  async #loadChoices() {
    await this.updateComplete;
    try {
      this.choices = await api.listChoices(this.conversation);
    } catch {
      // The list below says that there is no connection.
      this.choices = [];
    }
  }

  /** @param {CustomEvent<Api["ExportDraftRequest"]>} event */
  async #start({ detail }) {
    this.isBusy = true;
    this.error = "";
    try {
      this.#show(await api.askExport(detail));
      this.#follow();
    } catch (error) {
      this.error = error instanceof ApiError ? error.message : t("noConnection");
    } finally {
      this.isBusy = false;
    }
  }

  /** @param {Api["Export"]} shown */
  async #ask(shown) {
    this.asked = shown;
    await this.renderRoot.querySelector("confirm-dialog")?.open();
  }

  /** @param {Api["Export"]} shown */
  async #end(shown) {
    this.asked = null;
    try {
      this.#show(await api.endExport(shown.id));
    } catch {
      this.isAway = true;
    }
  }

  /** Show one as it is now; a new one comes first. @param {Api["Export"]} shown */
  #show(shown) {
    const isKnown = this.exports.some(({ id }) => id === shown.id);
    this.exports = isKnown ? this.exports.map((each) => (each.id === shown.id ? shown : each)) : [shown, ...this.exports];
  }

  /** Ask for the list again as long as something is being made and the page is seen. */
  #follow = () => {
    clearTimeout(this.#timer);
    if (document.visibilityState === "visible") this.#timer = setTimeout(this.#askAgain, ASKED_EVERY_MS);
  };

  #askAgain = async () => {
    if (!this.exports.some(isUnderWay)) return;
    try {
      const before = new Map(this.exports.map((each) => [each.id, each]));
      this.exports = await api.listExports();
      this.isAway = false;
      for (const each of this.exports) this.#say(each, before.get(each.id));
    } catch {
      this.isAway = true;
    }
    this.#follow();
  };

  /** @param {Api["Export"]} now @param {Api["Export"] | undefined} before */
  #say(now, before) {
    if (!before || !isUnderWay(before)) return;
    if (now.status === "ready") this.said = t("announceReady", { label: now.label });
    if (now.status === "failed") this.said = t("announceFailed", { label: now.label });
  }
}

/** @param {Pick<Api["Export"], "status">} shown */
function isUnderWay({ status }) {
  return status === "waiting" || status === "running";
}

customElements.define("export-page", ExportPage);
