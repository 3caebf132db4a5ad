import { DeskChoices } from "./desk-choices.js";
import { DeskFolders } from "./desk-folders.js";
import { DeskKeys } from "./desk-keys.js";
import { Selection } from "./selection.js";
import { Shortcuts } from "./shortcuts.js";

import "../components/bulk-bar.js";
import "../components/command-palette.js";
import "../components/filter-dialog.js";
import "../components/filter-panel.js";
import "../components/row-check.js";
import "../components/shortcut-help.js";

/**
 * @import { FilteredList } from "./filtered-list.js"
 * @import { InboxController } from "./inbox-controller.js"
 * @import { ListSearch } from "./list-search.js"
 */

/** What the company's list needs once it is on screen: numbers, keys, the palette, many rows at once. It is loaded after that. */
export class DeskTools {
  #inbox;

  /** @param {InboxController} inbox @param {{ list: FilteredList, search: ListSearch }} parts */
  constructor(inbox, { list, search }) {
    const shown = () => list.shown();
    this.#inbox = inbox;
    this.folders = new DeskFolders(inbox, list);
    this.selection = new Selection(inbox, shown);
    this.choices = new DeskChoices(inbox, { folders: this.folders, selection: this.selection, search });
    new Shortcuts(inbox.host);
    new DeskKeys(inbox, { shown, selection: this.selection, choices: this.choices });
    const { host } = inbox;
    host.addEventListener("filter-edit", (event) => void this.#dialog?.open(/** @type {CustomEvent} */ (event).detail.filter));
    host.addEventListener("filter-save", (event) => this.#saveFilter(/** @type {CustomEvent} */ (event).detail));
    host.addEventListener("filter-delete", (event) => void inbox.attempt(() => this.folders.remove(/** @type {CustomEvent} */ (event).detail.id)));
  }

  get #dialog() {
    return this.#inbox.host.renderRoot.querySelector("filter-dialog");
  }

  /** @param {{ id: string, name: string, is_shared: boolean }} filter */
  #saveFilter({ id, ...filter }) {
    void this.#inbox.attempt(() => (id ? this.folders.change(id, filter) : this.folders.save(filter)));
  }
}
