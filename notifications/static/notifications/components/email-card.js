import { LitElement, html, nothing } from "lit";

import "#core/components/relative-time.js";
import { icons } from "#core/icons.js";
import { list } from "#core/numbers.js";
import { shared } from "#core/shared-styles.js";

import { t } from "../i18n/emails/index.js";
import "./conversation-picker.js";
import { cardStyles } from "./email-card-styles.js";

/** @import { Email, Suggestion } from "../types.js" */

/**
 * One email that waits, was put in a conversation or was set aside. Sends `email-place` {email, conversation}, `email-open`
 * {email} for a new conversation, `email-set-aside` {email}, `email-bring-back` {email} and `email-read` {email}.
 *
 * @property {Email} email
 * @property {boolean} busy
 */
export class EmailCard extends LitElement {
  static properties = { email: { attribute: false }, busy: { type: Boolean }, isPicking: { state: true } };

  static styles = [shared, cardStyles];

  constructor() {
    super();
    /** @type {Email | null} */
    this.email = null;
    this.busy = false;
    this.isPicking = false;
  }

  /** @override */
  render() {
    const { email } = this;
    if (!email) return nothing;
    return html`<article aria-labelledby="subject">
      <header>
        <p class="sender"><b>${email.sender_name || email.sender || t("unknownSender")}</b>${email.sender_name ? html` <span>${email.sender}</span>` : nothing}</p>
        <relative-time datetime=${email.received_at}></relative-time>
      </header>
      <h2 id="subject">${email.subject || t("noSubject")}</h2>
      ${email.excerpt ? html`<p class="excerpt" dir="auto">${email.excerpt}</p>` : nothing}
      ${email.file_names.length > 0 ? html`<p class="files">${icons.attach}<span>${list(email.file_names)}</span></p>` : nothing}
      <p class="reason">${icons.info}<span>${email.reason}</span></p>
      ${email.state === "waiting" ? this.#choices(email) : this.#outcome(email)}
    </article>`;
  }

  /** Move the focus to where the card continues, after its buttons have gone. */
  async focusOutcome() {
    await this.updateComplete;
    this.renderRoot.querySelector(/** @type {"a"} */ (".outcome a, .outcome button"))?.focus();
  }

  /** @param {Email} email */
  #choices(email) {
    return html`${email.suggestions.map((each) => this.#suggestion(each))}
      ${this.isPicking
        ? html`<conversation-picker @conversation-pick=${(/** @type {CustomEvent} */ event) => this.#place(event.detail.id)}></conversation-picker>`
        : nothing}
      <div class="buttons">
        <button class="button" ?disabled=${!email.is_kept} @click=${() => this.#send("email-read")}>${t("readEmail")}</button>
        <button class="button" aria-expanded=${this.isPicking} @click=${() => (this.isPicking = !this.isPicking)}>
          ${email.suggestions.length > 0 ? t("otherConversation") : t("chooseConversation")}
        </button>
        ${email.client
          ? html`<button class="button" ?disabled=${this.busy} @click=${() => this.#send("email-open")}>${t("openConversation", { client: email.client.name })}</button>`
          : nothing}
        <button class="button" ?disabled=${this.busy} @click=${() => this.#send("email-set-aside")}>${t("setAside")}</button>
      </div>`;
  }

  /** @param {Suggestion} suggestion */
  #suggestion({ conversation, author, is_named }) {
    const where = [conversation.client.name, conversation.chantier?.name].filter(Boolean).join(" · ");
    return html`<div class="suggestion">
      <div>
        <p><b>${conversation.subject}</b></p>
        <p class="hint">${where}${is_named ? html` · ${t("isNamed")}` : nothing}</p>
        <p class="hint">${author ? t("inNameOf", { name: author.name }) : t("inYourName")}</p>
      </div>
      <button
        class="button primary"
        aria-label=${t("placeIn", { subject: conversation.subject })}
        ?disabled=${this.busy}
        @click=${() => this.#place(conversation.id)}
      >
        ${t("place")}
      </button>
    </div>`;
  }

  /** @param {Email} email */
  #outcome(email) {
    const name = email.handled_by?.name ?? t("somebody");
    return html`<div class="outcome">
      <p>
        ${icons.check}<span>${t(email.state === "placed" ? "placedBy" : "setAsideBy", { name })}
          ${email.handled_at ? html`<relative-time datetime=${email.handled_at}></relative-time>` : nothing}</span>
      </p>
      <div class="buttons">
        ${email.state === "placed" && email.conversation
          ? html`<a class="button" href=${`/staff/messages/${email.conversation}#m-${email.message}`}>${t("seeInConversation")}</a>`
          : nothing}
        ${email.state === "set_aside"
          ? html`<button class="button" ?disabled=${this.busy} @click=${() => this.#send("email-bring-back")}>${t("bringBack")}</button>`
          : nothing}
        <button class="button" ?disabled=${!email.is_kept} @click=${() => this.#send("email-read")}>${t("readEmail")}</button>
      </div>
    </div>`;
  }

  /** @param {string} conversation */
  #place(conversation) {
    this.isPicking = false;
    this.#send("email-place", { conversation });
  }

  /** @param {string} type @param {object} [more] */
  #send(type, more = {}) {
    this.dispatchEvent(new CustomEvent(type, { detail: { email: this.email, ...more }, bubbles: true, composed: true }));
  }
}

customElements.define("email-card", EmailCard);
