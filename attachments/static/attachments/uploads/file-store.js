/** @import { Kept } from "../types.js" */

const DATABASE = "liaison:files";
const STORE = "files";

/**
 * The files that this device keeps until the server has them, in IndexedDB: a page that was closed, or a
 * phone that was switched off, does not lose them. A browser that keeps nothing (full, or a private
 * window) sends them all the same, as long as its page lives.
 */
export class Cabinet {
  /** @type {Promise<IDBDatabase> | null} */
  #opening = null;

  /** @param {Kept} kept */
  async put(kept) {
    await this.#try((store) => store.put(kept));
  }

  /** @param {string} id */
  async forget(id) {
    await this.#try((store) => store.delete(id));
  }

  /** @param {string} person @returns {Promise<Kept[]>} oldest first */
  async all(person) {
    /** @type {Kept[]} */
    const everybodys = (await this.#try((store) => store.getAll(), "readonly")) ?? [];
    return everybodys.filter((kept) => kept.person === person).sort((a, b) => a.chosenAt.localeCompare(b.chosenAt) || a.id.localeCompare(b.id));
  }

  /**
   * @param {(store: IDBObjectStore) => IDBRequest} ask
   * @param {IDBTransactionMode} [mode]
   */
  async #try(ask, mode = "readwrite") {
    try {
      const database = await (this.#opening ??= opened());
      return await answered(ask(database.transaction(STORE, mode).objectStore(STORE)));
    } catch (error) {
      console.warn("This device keeps no copy of a file", error);
      return undefined;
    }
  }
}

async function opened() {
  const asking = indexedDB.open(DATABASE, 1);
  asking.onupgradeneeded = () => asking.result.createObjectStore(STORE, { keyPath: "id" });
  const database = await answered(asking);
  // Logging out deletes it: an open page must not hold that back.
  database.onversionchange = () => database.close();
  return database;
}

/**
 * @template Result
 * @param {IDBRequest<Result>} asking
 * @returns {Promise<Result>}
 */
function answered(asking) {
  return new Promise((resolve, reject) => {
    asking.onsuccess = () => resolve(asking.result);
    asking.onerror = () => reject(asking.error);
  });
}
