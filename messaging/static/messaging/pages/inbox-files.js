import { NEW_CONVERSATION } from "../state/messenger.js";
import { photosOfItems, photosOfMessages } from "./photos.js";
import { hashOf } from "../state/routes.js";

/**
 * @import { LibraryItem } from "#attachments/types.js"
 * @import { FilesScope } from "../state/routes.js"
 * @import { InboxPage } from "./inbox-page.js"
 */

/** What becomes of files on a page of messages: chosen, given up, looked at. */
export class InboxFiles {
  #page;

  /** @param {InboxPage} page whose events are heard */
  constructor(page) {
    this.#page = page;
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
      page.addEventListener(type, (event) => handle(/** @type {CustomEvent} */ (event).detail));
    }
  }

  get #uploader() {
    return this.#page.messenger?.uploader;
  }

  /** The message that takes what is chosen now. */
  get #place() {
    return this.#page.pane === "new" ? NEW_CONVERSATION : (this.#page.messenger?.openId ?? "");
  }

  /** @param {File[]} files */
  #choose(files) {
    this.#uploader?.choose(this.#place, files);
    this.#page.renderRoot.querySelector("conversation-thread")?.focusComposer();
  }

  /**
   * @param {string} id
   * @param {LibraryItem[]} [items] those of the library; otherwise the photos of the messages on screen
   */
  #openPhotos(id, items) {
    const { messenger } = this.#page;
    if (!messenger) return;
    const messages = messenger.store.histories.get(messenger.openId ?? "")?.messages ?? [];
    const photos = items ? photosOfItems(items, messenger.me) : photosOfMessages(messages, messenger.me);
    void this.#page.renderRoot.querySelector("attachment-gallery")?.open(photos, id);
  }

  /** A place of its own in the history, so that « back » leads to the messages. @param {FilesScope} scope */
  #showLibrary(scope) {
    if (!scope && history.state?.isFiles) return history.back();
    const address = location.pathname + location.search + hashOf(scope);
    const isChange = scope !== "" && this.#page.files !== "";
    if (isChange || !scope) history.replaceState(history.state, "", address);
    else history.pushState({ isOurs: history.state?.isOurs ?? false, isFiles: true }, "", address);
    this.#page.files = scope;
  }
}
