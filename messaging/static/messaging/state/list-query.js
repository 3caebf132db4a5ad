/**
 * What the company's list shows, as the address of the page says it: a folder, an order, and what narrows it.
 *
 * @import { Me } from "#core/types.js"
 * @import { Conversation } from "../types.js"
 * @typedef {"to_answer" | "mine" | "unassigned" | "mentions" | "snoozed" | "closed" | "open"} FolderName
 * @typedef {Record<string, string>} ListQuery parameters of GET /conversations, and the folder "open"
 * @typedef {{ me: Me, unread: Map<string, number> }} Reader
 */

/** In the order of the page. */
export const FOLDERS = /** @type {const} */ ([
  { name: "to_answer", label: "folderToAnswer", icon: "inbox", empty: "emptyToAnswer" },
  { name: "mine", label: "folderMine", icon: "person", empty: "emptyMine" },
  { name: "unassigned", label: "folderUnassigned", icon: "nobody", empty: "emptyUnassigned" },
  { name: "mentions", label: "folderMentions", icon: "at", empty: "emptyMentions" },
  { name: "snoozed", label: "folderSnoozed", icon: "pause", empty: "emptySnoozed" },
  { name: "closed", label: "folderClosed", icon: "check", empty: "emptyClosed" },
  { name: "open", label: "folderOpen", icon: "all", empty: "emptyFiltered" },
]);

/** What narrows a folder. */
export const NARROWS = /** @type {const} */ (["unread", "assigned_to", "about", "client", "chantier", "status", "awaiting_reply"]);
const KNOWN = ["folder", "sort", ...NARROWS];

/** The addresses from before there were folders. @type {Record<string, ListQuery>} */
const FORMER = {
  unread: { unread: "true" }, awaiting: { folder: "to_answer" }, mine: { folder: "mine" }, unassigned: { folder: "unassigned" },
  closed: { folder: "closed" },
};

/** Return what an address asks for. Words to search make it another page, whose filters are not the list's. @param {string} search @returns {ListQuery} */
export function queryIn(search) {
  const given = new URLSearchParams(search);
  const former = FORMER[given.get("filter") ?? ""];
  if (former) return former;
  const names = given.has("q") ? ["folder", "sort"] : KNOWN;
  const asked = Object.fromEntries(names.map((name) => [name, given.get(name) ?? ""]).filter(([, value]) => value));
  return FOLDERS.some(({ name }) => name === asked.folder) && asked.folder !== "open" ? asked : without(asked, "folder");
}

/** @param {ListQuery} query */
export function searchOf(query) {
  const given = new URLSearchParams(query);
  return given.size > 0 ? `?${given}` : "";
}

/** Return the parameters of GET /conversations. The folder of all is that of the open ones. @param {ListQuery} query @returns {ListQuery} */
export function parametersOf(query) {
  return query.folder || query.status ? query : { ...query, status: "open" };
}

/** @param {ListQuery} query @returns {FolderName} */
export function folderOf({ folder }) {
  return /** @type {FolderName} */ (folder ?? "open");
}

/** @param {ListQuery} query @param {string} name @returns {ListQuery} */
export function without(query, name) {
  return Object.fromEntries(Object.entries(query).filter(([key]) => key !== name));
}

/** @param {ListQuery} one @param {ListQuery} other */
export function isSameQuery(one, other) {
  const [given, known] = [new URLSearchParams(one), new URLSearchParams(other)];
  given.sort();
  known.sort();
  return given.toString() === known.toString();
}

/** Return true if only the server knows which conversations a query finds. @param {ListQuery} query */
export function isOfServer({ folder, about }) {
  return folder === "mentions" || about !== undefined;
}

/**
 * Return the condition of a query in the browser, which keeps the list right when events come.
 *
 * @param {ListQuery} query
 * @param {Reader} reader
 * @returns {(conversation: Conversation) => boolean}
 */
export function conditionOf(query, { me, unread }) {
  const { folder, sort, status, assigned_to: owner, client, chantier } = query;
  const isOfOwner = (/** @type {Conversation} */ { assigned_to }) => (assigned_to?.id ?? "none") === (owner === "me" ? me.id : owner);
  const conditions = [
    inFolder(folder, status, me),
    ...(sort === "answer_due" ? [(/** @type {Conversation} */ { answer_due_at }) => answer_due_at !== null] : []),
    ...(query.unread === "true" ? [(/** @type {Conversation} */ { id }) => unread.has(id)] : []),
    ...(query.awaiting_reply === "true" ? [isAwaiting] : []),
    ...(owner ? [isOfOwner] : []),
    ...(client ? [(/** @type {Conversation} */ { client: { id } }) => id === client] : []),
    ...(chantier ? [(/** @type {Conversation} */ conversation) => conversation.chantier?.id === chantier] : []),
  ];
  return (conversation) => conditions.every((holds) => holds(conversation));
}

/** @param {string | undefined} folder @param {string | undefined} status @param {Me} me @returns {(conversation: Conversation) => boolean} */
function inFolder(folder, status, me) {
  const isAtWork = (/** @type {Conversation} */ { status, snoozed_until }) => status === "open" && snoozed_until === null;
  switch (folder) {
    case "to_answer":
      return (conversation) => isAtWork(conversation) && isAwaiting(conversation);
    case "mine":
      return (conversation) => isAtWork(conversation) && conversation.assigned_to?.id === me.id;
    case "unassigned":
      return (conversation) => isAtWork(conversation) && conversation.assigned_to === null;
    case "snoozed":
      return ({ snoozed_until }) => snoozed_until !== null;
    case "mentions":
      return () => true;
    default:
      return (conversation) => conversation.status === (folder === "closed" ? "closed" : (status ?? "open"));
  }
}

/** @param {Conversation} conversation */
function isAwaiting({ awaiting_reply_since }) {
  return awaiting_reply_since !== null;
}
