import { request } from "#core/api.js";

/**
 * @import { Api } from "#api"
 * @typedef {Api["Folders"]} Folders
 * @typedef {Api["SavedFilter"]} SavedFilter
 * @typedef {Api["BulkAnswer"]} BulkAnswer
 * @typedef {{ status?: "open" | "closed", assigned_to?: string | null, snoozed_until?: string | null }} BulkChange
 */

/** What the list of the company alone asks for. */

/** @returns {Promise<Folders>} */
export const folders = () => request("GET", "/folders");

/** @returns {Promise<SavedFilter[]>} */
export const savedFilters = () => request("GET", "/saved-filters");

/** @param {{ name: string, query: Record<string, string>, is_shared: boolean }} filter @returns {Promise<SavedFilter>} */
export const saveFilter = (filter) => request("POST", "/saved-filters", filter);

/** @param {string} id @param {{ name?: string, is_shared?: boolean }} change @returns {Promise<SavedFilter>} */
export const changeFilter = (id, change) => request("PATCH", `/saved-filters/${id}`, change);

/** @param {string} id @returns {Promise<null>} */
export const deleteFilter = (id) => request("DELETE", `/saved-filters/${id}`);

/** @param {string[]} conversations @param {BulkChange} change @returns {Promise<BulkAnswer>} */
export const changeMany = (conversations, change) => request("POST", "/conversations/bulk", { conversations, ...change });
