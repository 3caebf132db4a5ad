/**
 * Where an inbox writes its addresses. On the server's own pages, the history of the browser. The package for other sites replaces
 * it by one in memory (deploy/elements), because their addresses are their own.
 *
 * @typedef {Pick<History, "state" | "pushState" | "replaceState" | "back">} Addressed
 * @type {{ history: Addressed, location: Pick<Location, "pathname" | "search" | "hash">, events: EventTarget }}
 */
export const place = { history: globalThis.history, location: globalThis.location, events: globalThis };
