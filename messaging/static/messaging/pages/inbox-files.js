import { NEW_CONVERSATION } from "../state/messenger.js";
import { photosOfItems, photosOfMessages } from "./photos.js";
import { hashOf } from "../state/routes.js";

/**
 * @import { LibraryItem } from "#attachments/types.js"
 * @import { FilesScope } from "../state/routes.js"
 * @import { InboxController } from "./inbox-controller.js"
 */

/** Handles the events about files: choose, cancel, open. */
export class InboxFiles {
  #inbox;

  /** @param {InboxController} inbox */
  constructor(inbox) {
    this.#inbox = inbox;
    /** @type {Record<string, (detail: any) => void>} */
    const handlers = {
      "files-chosen": ({ files }) => this.#choose(files),
      "file-remove": ({ id }) => this.#uploader?.remove(id),
      "attachment-cancel": ({ id }) => this.#uploader?.remove(id),
      "attachment-retry": ({ id }) => this.#uploader?.retry(id),
      "location-choice": ({ keeps }) => this.#uploader?.keepLocation(this.#place, keeps),
      "attachment-open": ({ id, items }) => this.#openPhotos(id, items),
      "thread-files": ({ scope }) => this.#showLibrary(scope),
    };
    for (const [type, handle] of Object.entries(handlers)) {
      inbox.host.addEventListener(type, (event) => handle(/** @type {CustomEvent} */ (event).detail));
    }
  }

  get #uploader() {
    return this.#inbox.messenger?.uploader;
  }

  /** The conversation whose next message takes the files chosen now. */
  get #place() {
    return this.#inbox.host.pane === "new" ? NEW_CONVERSATION : (this.#inbox.messenger?.openId ?? "");
  }

  /** @param {File[]} files */
  #choose(files) {
    this.#uploader?.choose(this.#place, files);
    this.#inbox.host.renderRoot.querySelector("conversation-thread")?.focusComposer();
  }

  /**
   * @param {string} id
   * @param {LibraryItem[]} [items] the items of the library; if absent, the photos of the loaded messages are shown
   */
  #openPhotos(id, items) {
    const { messenger } = this.#inbox;
    if (!messenger) return;
    const messages = messenger.store.histories.get(messenger.openId ?? "")?.messages ?? [];
    const photos = items ? photosOfItems(items, messenger.me) : photosOfMessages(messages, messenger.me);
    void this.#inbox.host.renderRoot.querySelector("attachment-gallery")?.open(photos, id);
  }

  /** Add the library to the history, so that the back button leads to the messages. @param {FilesScope} scope */
  #showLibrary(scope) {
    if (!scope && history.state?.isFiles) return history.back();
    const address = location.pathname + location.search + hashOf(scope);
    const isChange = scope !== "" && this.#inbox.navigation.files !== "";
    if (isChange || !scope) history.replaceState(history.state, "", address);
    else history.pushState({ isOurs: history.state?.isOurs ?? false, isFiles: true }, "", address);
    this.#inbox.navigation.showFiles(scope);
  }
}
