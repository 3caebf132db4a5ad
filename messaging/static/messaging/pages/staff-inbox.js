import { LitElement, css, html, nothing } from "lit";

import { shared } from "#core/shared-styles.js";

import "../components/conversation-filters.js";
import "../components/conversation-sheet.js";
import { t } from "../i18n/index.js";
import { FilteredList } from "./filtered-list.js";
import { InboxController, inboxProperties } from "./inbox-controller.js";
import { inboxStyles } from "./inbox-styles.js";
import { banner, conversationList, newConversationForm, newLink, nothingOpen, overlays, thread } from "./inbox-templates.js";

/**
 * @import { Conversation, FirstState } from "../types.js"
 * @import { Route } from "../state/routes.js"
 */

/**
 * The company's inbox: the filtered list, the open conversation, and its sheet.
 *
 * @property {FirstState | null} first the state that the server wrote in the page
 * @property {string} base the address of the list
 */
export class StaffInbox extends LitElement {
  static properties = { ...inboxProperties, hasDetails: { state: true } };

  static styles = [
    shared,
    inboxStyles,
    css`
      emails-link {
        margin-inline-start: auto;
      }

      conversation-sheet {
        position: absolute;
        inset-block: 3.75rem 0;
        inset-inline-end: 0;
        z-index: 2;
        width: min(20rem, 100%);
        border-inline-start: 1px solid var(--line);
        box-shadow: var(--shadow-high);
      }

      conversation-sheet:not(.is-open) {
        display: none;
      }

      .nothing {
        padding: var(--space-6) var(--space-4);
        color: var(--ink-soft);
        text-align: center;
      }

      @media (min-width: 75rem) {
        :host {
          grid-template-columns: clamp(20rem, 26vw, 25rem) minmax(0, 1fr);
        }

        :host([pane="thread"]) {
          grid-template-columns: clamp(20rem, 26vw, 25rem) minmax(0, 1fr) 19rem;
        }

        conversation-sheet,
        conversation-sheet:not(.is-open) {
          position: static;
          display: block;
          grid-row: 2;
          grid-column: 3;
          width: auto;
          box-shadow: none;
        }
      }
    `,
  ];

  #inbox = new InboxController(this, { onShow: () => (this.hasDetails = false) });
  #list = new FilteredList(this.#inbox);

  constructor() {
    super();
    /** @type {FirstState | null} */
    this.first = null;
    this.base = "";
    /** @type {Route["pane"]} */
    this.pane = "list";
    this.hasDetails = false;
    this.addEventListener("thread-details", () => (this.hasDetails = !this.hasDetails));
  }

  /** @override */
  firstUpdated() {
    this.#list.loadFirst();
  }

  /** @override */
  render() {
    return html`
      ${banner(this.#inbox)}
      <section class="pane side" aria-label=${t("conversations")}>
        <header>
          <h2>${t("messages")}</h2>
          <emails-link></emails-link>
          ${newLink(this.#inbox)}
        </header>
        <conversation-filters filter=${this.#list.filter} q=${this.#list.q}></conversation-filters>
        <div class="window">${this.#rows(this.#list.shown())}</div>
      </section>
      <section class="pane main" aria-label=${t("conversation")}>${this.#main()}</section>
      ${this.#sheet()} ${overlays(this.#inbox)}
    `;
  }

  /** @param {Conversation[]} conversations */
  #rows(conversations) {
    if (conversations.length > 0) return conversationList(this.#inbox, conversations);
    const { q } = this.#list;
    return html`<p class="nothing">${q ? t("emptySearch", { q }) : t("emptyStaff")}</p>`;
  }

  #main() {
    if (this.pane === "new") return newConversationForm(this.#inbox);
    if (this.pane === "thread") return thread(this.#inbox, { notes: this.#notes(), detailsOpen: this.hasDetails });
    return nothingOpen();
  }

  #sheet() {
    const { messenger } = this.#inbox;
    if (this.pane !== "thread" || !messenger?.conversation) return nothing;
    return html`<conversation-sheet
      class=${this.hasDetails ? "is-open" : ""}
      role="complementary"
      aria-label=${t("detailsTitle")}
      .conversation=${messenger.conversation}
      .me=${messenger.me}
    ></conversation-sheet>`;
  }

  #notes() {
    const { messenger } = this.#inbox;
    return messenger?.store.notes.get(messenger.openId ?? "") ?? [];
  }
}

customElements.define("staff-inbox", StaffInbox);
