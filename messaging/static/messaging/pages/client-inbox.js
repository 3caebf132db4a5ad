import { html } from "lit";

import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";

import { t } from "../i18n/index.js";
import { InboxPage } from "./inbox-page.js";
import { inboxStyles } from "./inbox-styles.js";

/** The client's messages: their conversations, the open one, or the form for a new one. */
export class ClientInbox extends InboxPage {
  static styles = [shared, inboxStyles];

  /** @override */
  render() {
    const conversations = this.messenger?.store.list() ?? [];
    return html`
      ${this.banner()}
      <section class="pane side" aria-label=${t("conversations")}>
        <header>
          <h2>${t("messages")}</h2>
          ${conversations.length > 0 ? this.#newLink() : ""}
        </header>
        <div class="window">${conversations.length > 0 ? this.list(conversations) : this.#welcome()}</div>
      </section>
      <section class="pane main" aria-label=${t("conversation")}>${this.#main(conversations.length > 0)}</section>
      ${this.toast()}
    `;
  }

  /** @param {boolean} hasConversations */
  #main(hasConversations) {
    if (this.pane === "new") return this.form(false);
    if (this.pane === "thread") return this.thread();
    if (!hasConversations) return this.#welcome();
    return html`<div class="empty">${icons.crane}<h2>${t("pickTitle")}</h2><p>${t("pickText")}</p></div>`;
  }

  #newLink() {
    return html`<a class="icon-button new" href=${`${this.base}/new`} aria-label=${t("newConversation")} title=${t("newConversation")}
      @click=${this.#openForm}>${icons.plus}</a>`;
  }

  #welcome() {
    return html`<div class="empty">
      ${icons.crane}
      <h2>${t("emptyClientTitle")}</h2>
      <p>${t("emptyClientText")}</p>
      <a class="button primary" href=${`${this.base}/new`} @click=${this.#openForm}>${t("emptyClientButton")}</a>
    </div>`;
  }

  /** @param {MouseEvent} event */
  #openForm(event) {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    void this.go({ pane: "new" });
  }
}

customElements.define("client-inbox", ClientInbox);
