import { LitElement, html, nothing } from "lit";

import { icons } from "#core/icons.js";

import { bytes, duration, exact, factValue, fromNow, number } from "../format.js";
import { t } from "../i18n/index.js";
import { overviewStyles } from "./task-overview-styles.js";
import { stepWords } from "./task-plot.js";
import { taskStyles } from "./task-styles.js";

/** @import { Alert, Latency, Queue, Series, Shares, Summary, Task } from "../types.js" */

// A task that waits for longer than this is highlighted.
const OLD_SECONDS = 60;

/**
 * The first view: alerts, plots, queues, waiting times, health. Sends `queue-act` {queue, verb} and `open-task` {id}.
 *
 * @property {Summary} summary
 * @property {Queue[]} queues
 * @property {Series} series
 */
export class TaskOverview extends LitElement {
  static properties = { summary: { attribute: false }, queues: { attribute: false }, series: { attribute: false } };

  static styles = [taskStyles, overviewStyles];

  constructor() {
    super();
    /** @type {Summary | null} */
    this.summary = null;
    /** @type {Queue[]} */
    this.queues = [];
    /** @type {Series | null} */
    this.series = null;
  }

  /** @override */
  render() {
    const summary = this.summary;
    if (!summary) return nothing;
    return html`
      ${this.#alerts(summary.alerts)} ${this.#ended(summary.ended_alerts)} ${this.#plots()} ${this.#queues(summary.may_act)}
      ${this.#latencies(summary)}
      <div class="halves">${this.#health(summary)} ${this.#slowest(summary.slowest)}</div>
    `;
  }

  /** @param {Alert[]} alerts */
  #alerts(alerts) {
    if (alerts.length === 0) return html`<p class="fine">${icons.check} ${t("noAlert")}</p>`;
    return html`<ul class="alerts" aria-label=${t("alerts")}>
      ${alerts.map(
        (alert) => html`<li>
          ${icons.warning} <span>${alert.words}</span>
          ${alert.since
            ? html`<span class="soft" title=${exact(alert.since)}>
                ${t("alertSince", { time: sinceWords(alert.since) })}${alert.told_at ? ` · ${t("alertTold")}` : ""}
              </span>`
            : nothing}
          <p>${alert.what_to_do}</p>
          ${alert.detail ? html`<p class="said">${t("alertSaid", { said: alert.detail })}</p>` : nothing}
        </li>`,
      )}
    </ul>`;
  }

  /** @param {Alert[]} ended */
  #ended(ended) {
    if (ended.length === 0) return nothing;
    return html`<details class="ended">
      <summary>${t("alertsEnded", { n: ended.length })}</summary>
      <ul>
        ${ended.map(
          ({ words, since, ended_at }) => html`<li>
            ${words} <span class="soft">${since && ended_at ? t("alertSpan", { from: exact(since), to: exact(ended_at) }) : nothing}</span>
          </li>`,
        )}
      </ul>
    </details>`;
  }

  #plots() {
    const series = this.series;
    if (!series) return nothing;
    const titles = Object.fromEntries(this.queues.map(({ queue, title }) => [queue, title]));
    return html`<div class="plots">
      <task-plot
        stacked
        .series=${series}
        .lines=${[
          { name: t("succeeded"), values: series.succeeded },
          { name: t("failed"), values: series.failed },
        ]}
        heading=${t("throughput")}
        unit=${t("throughputAxis", { step: stepWords(series) })}
      ></task-plot>
      <task-plot
        .series=${series}
        .lines=${Object.entries(series.depths).map(([queue, values]) => ({ name: titles[queue] ?? queue, values }))}
        heading=${t("depth")}
        unit=${t("depthAxis")}
      ></task-plot>
    </div>`;
  }

  /** @param {boolean} mayAct */
  #queues(mayAct) {
    return html`<section>
      <h2>${t("queues")}</h2>
      <table class="cards">
        <thead>
          <tr>
            <th>${t("queue")}</th>
            <th class="number">${t("waiting")}</th>
            <th class="number">${t("oldest")}</th>
            <th class="number">${t("running")}</th>
            <th class="number">${t("retrying")}</th>
            <th class="number">${t("rates")}</th>
            <th class="number">${t("toEmpty")}</th>
            <th class="number">${t("servedBy")}</th>
            <th><span class="visually-hidden">${t("actions")}</span></th>
          </tr>
        </thead>
        <tbody>
          ${this.queues.map((queue) => this.#queue(queue, mayAct))}
        </tbody>
      </table>
    </section>`;
  }

  /** @param {Queue} queue @param {boolean} mayAct */
  #queue(queue, mayAct) {
    const isOld = queue.oldest_seconds > OLD_SECONDS;
    const verb = queue.paused_at ? "resume" : "pause";
    return html`<tr>
      <td class="head">
        <a class="strong" href="?view=tasks&state=waiting&queue=${queue.queue}">${queue.title}</a>
        ${queue.paused_by ? html`<div class="soft">${t("pausedBy", { name: queue.paused_by.name })}</div>` : nothing}
      </td>
      <td class="number" data-label=${t("waiting")}>${number(queue.waiting)}</td>
      <td class="number ${isOld ? "wrong strong" : ""}" data-label=${t("oldest")}>
        ${queue.waiting ? duration(queue.oldest_seconds) : "–"}
      </td>
      <td class="number" data-label=${t("running")}>${number(queue.running)}</td>
      <td class="number" data-label=${t("retrying")}>${number(queue.retrying)}</td>
      <td class="number" data-label=${t("rates")}>
        ${number(queue.in_per_minute, 1)} / ${number(queue.out_per_minute, 1)}
      </td>
      <td class="number" data-label=${t("toEmpty")}>
        ${queue.seconds_to_empty === null ? t("never") : queue.waiting ? duration(queue.seconds_to_empty) : "–"}
      </td>
      <td class="number ${queue.workers ? "" : "wrong strong"}" data-label=${t("servedBy")}>${queue.workers}</td>
      <td>
        ${mayAct
          ? html`<div class="buttons">
              <button class="button small" @click=${() => this.#act(queue, verb)}>${t(verb)}</button>
              <button class="button small" @click=${() => this.#act(queue, "purge")}>${t("purge")}</button>
            </div>`
          : nothing}
      </td>
    </tr>`;
  }

  /** @param {Summary} summary */
  #latencies({ queue_latencies, latencies }) {
    const rows = queue_latencies.flatMap((ofQueue) => [
      this.#latency(ofQueue),
      ...latencies.filter(({ queue }) => queue === ofQueue.queue).map((ofTask) => this.#latency(ofTask)),
    ]);
    return html`<section>
      <h2>${t("latencies")}</h2>
      ${latencies.length === 0
        ? html`<p class="empty">${t("noLatency")}</p>`
        : html`<table class="cards latencies">
            <thead>
              <tr>
                <th>${t("queueAndTask")}</th>
                <th class="number">${t("count")}</th>
                <th class="number">${t("wait")} p50 · p95 · p99</th>
                <th class="number">${t("run")} p50 · p95 · p99</th>
                <th class="number">${t("memoryPeak")}</th>
              </tr>
            </thead>
            <tbody>
              ${rows}
            </tbody>
          </table>`}
    </section>`;
  }

  /** Show a queue, or a task under its queue. @param {Latency} row */
  #latency(row) {
    /** @param {Shares} shares */
    const cells = ({ p50, p95, p99 }) => `${duration(p50)} · ${duration(p95)} · ${duration(p99)}`;
    const query = row.name ? `name=${row.name}` : `queue=${row.queue}&housekeeping=1`;
    return html`<tr class=${row.name ? "" : "of-queue"}>
      <td class="head"><a href="?view=tasks&${query}">${row.title}</a></td>
      <td class="number" data-label=${t("count")}>${number(row.count)}</td>
      <td class="number" data-label=${t("wait")}>${cells(row.wait)}</td>
      <td class="number" data-label=${t("run")}>${cells(row.run)}</td>
      <td class="number" data-label=${t("memoryPeak")}>${bytes(row.memory_bytes)}</td>
    </tr>`;
  }

  /** @param {Summary} summary */
  #health(summary) {
    const audit = summary.audit;
    const drifts = audit?.drifts.length ?? 0;
    return html`<section>
      <h2>${t("health")}</h2>
      <dl>
        <dt>${t("outboxLag")}</dt>
        <dd>${duration(summary.outbox_lag_seconds)}</dd>
        <dt>${t("audit")} ${audit ? html`<span class="soft">(${fromNow(audit.at)})</span>` : nothing}</dt>
        <dd class=${drifts ? "wrong" : ""}>
          ${!audit
            ? t("auditNever")
            : drifts
              ? t("auditDrift", { n: drifts })
              : t("auditFine", { n: audit.conversations })}
        </dd>
        ${summary.facts.map((fact) => html`<dt>${fact.label}</dt><dd>${factValue(fact)}</dd>`)}
      </dl>
      <p class="soft retention">
        ${t("retention", { runs: summary.runs_kept_days, hours: summary.hours_kept_days, dead: summary.dead_kept_days })}
      </p>
    </section>`;
  }

  /** @param {Task[]} tasks */
  #slowest(tasks) {
    return html`<section>
      <h2>${t("slowest")}</h2>
      ${tasks.length === 0 ? html`<p class="empty">${t("noLatency")}</p>` : nothing}
      <table>
        <tbody>
          ${tasks.map(
            (task) => html`<tr>
              <td class="words">
                <button class="link" @click=${() => this.#send("open-task", { id: task.id })}>
                  ${task.words || task.title}
                </button>
              </td>
              <td class="number">${duration(task.run_seconds)}</td>
            </tr>`,
          )}
        </tbody>
      </table>
    </section>`;
  }

  /** @param {Queue} queue @param {"pause" | "resume" | "purge"} verb */
  #act(queue, verb) {
    const name = queue.title;
    let body = {};
    if (verb === "pause" && !confirm(t("pauseConfirm", { name, n: queue.waiting }))) return;
    if (verb === "purge") {
      const typed = prompt(t("purgeConfirm", { name }));
      if (typed === null) return;
      // The words of the screen stand for the name that the server knows.
      body = { confirm: typed.trim().toLowerCase() === name.toLowerCase() ? queue.queue : typed };
    }
    this.#send("act", { what: "queues", id: queue.queue, verb, body, name });
  }

  /** @param {string} name @param {object} detail */
  #send(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

/** @param {string} moment */
function sinceWords(moment) {
  return duration(Math.max(1, Math.round((Date.now() - new Date(moment).getTime()) / 1_000)));
}

customElements.define("task-overview", TaskOverview);
