import { savesData } from "#attachments/data-saver.js";
import { NetworkError } from "#core/api.js";
import { wait } from "#core/backoff.js";
import { SavedStore } from "#core/saved-store.js";
import { access, csrfToken } from "#core/session.js";
import { locale } from "#core/i18n/index.js";

import { OutboxCopy } from "../state/outbox-copy.js";
import { SavedConversations, showSaved } from "../state/saved-conversations.js";
import { previewsOf } from "../state/saved-previews.js";

/**
 * @import { InboxController } from "./inbox-controller.js"
 * @import { Messenger } from "../state/messenger.js"
 */

// A page changes with each event. What is lost when the browser is killed in between is asked for again.
const KEPT_AFTER_MS = 1_000;

// What waits is sent after this time, also if the device does not tell what was sent while no page was open.
const COPY_PATIENCE_MS = 3_000;

// On a slow link, what is kept is shown while the answer is on its way.
const PATIENCE_MS = 1_000;

/** Keeps on the device what an inbox shows, and shows it when the network does not answer. */
export class InboxSaving {
  /** The conversation on screen that is neither kept nor reachable. @type {string | null} */
  missing = null;

  #inbox;
  #messenger;
  #saved;
  #conversations;
  #stopped = new AbortController();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {Promise<unknown>} */
  #keeping = Promise.resolve();

  /** @param {InboxController} inbox @param {Messenger} messenger */
  constructor(inbox, messenger) {
    this.#inbox = inbox;
    this.#messenger = messenger;
    this.#saved = new SavedStore(messenger.me.id);
    this.#conversations = new SavedConversations(this.#saved);
    const { signal } = this.#stopped;
    messenger.addEventListener("change", () => this.#keepSoon(), { signal });
    messenger.addEventListener("started-anew", () => void this.#conversations.clear(), { signal });
    messenger.stream.addEventListener("state", () => this.#onConnection(), { signal });
    messenger.addEventListener("session-ended", lockHere, { signal });
    addEventListener("reload-check", (event) => this.#isSending() && event.preventDefault(), { signal });
    addEventListener("pagehide", () => void this.#keep(), { signal });
    document.addEventListener("visibilitychange", () => document.hidden && void this.#keep(), { signal });
  }

  /** Begin to keep. @returns {Promise<void>} resolves when the outbox knows what the service worker has sent */
  start() {
    const { me, outbox } = this.#messenger;
    const { signal } = this.#stopped;
    const side = me.role === "client" ? "client" : "staff";
    this.#keeping = this.#saved.claim({ side, lang: locale() }).catch(tellDeveloper);
    const copy = new OutboxCopy(outbox, this.#saved);
    // A portal's page has no service worker of ours that would send.
    const started = this.#keeping.then(() => (access.isOurs ? copy.start(signal) : undefined)).catch(tellDeveloper);
    addEventListener("background-sync", () => void copy.settle().catch(tellDeveloper).then(() => outbox.flush()), { signal });
    this.#keepSoon();
    return Promise.race([started, wait(COPY_PATIENCE_MS)]).then(() => {});
  }

  stop() {
    this.#stopped.abort();
    clearTimeout(this.#timer);
    this.#saved.close();
  }

  /**
   * Open a conversation. What is kept of it is shown if the network is slow or away.
   *
   * @param {string | null} id
   * @throws {NetworkError} if it is neither kept nor reachable
   */
  async open(id) {
    this.missing = null;
    const opening = this.#messenger.open(id);
    if (!id) return opening;
    const late = wait(PATIENCE_MS).then(() => "late");
    const outcome = await Promise.race([opening.then(() => "open"), late]).catch(asNetworkError);
    if (outcome === "open") return;
    const isShown = await this.#show(id);
    if (outcome === "late") return isShown ? this.#finish(opening, id) : opening.catch((error) => this.#miss(id, error));
    if (!isShown) this.#miss(id, /** @type {NetworkError} */ (outcome));
  }

  /** Keep something else of this person, once the device is theirs. @param {(saved: SavedStore) => Promise<unknown>} write */
  alsoKeep(write) {
    this.#keeping = this.#keeping.then(() => write(this.#saved)).catch(tellDeveloper);
  }

  /** @template Kept @param {(saved: SavedStore) => Promise<Kept>} read @returns {Promise<Kept | null>} null also if this device keeps nothing */
  async read(read) {
    return read(this.#saved).catch(() => null);
  }

  /** Try again to open the conversation that is missing. */
  async retry() {
    const { missing } = this;
    if (missing && missing === this.#messenger.openId) await this.open(missing);
  }

  /** Load the notes of the conversation on screen; without a network, those that are kept. */
  async loadNotes() {
    const { openId, store } = this.#messenger;
    try {
      await this.#messenger.loadNotes();
    } catch (error) {
      asNetworkError(error);
      const saved = openId && (await this.#conversations.conversation(openId).catch(() => undefined));
      if (saved) store.mergeNotes(openId, saved.notes);
    }
  }

  /** @param {string} id @returns {Promise<boolean>} whether its messages are on screen */
  async #show(id) {
    const { store } = this.#messenger;
    const saved = await this.#conversations.conversation(id).catch(() => undefined);
    if (!store.histories.get(id)?.isLoaded && saved) showSaved(store, saved);
    return store.histories.get(id)?.isLoaded ?? false;
  }

  /** Wait no longer for the answer: it joins what is shown, whenever it comes. @param {Promise<void>} opening @param {string} id */
  #finish(opening, id) {
    opening.then(() => this.#messenger.sync.catchUp(id)).catch(() => {});
  }

  /** @param {string} id @param {unknown} error */
  #miss(id, error) {
    if (!(error instanceof NetworkError)) throw error;
    if (this.#messenger.openId !== id) return;
    this.missing = id;
    this.#inbox.host.requestUpdate();
  }

  /** Tell if a message or a file is on its way. */
  #isSending() {
    const { outbox, uploader } = this.#messenger;
    const isUnsent = outbox.messages.some(({ state }) => state !== "failed");
    return isUnsent || [...uploader.sendings.values()].some(({ step }) => step !== "sent" && step !== "failed");
  }

  #onConnection() {
    if (this.#messenger.stream.state === "open") void this.#inbox.attempt(() => this.retry());
  }

  #keepSoon() {
    this.#timer ??= setTimeout(() => void this.#keep(), KEPT_AFTER_MS);
  }

  #keep() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#keeping = this.#keeping.then(() => this.#write()).catch(tellDeveloper);
    return this.#keeping;
  }

  async #write() {
    const { me, store } = this.#messenger;
    const written = await this.#conversations.keep(store, { me, next: this.#inbox.next, csrf: csrfToken() });
    for (const id of written) keepPreviews(previewsOf(store.histories.get(id)?.messages ?? []));
  }
}

/** Let the service worker keep the previews of what is kept. @param {string[]} urls */
function keepPreviews(urls) {
  if (urls.length > 0 && !savesData()) ourWorker()?.postMessage({ kind: "keep-previews", urls });
}

/** What is kept is not shown again before the next login: the service worker would show it on a slow link. */
function lockHere() {
  ourWorker()?.postMessage({ kind: "session-ended" });
}

/** The service worker of a portal's page is the portal's. */
function ourWorker() {
  return access.isOurs ? navigator.serviceWorker?.controller : null;
}

/** @param {unknown} error */
function asNetworkError(error) {
  if (error instanceof NetworkError) return error;
  throw error;
}

/** @param {unknown} error a device that keeps nothing still shows everything */
function tellDeveloper(error) {
  console.warn("This page is not kept on this device", error);
}
