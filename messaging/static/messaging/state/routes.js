/**
 * The addresses of an inbox and what they show. The server answers the same addresses, so each can be opened, reloaded
 * or sent to somebody.
 *
 * @typedef {"" | "conversation" | "chantier"} FilesScope the files shown instead of the messages
 * @typedef {{ pane: "list" } | { pane: "new" } | { pane: "thread", id: string, files?: FilesScope, message?: string, replies?: boolean }} Route
 */

/** The server does not see the part after `#` and answers with the same page. @type {Record<string, FilesScope>} */
const FILES = { "#files": "conversation", "#files-chantier": "chantier" };

const MESSAGE = /^#m-([0-9a-f-]{36})$/;

/** Return the hash that names a message on the page of its conversation. @param {string} id */
export function messageHash(id) {
  return `#m-${id}`;
}

/** @param {FilesScope} scope */
export function hashOf(scope) {
  return Object.keys(FILES).find((hash) => FILES[hash] === scope) ?? "";
}

/**
 * @param {string} base the address of the list
 * @param {string} path
 * @param {string} [hash]
 * @returns {Route}
 */
export function routeOf(base, path, hash = "") {
  const rest = path.slice(base.length).replace(/^\/|\/$/g, "");
  if (rest === "") return { pane: "list" };
  return rest === "new" ? { pane: "new" } : { pane: "thread", id: rest, files: FILES[hash] ?? "", message: MESSAGE.exec(hash)?.[1] ?? "" };
}

/**
 * @param {string} base
 * @param {Route} route
 */
export function pathOf(base, route) {
  if (route.pane === "list") return base;
  return `${base}/${route.pane === "new" ? "new" : route.id}`;
}
