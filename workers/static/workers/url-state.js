/**
 * The state of the dashboard as its address, so that it can be sent to a colleague.
 *
 * @typedef {"overview" | "tasks" | "retries" | "failures" | "workers" | "schedules" | "log"} View
 * @typedef {{ view: View, period: string, task: string, filters: Record<string, string> }} UrlState
 */

/** @type {View[]} */
export const VIEWS = ["overview", "tasks", "retries", "failures", "workers", "schedules", "log"];
export const PERIODS = ["1h", "24h", "7d", "30d"];
export const FILTERS = [
  "state", "queue", "name", "worker", "subject", "since", "until", "q", "slower_than", "error_class", "error_place",
  "housekeeping",
];

/** @param {string} search @returns {UrlState} */
export function stateOfUrl(search) {
  const given = new URLSearchParams(search);
  const view = /** @type {View} */ (given.get("view") ?? "overview");
  const period = given.get("period") ?? "24h";
  const filters = FILTERS.flatMap((name) => (given.has(name) ? [[name, given.get(name) ?? ""]] : []));
  return {
    view: VIEWS.includes(view) ? view : "overview",
    period: PERIODS.includes(period) ? period : "24h",
    task: given.get("task") ?? "",
    filters: Object.fromEntries(filters),
  };
}

/** @param {UrlState} place */
export function searchOfState({ view, period, task, filters }) {
  const given = new URLSearchParams();
  if (view !== "overview") given.set("view", view);
  if (period !== "24h") given.set("period", period);
  for (const name of FILTERS) if (filters[name]) given.set(name, filters[name]);
  if (task) given.set("task", task);
  const text = given.toString();
  return text ? `?${text}` : "";
}
