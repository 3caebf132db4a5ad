import { getAttachment } from "#attachments/attachments-api.js";

import { NEW_CONVERSATION, notesOf } from "../state/writing.js";
import { photosOfItems, photosOfMessages } from "./photos.js";
import { place } from "./place.js";
import { fileHash, filesAddress, routeOf } from "../state/routes.js";

/**
 * @import { LightboxPhoto } from "#attachments/components/attachment-gallery.js"
 * @import { LibraryItem } from "#attachments/types.js"
 * @import { FilesScope } from "../state/routes.js"
 * @import { InboxController } from "./inbox-controller.js"
 */

/** Handles the events about files: choose, cancel, open. */
export class InboxFiles {
  #inbox;
  /** The photos of the lightbox when it was last opened. @type {LightboxPhoto[]} */
  #photos = [];

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
      "size-choice": ({ isOriginal }) => this.#uploader?.keepSize(this.#place, isOriginal),
      "attachment-open": ({ id, items }) => this.#openPhotos(id, items),
      "photo-shown": ({ id }) => this.#nameFile(id),
      "photo-close": () => this.#onClose(),
      "thread-files": ({ scope }) => this.#showLibrary(scope),
    };
    for (const [type, handle] of Object.entries(handlers)) {
      inbox.host.addEventListener(type, (event) => handle(/** @type {CustomEvent} */ (event).detail));
    }
  }

  get #uploader() {
    return this.#inbox.messenger?.uploader;
  }

  /** The conversation whose next message takes the files chosen now, or its next note. */
  get #place() {
    const { host, messenger, mode } = this.#inbox;
    const open = messenger?.openId ?? "";
    return host.pane === "new" ? NEW_CONVERSATION : mode === "note" ? notesOf(open) : open;
  }

  /** @param {File[]} files */
  #choose(files) {
    this.#uploader?.choose(this.#place, files);
    this.#inbox.host.renderRoot.querySelector("conversation-thread")?.focusComposer();
  }

  /**
   * Open the lightbox and add it to the history, so that the back button closes it.
   *
   * @param {string} id
   * @param {LibraryItem[]} [items] the items of the library; if absent, the photos of the loaded messages are shown
   */
  #openPhotos(id, items) {
    const { messenger } = this.#inbox;
    if (!messenger) return;
    this.#photos = items ? photosOfItems(items, messenger.me) : this.#photosOfThread();
    place.history.pushState({ isOurs: place.history.state?.isOurs ?? false, isPhoto: true }, "", address(fileHash(id)));
    void this.#show(id);
  }

  /** Show the photo that an address names, with those it was opened with. @param {string} id */
  async showPhoto(id) {
    const isAmong = (/** @type {LightboxPhoto[]} */ photos) => photos.some(({ file }) => file.id === id);
    if (!isAmong(this.#photos)) this.#photos = this.#photosOfThread();
    // Far up in the thread: shown alone.
    if (!isAmong(this.#photos)) {
      await this.#inbox.attempt(async () => {
        this.#photos = [{ file: await getAttachment(id), isMine: false, caption: "" }];
      });
    }
    if (isAmong(this.#photos)) await this.#show(id);
    else this.#leaveAddress();
  }

  /** @param {string} id */
  async #show(id) {
    // It is loaded after the first screen.
    await customElements.whenDefined("attachment-gallery");
    await this.#gallery?.open(this.#photos, id);
  }

  /** Close the lightbox unless an address names a photo. Return whether it was open. @param {string} photo */
  hidePhoto(photo) {
    const isOpen = this.#gallery?.isOpen ?? false;
    if (isOpen && !photo) this.#gallery?.close();
    return isOpen;
  }

  /** Name the photo in the address, so that a reload shows it again. @param {string} id */
  #nameFile(id) {
    place.history.replaceState(place.history.state, "", address(fileHash(id)));
  }

  /** The lightbox was closed by hand, unless the address has changed before. */
  #onClose() {
    const route = routeOf(this.#inbox.host.base, place.location.pathname, place.location.hash);
    if (route.pane !== "thread" || !route.file) return;
    if (place.history.state?.isPhoto) place.history.back();
    else this.#leaveAddress();
  }

  #leaveAddress() {
    place.history.replaceState(place.history.state, "", address(""));
  }

  #photosOfThread() {
    const { messenger } = this.#inbox;
    const { histories, notes } = messenger?.store ?? {};
    const open = messenger?.openId ?? "";
    const written = [...(histories?.get(open)?.messages ?? []), ...(notes?.get(open) ?? [])];
    written.sort((a, b) => a.created_at.localeCompare(b.created_at));
    return messenger ? photosOfMessages(written, messenger.me) : [];
  }

  get #gallery() {
    return this.#inbox.host.renderRoot.querySelector("attachment-gallery");
  }

  /** Add the library to the history, so that the back button leads to the messages. @param {FilesScope} scope */
  #showLibrary(scope) {
    if (!scope && place.history.state?.isFiles) return place.history.back();
    const isChange = scope !== "" && this.#inbox.navigation.files !== "";
    const address = filesAddress(place.location.pathname, scope, place.location.search);
    if (isChange || !scope) place.history.replaceState(place.history.state, "", address);
    else place.history.pushState({ isOurs: place.history.state?.isOurs ?? false, isFiles: true }, "", address);
    this.#inbox.navigation.showFiles(scope);
  }
}

/** @param {string} hash */
function address(hash) {
  return place.location.pathname + place.location.search + hash;
}
