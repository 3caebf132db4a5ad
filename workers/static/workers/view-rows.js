import * as api from "./tasks-api.js";

/** @import { View } from "./url-state.js" */

/** Load the data of a view. @param {View} view @param {string} period @param {Record<string, string>} filters */
export async function rowsOf(view, period, filters) {
  if (view === "overview") return { series: await api.series(period) };
  if (view === "failures") return { failures: await api.failures(period) };
  if (view === "workers") return { workers: await api.workers() };
  if (view === "schedules") return { schedules: await api.schedules() };
  if (view === "log") return { log: await api.log() };
  if (view === "retries") return { tasks: (await api.list({ state: "retrying" })).results, next: null };
  const [page, workers] = await Promise.all([api.list(filters), api.workers()]);
  return { tasks: page.results, next: page.next, folded: page.folded, searchedUntil: page.searched_until, workers };
}
