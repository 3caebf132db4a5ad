/** @import { StoredFile } from "../types.js" */

const DATABASE = "liaison:files";
const STORE = "files";

/**
 * Stores files in IndexedDB until the server has them, so that they survive a closed page or a phone that is
 * switched off. If the browser cannot store (disk full, private window), files are still sent while the page is open.
 */
export class FileStore {
  /** @type {Promise<IDBDatabase> | null} */
  #opening = null;

  /** @param {StoredFile} file @returns {Promise<boolean>} false if the device cannot keep it */
  async put(file) {
    // A logout asks about files that a message has taken. It cannot wait for the database.
    mark(file, file.place === "" && !file.isSent);
    return (await this.#try((store) => store.put(file))) !== undefined;
  }

  /** @param {Pick<StoredFile, "id" | "person">} file */
  async forget(file) {
    mark(file, false);
    await this.#try((store) => store.delete(file.id));
  }

  /** @param {string} person @returns {Promise<StoredFile[]>} oldest first */
  async all(person) {
    /** @type {StoredFile[]} */
    const files = (await this.#try((store) => store.getAll(), "readonly")) ?? [];
    return files.filter((file) => file.person === person).sort((a, b) => a.chosenAt.localeCompare(b.chosenAt) || a.id.localeCompare(b.id));
  }

  /**
   * @param {(store: IDBObjectStore) => IDBRequest} operation
   * @param {IDBTransactionMode} [mode]
   */
  async #try(operation, mode = "readwrite") {
    try {
      const database = await (this.#opening ??= openDatabase());
      return await resultOf(operation(database.transaction(STORE, mode).objectStore(STORE)));
    } catch (error) {
      console.warn("This device keeps no copy of a file", error);
      return undefined;
    }
  }
}

/** @param {Pick<StoredFile, "id" | "person">} file @param {boolean} isLeaving */
function mark({ id, person }, isLeaving) {
  const key = `liaison:unsent-file:${person}:${id}`;
  try {
    if (isLeaving) localStorage.setItem(key, "");
    else localStorage.removeItem(key);
  } catch {
    // The storage is full or forbidden: the logout counts one file less.
  }
}

async function openDatabase() {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "id" });
  const database = await resultOf(request);
  // Logging out deletes the database, and an open connection would block that.
  database.onversionchange = () => database.close();
  return database;
}

/**
 * @template Result
 * @param {IDBRequest<Result>} request
 * @returns {Promise<Result>}
 */
function resultOf(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
