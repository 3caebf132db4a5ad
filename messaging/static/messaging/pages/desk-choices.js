import { icons } from "#core/icons.js";

import { desk as ofPage } from "../desk/i18n/index.js";
import { desk } from "../desk/tools/i18n/index.js";
import { deskIcons } from "../desk/icons.js";
import { choicesOfStaff } from "../desk/thread/choices.js";
import { t } from "../i18n/index.js";
import { staff } from "../desk/thread/api.js";
import { placesOf, wordsOf } from "../state/found.js";
import { FOLDERS } from "../state/list-query.js";
import { snoozeTimes } from "../state/snooze-times.js";

/**
 * @import { Api } from "#api"
 * @import { Choice } from "../components/command-palette.js"
 * @import { ListQuery } from "../state/list-query.js"
 * @import { DeskFolders } from "./desk-folders.js"
 * @import { InboxController } from "./inbox-controller.js"
 * @import { ListSearch } from "./list-search.js"
 * @import { Selection } from "./selection.js"
 */

const ICONS = { ...icons, ...deskIcons };
const CONVERSATIONS = 8;
const SNOOZES = /** @type {const} */ ({ tonight: "snoozeTonight", tomorrow: "snoozeTomorrow", monday: "snoozeMonday" });

/** What the palette offers: places to go to and actions, people, and moments. */
export class DeskChoices {
  /** @type {Api["Staff"][]} */
  staff = [];

  #inbox;
  #folders;
  #selection;
  #search;

  /**
   * @param {InboxController} inbox
   * @param {{ folders: DeskFolders, selection: Selection, search: ListSearch }} parts
   */
  constructor(inbox, { folders, selection, search }) {
    this.#inbox = inbox;
    this.#folders = folders;
    this.#selection = selection;
    this.#search = search;
    const { host } = inbox;
    host.addEventListener("staff-wanted", () => void inbox.attempt(() => this.loadStaff()));
    host.addEventListener("bulk-action", (event) => void this.act(/** @type {CustomEvent} */ (event).detail.action, [...selection.ids]));
  }

  async loadStaff({ anew = false } = {}) {
    if (anew || this.staff.length === 0) this.staff = await staff();
    this.#inbox.host.requestUpdate();
  }

  openPalette() {
    void this.#palette?.open({ label: desk("palette"), hint: desk("paletteHint"), choices: (q) => this.#everything(q) });
  }

  /** Do something with conversations, after a question to whom or until when. @param {"assign" | "close" | "reopen" | "snooze"} action @param {string[]} ids */
  async act(action, ids) {
    const isClosed = ids.every((id) => this.#inbox.messenger?.store.find(id)?.status === "closed");
    if (action === "close" || action === "reopen") return this.#selection.apply(ids, { status: isClosed ? "open" : "closed" });
    if (action === "snooze") return this.#palette?.open({ label: desk("bulkSnooze"), hint: desk("bulkSnooze"), choices: (q) => this.#moments(q, ids) });
    // Who is there changes during the day.
    await this.#inbox.attempt(() => this.loadStaff({ anew: true }));
    return this.#palette?.open({ label: desk("bulkAssignTo"), hint: desk("bulkAssignTo"), choices: (q) => this.#people(q, ids) });
  }

  get #palette() {
    return this.#inbox.host.renderRoot.querySelector("command-palette");
  }

  /** @param {string} q @param {string[]} ids @returns {Choice[]} */
  #people(q, ids) {
    const me = this.#inbox.messenger?.me;
    const mine = me ? [{ id: me.id, name: me.name, label: desk("ownedMe"), detail: me.name }] : [];
    const others = choicesOfStaff(this.staff.filter(({ id }) => id !== me?.id)).map((choice) => ({ ...choice, name: choice.label }));
    const all = [...mine, ...others, { id: "", name: "", label: desk("ownedNone"), detail: "" }];
    return all
      .filter(({ name, label }) => matches(`${name} ${label}`, q))
      .map(({ id, label, detail }) => ({
        id, group: "", label, detail, icon: id ? icons.person : deskIcons.nobody,
        run: () => this.#selection.apply(ids, { assigned_to: id || null }),
      }));
  }

  /** @param {string} q @param {string[]} ids @returns {Choice[]} */
  #moments(q, ids) {
    return snoozeTimes(this.#inbox.messenger?.me.time_zone ?? "")
      .filter(({ name }) => matches(desk(SNOOZES[name]), q))
      .map(({ name, at }) => ({
        id: name, group: "", label: desk(SNOOZES[name]), icon: deskIcons.pause,
        run: () => this.#selection.apply(ids, { snoozed_until: at.toISOString() }),
      }));
  }

  /** @param {string} q @returns {Choice[]} */
  #everything(q) {
    const places = [...this.#folderChoices(), ...this.#actions()].filter(({ label }) => matches(label, q));
    const found = this.#conversations(q);
    // Without words one goes to a folder; with words, mostly to a conversation.
    return q ? [...found, ...places, this.#searchFor(q)] : [...places, ...found];
  }

  /** @param {string} q @returns {Choice[]} */
  #conversations(q) {
    const rows = this.#inbox.messenger?.store.list() ?? [];
    const found = [];
    for (const { id, subject, client, chantier } of rows) {
      if (found.length === CONVERSATIONS) break;
      const about = [client.name, chantier?.name, chantier?.reference].filter(Boolean).join(" · ");
      if (matches(`${subject} ${about}`, q)) {
        found.push({ id, group: desk("paletteConversations"), label: subject, detail: about, icon: icons.reply, run: () => this.#inbox.navigation.go({ pane: "thread", id }) });
      }
    }
    return found;
  }

  /** @returns {Choice[]} */
  #folderChoices() {
    const group = desk("folders");
    const plain = FOLDERS.map(({ name, label, icon }) => {
      /** @type {ListQuery} */
      const query = name === "open" ? {} : { folder: name };
      return { id: name, group, label: ofPage(label), icon: ICONS[icon], run: () => this.#show(query) };
    });
    const saved = this.#folders.saved.map(({ id, name, query }) => ({ id, group, label: name, icon: deskIcons.filter, run: () => this.#show(query) }));
    return [...plain, ...saved];
  }

  /** @returns {Choice[]} */
  #actions() {
    const { host, navigation } = this.#inbox;
    const group = desk("paletteActions");
    return [
      { id: "new", group, label: t("newConversation"), detail: "c", icon: icons.plus, run: () => navigation.go({ pane: "new" }) },
      { id: "help", group, label: desk("shortcuts"), detail: "?", icon: deskIcons.keyboard, run: () => host.renderRoot.querySelector("shortcut-help")?.open() },
    ];
  }

  /** @param {string} q @returns {Choice} */
  #searchFor(q) {
    const { host, navigation } = this.#inbox;
    const run = async () => {
      if (host.pane !== "list") await navigation.go({ pane: "list" });
      await this.#search.choose({ q });
    };
    return { id: "search", group: desk("paletteActions"), label: desk("paletteSearch", { q }), icon: icons.search, run };
  }

  /** @param {ListQuery} query */
  #show(query) {
    this.#inbox.host.dispatchEvent(new CustomEvent("list-query", { detail: { query } }));
  }
}

/** @param {string} text @param {string} q */
function matches(text, q) {
  const words = wordsOf(q);
  return words.length === 0 || placesOf(text, words) !== null;
}
