import { addresses } from "#attachments/addresses.js";
import { NetworkError, request } from "#core/api.js";
import { forgetDevice } from "#core/forget.js";
import { access } from "#core/session.js";
import { firstState, loaded } from "#messaging/pages/first-load.js";
import { memoryHistory } from "#messaging/pages/memory-history.js";
import { place } from "#messaging/pages/place.js";
import { Messenger } from "#messaging/state/messenger.js";

import { fileLinks } from "./file-links.js";

/**
 * @typedef {object} Options
 * @property {string} baseUrl the address of Liaison, such as `https://liaison.example.com`
 * @property {() => Promise<string | null> | string | null} token returns a bearer token of the person. It is asked for before the first
 *   request, and again when the server refuses the last one. Null: the person must log in. A rejection: try again later
 * @property {string} [language] "fr" or "en"; otherwise the `lang` of the page
 * @property {string} [loginUrl] where to log in again, for the question at the end of a session
 * @property {boolean} [history] `<client-inbox>` writes its addresses, below its `base`, into the history of the page
 */

const ofBrowser = { ...place };

/**
 * The connection of a page to Liaison. Sends `session-ended` when neither the last token nor a new one is accepted.
 */
export class Connection extends EventTarget {
  /** The last token. Empty: to be asked for. */
  #token = "";
  /** @type {Promise<string> | null} */
  #asking = null;
  #askFor;
  /** The last token that was refused, and whether that was told. */
  #refused = "";
  #isOver = false;

  /** @param {Options} options */
  constructor({ token }) {
    super();
    this.#askFor = token;
  }

  /**
   * Call the REST API. Return the decoded answer, or null for 204. An answer's `next` is a url for it too.
   *
   * @param {string} method
   * @param {string} url a path below /api/v1, such as `/conversations`
   * @param {unknown} [body]
   * @returns {Promise<any>}
   * @throws {import("#core/api.js").ApiError | NetworkError}
   */
  request(method, url, body) {
    return request(method, url, body);
  }

  /** Start what a page of one's own needs in place of `<client-inbox>`; `stop()` ends it. @returns {Promise<Messenger>} */
  async messenger() {
    const messenger = new Messenger(await firstState());
    messenger.start();
    return messenger;
  }

  /** Forget the person. Remove the elements before, which closes their streams. */
  async logOut() {
    this.disconnect();
    await forgetDevice();
  }

  /** Use no token any more. What is not sent stays on the device, for the same person. */
  disconnect() {
    this.#token = "";
    this.#askFor = () => null;
  }

  /** @returns {Promise<Record<string, string>>} */
  async headers() {
    const token = this.#token || (await this.#ask());
    return token ? { Authorization: `Bearer ${token}` } : {};
  }

  /** Ask for another token after a refusal. @param {Response} response */
  async renew({ status }) {
    return status === 401 && (await this.#ask()) !== "";
  }

  /** Requests that are refused at the same time ask once. @returns {Promise<string>} */
  #ask() {
    this.#asking ??= this.#asked().finally(() => (this.#asking = null));
    return this.#asking;
  }

  async #asked() {
    try {
      this.#token = (await this.#askFor()) ?? "";
      if (this.#token && this.#token !== this.#refused) this.#isOver = false;
      return this.#token;
    } catch (cause) {
      throw new NetworkError("token", { cause });
    }
  }

  /** The server refuses this person. Requests go on asking for a token, so that a login elsewhere is enough. */
  end() {
    const isNew = !this.#isOver;
    this.#isOver = true;
    this.#refused = this.#token || this.#refused;
    this.#token = "";
    if (isNew) this.dispatchEvent(new Event("session-ended"));
  }
}

/**
 * Connect the elements of this page to Liaison, for one person. Call it before the first element is rendered, and again for another
 * person.
 *
 * @param {Options} options
 * @returns {Connection}
 */
export function connect(options) {
  const connection = new Connection(options);
  // `login` is a getter on the server's own pages, which cannot be assigned.
  Object.defineProperties(access, Object.getOwnPropertyDescriptors(accessOf(connection, options)));
  Object.assign(addresses, fileLinks());
  Object.assign(place, options.history ? ofBrowser : memoryHistory());
  return connection;
}

/** @param {Connection} connection @param {Options} options @returns {typeof access} */
function accessOf(connection, { baseUrl, language = "", loginUrl }) {
  return {
    isOurs: false,
    origin: new URL(baseUrl).origin,
    language,
    login: loginUrl ?? null,
    headers: () => connection.headers(),
    renew: (response) => connection.renew(response),
    onRefused: () => connection.end(),
    load: loaded,
  };
}
