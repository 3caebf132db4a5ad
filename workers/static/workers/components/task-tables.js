import { css, html, nothing, svg } from "lit";

import { list } from "#core/numbers.js";

import { bytes, duration, exact, fromNow, number } from "../format.js";
import { t } from "../i18n/index.js";
import { TONES } from "./task-styles.js";

/**
 * The plain tables of the dashboard. They call `act` when the person presses a button.
 *
 * @import { Failure, LoggedAction, Schedule, Worker } from "../types.js"
 * @typedef {(what: "workers" | "schedules", id: string, verb: string, name: string) => void} Act
 * @typedef {Record<string, string>} Titles words by the name of a queue or a task
 */

const SPARK = { width: 96, height: 24 };

export const tableStyles = css`
  .spark rect {
    fill: var(--danger);
  }

  .spark line {
    stroke: var(--line-strong);
  }
`;

/** @param {string} name @param {"w" | "s"} prefix */
const state = (name, prefix) =>
  html`<span class="state ${TONES[name] ?? "idle"}">${t(/** @type {any} */ (`${prefix}_${name}`))}</span>`;

/** @param {Failure[]} failures */
export function failuresTable(failures) {
  if (failures.length === 0) return html`<p class="empty">${t("noFailure")}</p>`;
  return html`<table class="cards">
    <thead>
      <tr>
        <th>${t("cause")}</th>
        <th class="number">${t("count")}</th>
        <th>${t("first")}</th>
        <th>${t("last")}</th>
        <th>${t("trend")}</th>
        <th><span class="visually-hidden">${t("actions")}</span></th>
      </tr>
    </thead>
    <tbody>
      ${failures.map(failureRow)}
    </tbody>
  </table>`;
}

/** @param {Failure} failure */
function failureRow(failure) {
  const { name, error_class, error_place } = failure;
  const query = new URLSearchParams({ view: "tasks", state: "error", name, error_class, error_place });
  return html`<tr>
    <td class="head words">
      <div class="strong">${failure.title}</div>
      <div class="wrong">${error_class || t("state_lost")} ${failure.error_text}</div>
      <div class="soft">${error_place}</div>
    </td>
    <td class="number strong" data-label=${t("count")}>${number(failure.count)}</td>
    <td data-label=${t("first")} title=${exact(failure.first_at)}>${fromNow(failure.first_at)}</td>
    <td data-label=${t("last")} title=${exact(failure.last_at)}>${fromNow(failure.last_at)}</td>
    <td data-label=${t("trend")}>${spark(failure.spark, failure.count)}</td>
    <td><a href="?${query}">${t("seeAll")}</a></td>
  </tr>`;
}

/** @param {number[]} values @param {number} n */
function spark(values, n) {
  const top = Math.max(1, ...values);
  const step = SPARK.width / values.length;
  return html`<svg
    class="spark"
    role="img"
    aria-label=${t("trendLabel", { n })}
    width=${SPARK.width}
    height=${SPARK.height}
    viewBox="0 0 ${SPARK.width} ${SPARK.height}"
  >
    <line x1="0" x2=${SPARK.width} y1=${SPARK.height - 0.5} y2=${SPARK.height - 0.5}></line>
    ${values.map((value, i) => {
      const height = value ? Math.max(2, (value / top) * (SPARK.height - 2)) : 0;
      return svg`<rect x=${i * step} y=${SPARK.height - height} width=${step - 1} height=${height}></rect>`;
    })}
  </svg>`;
}

/** @param {Worker[]} workers @param {Titles} titles @param {boolean} mayAct @param {Act} act */
export function workersTable(workers, titles, mayAct, act) {
  if (workers.length === 0) return html`<p class="empty wrong">${t("noWorker")}</p>`;
  return html`<table class="cards">
    <thead>
      <tr>
        <th>${t("host")}</th>
        <th>${t("state")}</th>
        <th>${t("queues")}</th>
        <th class="number">${t("busy")}</th>
        <th class="number">${t("memory")}</th>
        <th class="number">${t("uptime")}</th>
        <th>${t("version")}</th>
        <th>${t("seen")}</th>
        <th><span class="visually-hidden">${t("actions")}</span></th>
      </tr>
    </thead>
    <tbody>
      ${workers.map((worker) => workerRow(worker, titles, mayAct, act))}
    </tbody>
  </table>`;
}

/** @param {Worker} worker @param {Titles} titles @param {boolean} mayAct @param {Act} act */
function workerRow(worker, titles, mayAct, act) {
  const name = `${worker.host}:${worker.pid}`;
  const isThere = worker.state === "alive" || worker.state === "quiet";
  const verb = worker.state === "quiet" ? "resume" : "quiet";
  /** @param {string} queueOrTask */
  const titleOf = (queueOrTask) => titles[queueOrTask] ?? queueOrTask;
  return html`<tr>
    <td class="head strong"><a href="?view=tasks&worker=${name}">${name}</a></td>
    <td data-label=${t("state")}>
      <div>
        ${state(worker.state, "w")}
        ${worker.order ? html`<div class="soft">${t(/** @type {any} */ (`ordered_${worker.order}`))}</div>` : nothing}
        ${isThere && !worker.reaches_broker ? html`<div class="wrong">${t("withoutBroker")}</div>` : nothing}
      </div>
    </td>
    <td class="soft" data-label=${t("queues")}>${list(worker.queues.map(titleOf))}</td>
    <td class="number" data-label=${t("busy")}>
      <div>
        ${worker.busy.length} / ${worker.concurrency}
        ${worker.busy.map((task) => html`<div class="soft">${titleOf(String(task.name))}</div>`)}
      </div>
    </td>
    <td class="number" data-label=${t("memory")}>${bytes(worker.memory_bytes)}</td>
    <td class="number" data-label=${t("uptime")}>${duration(worker.uptime_seconds)}</td>
    <td data-label=${t("version")}>${worker.version || "–"}</td>
    <td data-label=${t("seen")} title=${exact(worker.seen_at)}>${fromNow(worker.seen_at)}</td>
    <td>
      ${mayAct && isThere
        ? html`<div class="buttons">
            <button
              class="button small"
              @click=${() => (verb === "resume" || confirm(t("quietConfirm", { name }))) && act("workers", worker.id, verb, name)}
            >
              ${t(verb === "quiet" ? "quiet" : "unquiet")}
            </button>
            <button
              class="button small"
              @click=${() => confirm(t("stopConfirm", { name })) && act("workers", worker.id, "stop", name)}
            >
              ${t("stop")}
            </button>
          </div>`
        : nothing}
    </td>
  </tr>`;
}

/** @param {Schedule[]} schedules @param {boolean} mayAct @param {Act} act */
export function schedulesTable(schedules, mayAct, act) {
  if (schedules.length === 0) return html`<p class="empty">${t("noSchedule")}</p>`;
  return html`<table class="cards">
    <thead>
      <tr>
        <th>${t("task")}</th>
        <th>${t("state")}</th>
        <th>${t("everyN")}</th>
        <th>${t("next")}</th>
        <th>${t("lastRun")}</th>
        <th class="number">${t("duration")}</th>
        <th class="number">${t("drift")}</th>
        <th>${t("result")}</th>
        <th><span class="visually-hidden">${t("actions")}</span></th>
      </tr>
    </thead>
    <tbody>
      ${schedules.map(
        (row) => html`<tr>
          <td class="head"><a class="strong" href="?view=schedules&task=run_periodic:${row.name}" title=${t("seeRuns")}>${row.title}</a></td>
          <td data-label=${t("state")}>${state(row.state, "s")}</td>
          <td data-label=${t("everyN")}>${row.words}</td>
          <td data-label=${t("next")} title=${exact(row.due_at)}>${row.is_enabled ? fromNow(row.due_at) : "–"}</td>
          <td data-label=${t("lastRun")} title=${exact(row.last_started_at)}>${fromNow(row.last_started_at)}</td>
          <td class="number" data-label=${t("duration")}>${duration(row.last_seconds)}</td>
          <td class="number" data-label=${t("drift")}>${duration(row.drift_seconds)}</td>
          <td class="words ${row.last_error ? "wrong" : "soft"}" data-label=${t("result")}>
            ${row.last_error || row.result_words || "–"}
          </td>
          <td>
            ${mayAct
              ? html`<div class="buttons">
                  <button class="button small" @click=${() => act("schedules", row.name, "run", row.title)}>${t("runNow")}</button>
                  <button
                    class="button small"
                    @click=${() =>
                      (!row.is_enabled || confirm(t("disableConfirm", { name: row.title }))) &&
                      act("schedules", row.name, row.is_enabled ? "disable" : "enable", row.title)}
                  >
                    ${t(row.is_enabled ? "disable" : "enable")}
                  </button>
                </div>`
              : nothing}
          </td>
        </tr>`,
      )}
    </tbody>
  </table>`;
}

/** @param {LoggedAction[]} actions */
export function logTable(actions) {
  if (actions.length === 0) return html`<p class="empty">${t("noLog")}</p>`;
  return html`<table class="cards">
    <thead>
      <tr>
        <th>${t("when")}</th>
        <th>${t("who")}</th>
        <th>${t("did")}</th>
        <th>${t("target")}</th>
        <th class="number">${t("count")}</th>
        <th>${t("reason")}</th>
      </tr>
    </thead>
    <tbody>
      ${actions.map(
        (row) => html`<tr>
          <td data-label=${t("when")} title=${exact(row.at)}>${fromNow(row.at)}</td>
          <td class="strong" data-label=${t("who")}>${row.actor.name}</td>
          <td data-label=${t("did")}>${row.words}</td>
          <td class="soft words" data-label=${t("target")}>${row.target_words}</td>
          <td class="number" data-label=${t("count")}>${number(row.count)}</td>
          <td data-label=${t("reason")}>${row.reason}</td>
        </tr>`,
      )}
    </tbody>
  </table>`;
}
