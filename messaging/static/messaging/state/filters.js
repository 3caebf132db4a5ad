/**
 * @import { Me } from "#core/types.js"
 * @import { Conversation } from "../types.js"
 * @typedef {"all" | "unread" | "awaiting" | "mine" | "unassigned" | "closed"} FilterName
 * @typedef {{ me: Me, unread: Map<string, number> }} Reader
 */

/**
 * The filters of the company's list. `query` asks the server for the rows. `holds` is the same condition in the
 * browser, which keeps the list correct when events come.
 */
export const FILTERS = /** @type {const} */ ([
  { name: "all", label: "filterAll", query: { status: "open" }, holds: isOpen },
  { name: "unread", label: "filterUnread", query: { unread: "true" }, holds: isUnread },
  { name: "awaiting", label: "filterAwaiting", query: { status: "open", awaiting_reply: "true" }, holds: isAwaiting },
  { name: "mine", label: "filterMine", query: { status: "open", assigned_to: "me" }, holds: isMine },
  { name: "unassigned", label: "filterUnassigned", query: { status: "open", assigned_to: "none" }, holds: isUnassigned },
  { name: "closed", label: "filterClosed", query: { status: "closed" }, holds: isClosed },
]);

/** @param {string | null} name @returns {FilterName} */
export function filterNamed(name) {
  return FILTERS.find((filter) => filter.name === name)?.name ?? "all";
}

/** @param {FilterName} name */
export function filterOf(name) {
  return FILTERS.find((filter) => filter.name === name) ?? FILTERS[0];
}

/** @param {Conversation} conversation */
function isOpen({ status }) {
  return status === "open";
}

/** @param {Conversation} conversation @param {Reader} reader */
function isUnread({ id }, { unread }) {
  return unread.has(id);
}

/** @param {Conversation} conversation */
function isAwaiting({ status, awaiting_reply_since }) {
  return status === "open" && awaiting_reply_since !== null;
}

/** @param {Conversation} conversation @param {Reader} reader */
function isMine({ status, assigned_to }, { me }) {
  return status === "open" && assigned_to?.id === me.id;
}

/** @param {Conversation} conversation */
function isUnassigned({ status, assigned_to }) {
  return status === "open" && assigned_to === null;
}

/** @param {Conversation} conversation */
function isClosed({ status }) {
  return status === "closed";
}
