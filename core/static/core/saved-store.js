import { newKey, seal, sizeOf, unseal } from "./sealing.js";

/**
 * @import { Sealed } from "./sealing.js"
 *
 * @typedef {{ person: string, side: "client" | "staff", lang: string, isLocked: boolean, key: CryptoKey | null }} Owner
 * @typedef {{ id: string, openedAt: number, bytes: number, sealed: Sealed }} SavedRow
 * @typedef {{ url: string, bytes: number, at: number }} PreviewRow
 * @typedef {{ pending: any, isSent: boolean, answer?: any }} UnsentRow what waits to be sent; `answer` once it was sent
 */

// Logging out deletes every database whose name starts with `liaison:`.
const DATABASE = "liaison:saved";
const ABOUT = "about";
const CONVERSATIONS = "conversations";
const PREVIEWS = "previews";
const UNSENT = "unsent";
// Of the company's pages: what is known of a client.
const SHEETS = "sheets";
const READABLE = [ABOUT, CONVERSATIONS, PREVIEWS, SHEETS];
/** The Cache of the previews, sealed with the same key. The service worker fills it. */
export const PREVIEW_CACHE = "liaison:previews";

/**
 * What this device keeps of one person, to be read without a network. The service worker reads the same database:
 * who owns it, and whether there is a list.
 *
 * Everything in it belongs to one person, the owner. A page of another person empties it first (`claim`). A page
 * whose person is no longer the owner, for example after a logout in another tab, never writes again.
 */
export class SavedStore {
  #person;
  /** @type {Promise<IDBDatabase> | null} */
  #opening = null;
  #isOver = false;

  /** @param {string} person */
  constructor(person) {
    this.#person = person;
  }

  /**
   * Make this person the owner, and empty what another person left.
   *
   * @param {Pick<Owner, "side" | "lang">} about
   */
  async claim({ side, lang }) {
    const known = await this.owner();
    if (known?.person === this.#person) return this.#setOwner({ ...known, side, lang, isLocked: false });
    await this.#empty([...READABLE, UNSENT]);
    const owner = { person: this.#person, side, lang, isLocked: false };
    try {
      await this.#setOwner({ ...owner, key: await newKey() });
    } catch (error) {
      // WebKitGTK cannot store a key.
      console.warn("What this device keeps is not sealed", error);
      await this.#setOwner({ ...owner, key: null });
    }
  }

  /** @returns {Promise<Owner | undefined>} */
  async owner() {
    return this.#request(ABOUT, "readonly", (store) => store.get("owner"));
  }

  /** @param {unknown} list */
  async putList(list) {
    await this.#put((key) => seal(key, list), (sealed) => [ABOUT, sealed, "list"]);
  }

  /** @returns {Promise<any>} undefined if there is none */
  async list() {
    return this.#open(await this.#request(ABOUT, "readonly", (store) => store.get("list")));
  }

  /**
   * @param {string} id
   * @param {unknown} conversation
   * @param {number} openedAt in milliseconds
   */
  async putConversation(id, conversation, openedAt) {
    await this.#put((key) => seal(key, conversation), (sealed) => [CONVERSATIONS, { id, openedAt, bytes: sizeOf(sealed), sealed }]);
  }

  /** @param {string} id @returns {Promise<any>} undefined if it is not kept */
  async conversation(id) {
    /** @type {SavedRow | undefined} */
    const row = await this.#request(CONVERSATIONS, "readonly", (store) => store.get(id));
    return this.#open(row?.sealed);
  }

  /** @returns {Promise<SavedRow[]>} the one that was opened last first */
  rows() {
    return this.#rowsOf(CONVERSATIONS);
  }

  /**
   * @param {string} client
   * @param {unknown} sheet
   * @param {number} openedAt in milliseconds
   */
  async putSheet(client, sheet, openedAt) {
    await this.#put((key) => seal(key, sheet), (sealed) => [SHEETS, { id: client, openedAt, bytes: sizeOf(sealed), sealed }]);
  }

  /** @param {string} client @returns {Promise<any>} undefined if it is not kept */
  async sheet(client) {
    /** @type {SavedRow | undefined} */
    const row = await this.#request(SHEETS, "readonly", (store) => store.get(client));
    return this.#open(row?.sealed);
  }

  /** @returns {Promise<SavedRow[]>} the sheet that was opened last first */
  sheetRows() {
    return this.#rowsOf(SHEETS);
  }

  /** @param {string[]} clients */
  async forgetSheets(clients) {
    for (const id of clients) await this.#request(SHEETS, "readwrite", (store) => store.delete(id));
  }

  /** @returns {Promise<PreviewRow[]>} */
  async previews() {
    return (await this.#request(PREVIEWS, "readonly", (store) => store.getAll())) ?? [];
  }

  /** Keep something that waits to be sent, or that was sent while no page was open. @param {UnsentRow} row */
  async putUnsent(row) {
    const { id } = row.pending;
    await this.#put((key) => seal(key, row), (sealed) => [UNSENT, { id, sealed }]);
  }

  /** @returns {Promise<UnsentRow[]>} in no order */
  async unsent() {
    /** @type {{ sealed: Sealed }[]} */
    const rows = (await this.#request(UNSENT, "readonly", (store) => store.getAll())) ?? [];
    const opened = await Promise.all(rows.map(({ sealed }) => this.#open(sealed)));
    return opened.filter((row) => row !== undefined);
  }

  /** @param {string} id */
  async forgetUnsent(id) {
    await this.#request(UNSENT, "readwrite", (store) => store.delete(id));
  }

  /** @param {string[]} ids */
  async forget(ids) {
    for (const id of ids) await this.#request(CONVERSATIONS, "readwrite", (store) => store.delete(id));
  }

  /** Drop all that is kept to be read, and keep on keeping. */
  async clear() {
    const owner = await this.owner();
    if (owner?.person !== this.#person) return;
    await this.#empty(READABLE);
    await this.#setOwner(owner);
  }

  /** Close the connection, which would keep a logout waiting. */
  close() {
    this.#isOver = true;
    void this.#opening?.then((database) => database.close()).catch(() => {});
  }

  /** @param {string[]} names */
  async #empty(names) {
    const database = await this.#database();
    if (!database) return;
    const transaction = database.transaction(names, "readwrite");
    for (const name of names) transaction.objectStore(name).clear();
    await finished(transaction);
    await globalThis.caches?.delete(PREVIEW_CACHE);
  }

  /** @param {Owner} owner */
  async #setOwner(owner) {
    const database = await this.#database();
    if (!database) return;
    const transaction = database.transaction(ABOUT, "readwrite");
    transaction.objectStore(ABOUT).put(owner, "owner");
    await finished(transaction);
  }

  /**
   * Write one record, if this person owns the store in the moment of the writing.
   *
   * @param {(key: CryptoKey | null) => Promise<Sealed>} sealing
   * @param {(sealed: Sealed) => [string, unknown, string?]} recordOf the store, the record, and its key
   */
  async #put(sealing, recordOf) {
    const owner = await this.owner();
    const database = await this.#database();
    if (!database || owner?.person !== this.#person) return;
    const [name, record, key] = recordOf(await sealing(owner.key));
    const transaction = database.transaction([ABOUT, name], "readwrite");
    const asked = transaction.objectStore(ABOUT).get("owner");
    asked.onsuccess = () => {
      if (asked.result?.person === this.#person) transaction.objectStore(name).put(record, key);
    };
    await finished(transaction);
  }

  /** @param {Sealed | undefined} sealed */
  async #open(sealed) {
    const owner = sealed && (await this.owner());
    if (!sealed || owner?.person !== this.#person) return undefined;
    return unseal(owner.key, sealed).catch(() => undefined);
  }

  /** @param {string} name @returns {Promise<SavedRow[]>} */
  async #rowsOf(name) {
    /** @type {SavedRow[]} */
    const rows = (await this.#request(name, "readonly", (store) => store.getAll())) ?? [];
    return rows.sort((a, b) => b.openedAt - a.openedAt);
  }

  /**
   * @param {string} name
   * @param {IDBTransactionMode} mode
   * @param {(store: IDBObjectStore) => IDBRequest} operation
   * @returns {Promise<any>} undefined also if this device cannot keep anything
   */
  async #request(name, mode, operation) {
    const database = await this.#database();
    if (!database) return undefined;
    const transaction = database.transaction(name, mode);
    const request = operation(transaction.objectStore(name));
    await finished(transaction);
    return request.result;
  }

  /** @returns {Promise<IDBDatabase | null>} null after a logout, and where nothing can be stored */
  async #database() {
    if (this.#isOver) return null;
    try {
      const database = await (this.#opening ??= openDatabase(() => (this.#isOver = true)));
      return this.#isOver ? null : database;
    } catch (error) {
      // A private window, or a full disk.
      console.warn("This device keeps nothing to read without a network", error);
      this.#isOver = true;
      return null;
    }
  }
}

/** Return what is kept, whoever owns it, for a page that does not know its person. @returns {Promise<SavedStore | null>} */
export async function savedHere() {
  const person = (await new SavedStore("").owner())?.person;
  return person ? new SavedStore(person) : null;
}

/** @param {() => void} onDeleted a logout, here or in another tab, deletes the database */
async function openDatabase(onDeleted) {
  const request = indexedDB.open(DATABASE, 3);
  request.onupgradeneeded = () => {
    const { result } = request;
    const add = (/** @type {string} */ name, /** @type {IDBObjectStoreParameters} */ options) =>
      result.objectStoreNames.contains(name) || result.createObjectStore(name, options);
    add(ABOUT, {});
    add(CONVERSATIONS, { keyPath: "id" });
    add(PREVIEWS, { keyPath: "url" });
    add(UNSENT, { keyPath: "id" });
    add(SHEETS, { keyPath: "id" });
  };
  const database = await new Promise((/** @type {(database: IDBDatabase) => void} */ resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  database.onversionchange = () => {
    onDeleted();
    database.close();
  };
  return database;
}

/** @param {IDBTransaction} transaction @returns {Promise<void>} */
function finished(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}
