import { html, nothing } from "lit";

import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";
import { TurnElement } from "#core/turn-element.js";
import { areTurnsTaken, inTurn } from "#core/turns.js";

import "../components/conversation-filters.js";
import "../components/desk-bar.js";
import "../components/inbox-folders.js";
import "../components/internal-note.js";
import "../components/opening-choice.js";
import "../components/staff-lines.js";
import "../components/staff-message-actions.js";
import { desk } from "../desk/i18n/index.js";
import { deskIcons } from "../desk/icons.js";
import { t } from "../i18n/index.js";
import { FOLDERS, NARROWS } from "../state/list-query.js";
import { ClientSheetPane } from "./client-sheet.js";
import { DeskActions } from "./desk-actions.js";
import { DeskPresence } from "./desk-presence.js";
import { FilteredList } from "./filtered-list.js";
import { FolderDrawer } from "./folder-drawer.js";
import { InboxController, inboxProperties } from "./inbox-controller.js";
import { inboxStyles } from "./inbox-styles.js";
import { banner, conversationList, newConversationForm, newLink, nothingOpen, overlays, searchResults, thread, threadSearch } from "./inbox-templates.js";
import { ListSearch } from "./list-search.js";
import { place } from "./place.js";
import { SearchKey } from "./search-key.js";
import { skipToList } from "./skip-link.js";
import { SoundSetting } from "./sound-setting.js";
import { staffInboxStyles } from "./staff-inbox-styles.js";
import { staffLook } from "./staff-look.js";
import { ThreadFinder } from "./thread-finder.js";

/**
 * @import { FirstState } from "../types.js"
 * @import { Route } from "../state/routes.js"
 * @import { DeskTools } from "./desk-tools.js"
 * @import { StaffWriting } from "./staff-writing.js"
 */

/** The same array each time, so that an element sees no change. @type {never[]} */
const NOBODY = [];

/**
 * The company's inbox: folders, the list of one of them, the open conversation, and its sheet.
 *
 * @property {FirstState | null} first the state that the server wrote in the page
 * @property {string} base the address of the list
 */
export class StaffInbox extends TurnElement {
  static properties = inboxProperties;

  static styles = [shared, inboxStyles, staffInboxStyles];

  /** @type {InboxController} */
  #inbox = new InboxController(this, { onShow: () => this.#sheet.hide() });
  #sheet = new ClientSheetPane(this.#inbox);
  #list = new FilteredList(this.#inbox);
  #drawer = new FolderDrawer(this);
  #search = new ListSearch(this.#inbox);
  #finder = new ThreadFinder(this.#inbox);
  #desk = new DeskActions(this.#inbox);
  #presence = new DeskPresence(this.#inbox);
  /** @type {DeskTools | null} */
  #tools = null;
  /** @type {StaffWriting | null} */
  #writing = null;
  #look = staffLook(this.#inbox, () => this.#tools?.selection ?? null);

  constructor() {
    super();
    new SearchKey(this.#inbox);
    new SoundSetting(this.#inbox);
    /** @type {FirstState | null} */
    this.first = null;
    this.base = "";
    /** @type {Route["pane"]} */
    this.pane = "list";
    this.addEventListener("list-chosen", () => this.#search.resume());
  }

  /** Begin in a turn before that of the first rendering. @override */
  scheduleUpdate() {
    if (this.hasUpdated || !areTurnsTaken()) return super.scheduleUpdate();
    return inTurn(() => this.#inbox.begin()).then(() => super.scheduleUpdate());
  }

  /** @override */
  connectedCallback() {
    super.connectedCallback();
    skipToList(() => this.renderRoot.querySelector("conversation-list"));
  }

  /** @override */
  firstUpdated() {
    this.#list.loadFirst();
    this.#search.resume();
    place.events.addEventListener("popstate", this.#onPopState);
    void this.#inbox.takeover.done.then(() => this.#inbox.attempt(() => this.#loadRest()));
  }

  /** Load what helps to work and to write after the first screen, which is heavy enough. */
  async #loadRest() {
    const { DeskTools, StaffWriting } = await import("./staff-rest.js");
    this.#tools = new DeskTools(this.#inbox, { list: this.#list, search: this.#search });
    this.#writing = new StaffWriting(this.#inbox);
    this.requestUpdate();
  }

  /** @override */
  disconnectedCallback() {
    place.events.removeEventListener("popstate", this.#onPopState);
    super.disconnectedCallback();
  }

  #onPopState = () => {
    this.#list.follow();
    this.#search.resume();
  };

  /** @override */
  render() {
    const { query, folder } = this.#list;
    const isSelecting = this.#tools?.selection.isOn ?? false;
    const title = desk(FOLDERS.find(({ name }) => name === folder)?.label ?? "folderOpen");
    return html`
      ${banner(this.#inbox)} ${this.#foldersPane()}
      <section class="pane side" aria-label=${t("conversations")}>
        <header>
          ${this.#drawer.isPane ? nothing : this.#menuButton()}
          <h2>${this.#search.isOn ? t("searchTitle") : title}</h2>
          <emails-link></emails-link>
          ${newLink(this.#inbox)}
        </header>
        <conversation-filters
          .query=${query}
          q=${this.#search.q}
          ?searching=${this.#search.isOn}
          .staff=${this.#tools?.choices.staff ?? NOBODY}
          ?selecting=${isSelecting}
          @search=${this.#onSearch}
        ></conversation-filters>
        ${isSelecting && !this.#search.isOn ? this.#bulkBar() : nothing}
        <div class="window">${this.#rows()}</div>
        <undo-toast .done=${this.#tools?.selection.done ?? null}></undo-toast>
      </section>
      <section class="pane main" aria-label=${t("conversation")}>${threadSearch(this.#finder)} ${this.#main()}</section>
      ${this.#sheet.template()} ${overlays(this.#inbox)} ${this.#desk.render()}
      <filter-dialog></filter-dialog>
      <command-palette></command-palette>
      <shortcut-help></shortcut-help>
    `;
  }

  #bulkBar() {
    return html`<bulk-bar count=${this.#tools?.selection.ids.size ?? 0} ?closed=${this.#list.folder === "closed"}></bulk-bar>`;
  }

  #foldersPane() {
    if (this.#drawer.isPane) return html`<nav class="pane folders" aria-label=${desk("folders")}>${this.#folderList()}</nav>`;
    return html`<dialog class="drawer of-folders" aria-label=${desk("folders")} @click=${this.#drawer.onClick} @close=${this.#drawer.onClose}>
      <nav aria-label=${desk("folders")}>
        <header>
          <h2>${desk("folders")}</h2>
          <button class="icon-button" aria-label=${desk("foldersClose")} @click=${this.#drawer.close}>${icons.close}</button>
        </header>
        ${this.#folderList()}
      </nav>
    </dialog>`;
  }

  #folderList() {
    return html`<inbox-folders
      .counts=${this.#tools?.folders.counts ?? null}
      .saved=${this.#tools?.folders.saved ?? NOBODY}
      .query=${this.#list.query}
      .me=${this.#inbox.messenger?.me ?? null}
      base=${this.base}
    ></inbox-folders>`;
  }

  #menuButton() {
    return html`<button class="icon-button menu" aria-label=${desk("foldersOpen")} @click=${() => this.#drawer.open()}>${deskIcons.all}</button>`;
  }

  #rows() {
    if (this.#search.isOn) return searchResults(this.#inbox, this.#search);
    const conversations = this.#list.shown();
    if (conversations.length > 0) return conversationList(this.#inbox, conversations, { look: this.#look() });
    return html`<p class="nothing" role="status">${this.#nothingHere()}</p>`;
  }

  #nothingHere() {
    if (this.#list.isLoading) return t("loading");
    if (NARROWS.some((name) => this.#list.query[name])) return desk("emptyFiltered");
    const folder = FOLDERS.find(({ name }) => name === this.#list.folder);
    return folder && folder.name !== "open" ? desk(folder.empty) : t("emptyStaff");
  }

  /** @param {CustomEvent} event */
  #onSearch({ detail }) {
    void this.#search.choose({ q: detail.q });
  }

  #main() {
    if (this.pane === "new") return newConversationForm(this.#inbox);
    if (this.pane === "thread") return this.#thread();
    return nothingOpen();
  }

  #thread() {
    const { messenger } = this.#inbox;
    const bar = html`<desk-bar slot="desk" .conversation=${messenger?.conversation} .me=${messenger?.me} viewers=${this.#presence.viewers}></desk-bar>`;
    return thread(this.#inbox, {
      notes: this.#notes(),
      detailsOpen: this.#sheet.isOpen,
      assist: this.#writing?.assist ?? null,
      says: this.#presence.says,
      bar,
      items: this.#desk.items,
    });
  }

  #notes() {
    const { messenger } = this.#inbox;
    return messenger?.store.notes.get(messenger.openId ?? "") ?? [];
  }
}

customElements.define("staff-inbox", StaffInbox);
