import { request } from "#core/api.js";

/** The API of the task dashboard: one function per operation. */

const TASKS = "/staff/tasks";

/** @param {Record<string, string | number | null | undefined>} values */
function query(values) {
  const given = Object.entries(values).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text ? `?${text}` : "";
}

/** @param {string} period @returns {Promise<import("./types.js").Summary>} */
export const summary = (period) => request("GET", `${TASKS}/summary${query({ period })}`);

/** @returns {Promise<import("./types.js").Queue[]>} */
export const queues = () => request("GET", `${TASKS}/queues`);

/** @param {string} period @returns {Promise<import("./types.js").Series>} */
export const series = (period) => request("GET", `${TASKS}/series${query({ period })}`);

/** @param {string} period @returns {Promise<import("./types.js").Failure[]>} */
export const failures = (period) => request("GET", `${TASKS}/failures${query({ period })}`);

/** @returns {Promise<import("./types.js").Worker[]>} */
export const workers = () => request("GET", `${TASKS}/workers`);

/** @returns {Promise<import("./types.js").Schedule[]>} */
export const schedules = () => request("GET", `${TASKS}/schedules`);

/** @returns {Promise<import("./types.js").LoggedAction[]>} */
export const log = () => request("GET", `${TASKS}/actions`);

/** Housekeeping is left out unless the address asks for it. @param {Record<string, string>} filters */
function conditions({ housekeeping, ...others }) {
  return { ...others, without_housekeeping: housekeeping ? "" : "true" };
}

/**
 * @param {Record<string, string>} filters
 * @param {string | null} [cursor]
 * @returns {Promise<import("./types.js").TaskPage>}
 */
export const list = (filters, cursor = null) =>
  request("GET", `${TASKS}${query({ ...conditions(filters), cursor })}`);

/** @param {string} id @returns {Promise<import("./types.js").TaskDetail>} */
export const detail = (id) => request("GET", `${TASKS}/${encodeURIComponent(id)}`);

/** @param {string} id @param {{ note?: string, owner?: string | null }} changes */
export const note = (id, changes) => request("PATCH", `${TASKS}/${encodeURIComponent(id)}`, changes);

/** @param {{ ids: string[] }} chosen @returns {Promise<{ count: number }>} */
export const retry = (chosen) => request("POST", `${TASKS}/retry`, chosen);

/** Return how many tasks a retry of all matching ones would concern. @param {Record<string, string>} filters @returns {Promise<{ count: number }>} */
export const countToRetry = ({ housekeeping: _, ...filters }) =>
  request("POST", `${TASKS}/retry`, { filters, count_only: true });

/** @param {Record<string, string>} filters @returns {Promise<{ count: number }>} */
export const retryAll = ({ housekeeping: _, ...filters }) => request("POST", `${TASKS}/retry`, { filters });

/** @param {string} id @returns {Promise<{ count: number }>} */
export const cancel = (id) => request("POST", `${TASKS}/${encodeURIComponent(id)}/cancel`);

/** @param {{ ids: string[], reason: string }} chosen @returns {Promise<{ count: number }>} */
export const discard = (chosen) => request("POST", `${TASKS}/discard`, chosen);

/** @param {"queues" | "workers" | "schedules"} what @param {string} id @param {string} verb @param {object} [body] */
export const act = (what, id, verb, body = {}) =>
  request("POST", `${TASKS}/${what}/${encodeURIComponent(id)}/${verb}`, body);

/** @param {Record<string, string>} filters @param {"csv" | "json"} to */
export const exportAddress = (filters, to) => `/api/v1${TASKS}/export${query({ ...conditions(filters), to })}`;
