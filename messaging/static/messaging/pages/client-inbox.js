import { LitElement, html } from "lit";

import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";

import { t } from "../i18n/index.js";
import { InboxController, inboxProperties } from "./inbox-controller.js";
import { inboxStyles } from "./inbox-styles.js";
import { banner, conversationList, newConversationForm, newLink, nothingOpen, overlays, thread } from "./inbox-templates.js";

/**
 * @import { FirstState } from "../types.js"
 * @import { Route } from "../state/routes.js"
 */

/**
 * The client's inbox: the list of conversations beside the open one or the form of a new one.
 *
 * @property {FirstState | null} first the state that the server wrote in the page
 * @property {string} base the address of the list
 */
export class ClientInbox extends LitElement {
  static properties = inboxProperties;

  static styles = [shared, inboxStyles];

  #inbox = new InboxController(this);

  constructor() {
    super();
    /** @type {FirstState | null} */
    this.first = null;
    this.base = "";
    /** @type {Route["pane"]} */
    this.pane = "list";
  }

  /** @override */
  render() {
    const conversations = this.#inbox.messenger?.store.list() ?? [];
    return html`
      ${banner(this.#inbox)}
      <section class="pane side" aria-label=${t("conversations")}>
        <header>
          <h2>${t("messages")}</h2>
          ${conversations.length > 0 ? newLink(this.#inbox) : ""}
        </header>
        <div class="window">${conversations.length > 0 ? conversationList(this.#inbox, conversations) : this.#welcome()}</div>
      </section>
      <section class="pane main" aria-label=${t("conversation")}>${this.#main(conversations.length > 0)}</section>
      ${overlays(this.#inbox)}
    `;
  }

  /** @param {boolean} hasConversations */
  #main(hasConversations) {
    if (this.pane === "new") return newConversationForm(this.#inbox);
    if (this.pane === "thread") return thread(this.#inbox);
    return hasConversations ? nothingOpen() : this.#welcome();
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
    this.#inbox.navigation.openForm(event);
  }
}

customElements.define("client-inbox", ClientInbox);
