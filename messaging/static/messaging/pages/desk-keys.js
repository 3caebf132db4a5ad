import { desk } from "../desk/tools/i18n/index.js";

/**
 * @import { ConversationList } from "../components/conversation-list.js"
 * @import { Conversation } from "../types.js"
 * @import { DeskChoices } from "./desk-choices.js"
 * @import { InboxController } from "./inbox-controller.js"
 * @import { Selection } from "./selection.js"
 * @import { Command, ThreadAction } from "./shortcuts.js"
 */

/** What the keys of the company's inbox do. */
export class DeskKeys {
  #inbox;
  #shown;
  #selection;
  #choices;

  /** @type {Record<Command, () => unknown>} */
  #commands = {
    next: () => this.#step(1),
    previous: () => this.#step(-1),
    "next-unread": () => this.#openUnread(1),
    "previous-unread": () => this.#openUnread(-1),
    select: () => this.#select(),
    new: () => void this.#inbox.navigation.go({ pane: "new" }),
    help: () => void this.#host.renderRoot.querySelector("shortcut-help")?.open(),
    palette: () => void this.#choices.openPalette(),
    pane: () => this.#movePane(1),
    "pane-back": () => this.#movePane(-1),
    escape: () => this.#escape(),
  };

  /**
   * @param {InboxController} inbox
   * @param {{ shown: () => Conversation[], selection: Selection, choices: DeskChoices }} parts
   */
  constructor(inbox, { shown, selection, choices }) {
    this.#inbox = inbox;
    this.#shown = shown;
    this.#selection = selection;
    this.#choices = choices;
    inbox.host.addEventListener("command", (event) => this.#run(/** @type {CustomEvent} */ (event)));
    inbox.host.addEventListener("thread-action", (event) => this.#act(/** @type {CustomEvent} */ (event)));
  }

  get #host() {
    return this.#inbox.host;
  }

  /** @returns {ConversationList | null} */
  get #list() {
    return this.#host.renderRoot.querySelector("conversation-list");
  }

  /** The row with the focus. */
  get #row() {
    return this.#list?.focused ?? "";
  }

  /** @param {CustomEvent<{ command: Command }>} event */
  #run(event) {
    // `false`: there was nothing to do, and the key is the browser's.
    if (this.#commands[event.detail.command]() !== false) event.preventDefault();
  }

  /** @param {CustomEvent<{ action: ThreadAction }>} event */
  #act(event) {
    const { action } = event.detail;
    const row = this.#row;
    const openId = this.#inbox.messenger?.openId;
    if (this.#selection.ids.size > 0 && this.#isForMany(action)) void this.#choices.act(action, [...this.#selection.ids]);
    else if (row && row !== openId && this.#isForMany(action)) void this.#choices.act(action, [row]);
    else if (row && row !== openId) void this.#openAndAct(row, action);
    else if (openId) this.#tellThread(action);
    else return;
    event.preventDefault();
  }

  /** @param {ThreadAction} action @returns {action is "assign" | "close" | "snooze"} */
  #isForMany(action) {
    return action === "assign" || action === "close" || action === "snooze";
  }

  /** @param {string} id @param {ThreadAction} action */
  async #openAndAct(id, action) {
    await this.#inbox.navigation.go({ pane: "thread", id });
    this.#tellThread(action);
  }

  /** @param {ThreadAction} action */
  #tellThread(action) {
    const thread = this.#host.renderRoot.querySelector("conversation-thread");
    thread?.dispatchEvent(new CustomEvent("shortcut", { detail: { action } }));
  }

  /** Move the focus from row to row, beginning at the open conversation. @param {1 | -1} by */
  #step(by) {
    const rows = this.#shown();
    const at = this.#place(rows);
    const to = at < 0 ? 0 : Math.max(0, Math.min(rows.length - 1, at + by));
    return this.#list?.focusRow(rows[to]?.id ?? "") ?? false;
  }

  /** @param {{ id: string }[]} rows */
  #place(rows) {
    const current = this.#row || this.#inbox.messenger?.openId;
    return rows.findIndex(({ id }) => id === current);
  }

  /** @param {1 | -1} by */
  #openUnread(by) {
    const rows = this.#shown();
    const unread = this.#inbox.messenger?.store.unread ?? new Map();
    const id = nextUnread(rows, unread, this.#place(rows), by);
    if (id) void this.#inbox.navigation.go({ pane: "thread", id });
    else this.#inbox.say(desk("noMoreUnread"));
  }

  #select() {
    const id = this.#row;
    if (!id) return false;
    this.#selection.check({ id });
    return true;
  }

  #escape() {
    if (this.#selection.isOn) return this.#selection.clear();
    if (this.#host.pane === "list") return false;
    this.#inbox.navigation.leave();
    return true;
  }

  /** Move the focus to the next pane. @param {1 | -1} by */
  #movePane(by) {
    const panes = this.#panes();
    const active = this.#host.shadowRoot?.activeElement;
    const at = panes.findIndex((pane) => pane.contains(active ?? null));
    const to = at < 0 ? (by > 0 ? 0 : panes.length - 1) : (at + by + panes.length) % panes.length;
    this.#enter(panes[to]);
  }

  #panes() {
    const all = /** @type {NodeListOf<HTMLElement>} */ (this.#host.renderRoot.querySelectorAll(".pane, conversation-sheet"));
    return [...all].filter((pane) => pane.checkVisibility({ visibilityProperty: true }));
  }

  /** @param {HTMLElement | undefined} pane */
  #enter(pane) {
    if (pane?.classList.contains("side") && this.#enterList()) return;
    const thread = pane?.querySelector("conversation-thread");
    if (thread) return thread.focusHeading();
    if (!pane) return;
    if (!pane.hasAttribute("tabindex")) pane.tabIndex = -1;
    pane.focus();
  }

  #enterList() {
    const rows = this.#shown();
    const id = rows[Math.max(0, this.#place(rows))]?.id;
    return (id && this.#list?.focusRow(id)) || false;
  }
}

/**
 * Return the id of the next unread row from a place on, round the end of the list.
 *
 * @param {{ id: string }[]} rows
 * @param {{ has: (id: string) => boolean }} unread
 * @param {number} at -1: before the first
 * @param {1 | -1} by
 */
export function nextUnread(rows, unread, at, by) {
  const n = rows.length;
  const start = at < 0 && by < 0 ? n : at;
  for (let step = 1; step <= n; step++) {
    const row = rows[(start + by * step + 2 * n) % n];
    if (row && unread.has(row.id) && row !== rows[at]) return row.id;
  }
  return "";
}
