/**
 * The addresses of an inbox and what they show. The server answers the same addresses, so each can be opened, reloaded
 * or sent to somebody.
 *
 * @typedef {"" | "conversation" | "chantier"} FilesScope the files shown instead of the messages
 * @typedef {{ pane: "list" } | { pane: "new" } | { pane: "thread", id: string, files?: FilesScope, message?: string, replies?: boolean, keepsFocus?: boolean, file?: string }} Route
 */

const FILES = /\/files$/;

/** The server does not see the part after `#` and answers with the files of the conversation. */
const OF_CHANTIER = "#files-chantier";

/** Of links from before the files had a page. */
const OLD_FILES = "#files";

const MESSAGE = /^#m-([0-9a-f-]{36})$/;

/** Names a conversation that the server does not have yet, on a page that it has. */
const WAITING = /^#c-([0-9a-f-]{36})$/;

/** Return the hash that names a message on the page of its conversation. @param {string} id */
export function messageHash(id) {
  return `#m-${id}`;
}

const FILE = /^#file-([0-9a-f-]{36})$/;

/** Return the hash that names a photo in the lightbox, over its conversation. @param {string} id */
export function fileHash(id) {
  return `#file-${id}`;
}

/** Return the query that goes along to another address: the list's, not what is looked for in one conversation. @param {string} search */
export function keptQuery(search) {
  const query = new URLSearchParams(search);
  query.delete("find");
  return query.size > 0 ? `?${query}` : "";
}

/** Return the path of a conversation whose files it may name. @param {string} path */
export function withoutFiles(path) {
  return path.replace(FILES, "");
}

/** Return the address of files of the conversation that a path names. @param {string} path @param {FilesScope} scope @param {string} [search] */
export function filesAddress(path, scope, search = "") {
  return withoutFiles(path) + (scope ? "/files" : "") + search + (scope === "chantier" ? OF_CHANTIER : "");
}

/** @param {string} path @param {string} hash @returns {FilesScope} */
function filesOf(path, hash) {
  if (hash === OF_CHANTIER) return "chantier";
  return FILES.test(path) || hash === OLD_FILES ? "conversation" : "";
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
  const waiting = WAITING.exec(hash)?.[1];
  if (rest === "new") return waiting ? { pane: "thread", id: waiting } : { pane: "new" };
  return { pane: "thread", id: withoutFiles(rest), files: filesOf(rest, hash), message: named(MESSAGE, hash), file: named(FILE, hash) };
}

/** @param {RegExp} pattern @param {string} hash */
function named(pattern, hash) {
  return pattern.exec(hash)?.[1] ?? "";
}

/** Return the hash that names, on the page of the form, a conversation that the server does not have yet. @param {string} id */
export function waitingHash(id) {
  return `#c-${id}`;
}

/**
 * @param {string} base
 * @param {Route} route
 */
export function pathOf(base, route) {
  if (route.pane === "list") return base;
  return `${base}/${route.pane === "new" ? "new" : route.id}`;
}
