import { LitElement, html, nothing } from "lit";

import { ApiError } from "#core/api.js";
import "#core/components/connection-banner.js";

import { doneWords } from "../done-words.js";
import { PERIODS, VIEWS, stateOfUrl, searchOfState } from "../url-state.js";
import { number } from "../format.js";
import { t } from "../i18n/index.js";
import { TaskUpdates } from "../task-updates.js";
import * as api from "../tasks-api.js";
import { rowsOf } from "../view-rows.js";
import "./task-detail.js";
import "./task-filters.js";
import "./task-list.js";
import "./task-overview.js";
import "./task-plot.js";
import "./task-retries.js";
import { dashboardStyles } from "./task-dashboard-styles.js";
import { taskStyles } from "./task-styles.js";
import { failuresTable, logTable, schedulesTable, tableStyles, workersTable } from "./task-tables.js";

/**
 * @import { UrlState } from "../url-state.js"
 * @import { Failure, LoggedAction, Queue, Schedule, Series, Summary, Task, TaskDetail, Worker } from "../types.js"
 */

const NOTICE_MS = 6_000;
const CARDS = /** @type {const} */ (["succeeded", "failed", "running", "waiting", "retrying", "scheduled", "dead"]);
const OVER_PERIOD = new Set(["succeeded", "failed"]);
const VIEW_LABELS = /** @type {const} */ ({
  overview: "viewOverview", tasks: "viewTasks", retries: "retrying", failures: "viewFailures",
  workers: "viewWorkers", schedules: "viewSchedules", log: "viewLog",
});

/**
 * The dashboard of background tasks. Its address names what is shown, and events update it.
 *
 * @property {{ id: string, name: string, role: string }} me
 */
export class TaskDashboard extends LitElement {
  static properties = {
    me: { attribute: false },
    urlState: { state: true },
    summary: { state: true },
    rows: { state: true },
    detail: { state: true },
    problem: { state: true },
    notice: { state: true },
  };

  static styles = [taskStyles, tableStyles, dashboardStyles];

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #noticeTimer;
  #updates = new TaskUpdates({ onUpdate: () => void this.refresh(), onChange: () => this.requestUpdate() });
  /** Number of the last load, so that a slow answer never replaces a newer one. */
  #load = 0;

  constructor() {
    super();
    /** @type {{ id: string, name: string, role: string } | null} */
    this.me = null;
    /** @type {UrlState} */
    this.urlState = stateOfUrl(location.search);
    /** @type {Summary | null} */
    this.summary = null;
    /** The data of the present view. */
    this.rows = {
      /** @type {Queue[]} */ queues: [],
      /** @type {Series | null} */ series: null,
      /** @type {Task[] | null} */ tasks: null,
      /** @type {string | null} */ next: null,
      folded: 0,
      /** @type {string | null} */ searchedUntil: null,
      /** @type {Failure[] | null} */ failures: null,
      /** @type {Worker[] | null} */ workers: null,
      /** @type {Schedule[] | null} */ schedules: null,
      /** @type {LoggedAction[] | null} */ log: null,
    };
    /** @type {TaskDetail | null} */
    this.detail = null;
    this.problem = "";
    this.notice = "";
    for (const name of ["open-task", "close-task", "retry", "retry-all", "cancel", "discard", "act", "note", "load-more", "filters-change"]) {
      this.addEventListener(name, (event) => this.#on(name, /** @type {CustomEvent} */ (event).detail));
    }
  }

  /** @override */
  connectedCallback() {
    super.connectedCallback();
    addEventListener("popstate", this.#onPopState);
    this.#updates.start();
    void this.refresh();
  }

  /** @override */
  disconnectedCallback() {
    removeEventListener("popstate", this.#onPopState);
    this.#updates.stop();
    clearTimeout(this.#noticeTimer);
    super.disconnectedCallback();
  }

  /** @override @param {Map<string, unknown>} changed */
  updated(changed) {
    if (changed.has("me") && this.me) this.#updates.listen(this.me.id);
  }

  /** Load what is on screen. */
  async refresh() {
    const load = ++this.#load;
    const { view, period, filters, task } = this.urlState;
    try {
      const [summary, queues, rows, detail] = await Promise.all([
        api.summary(period), api.queues(), rowsOf(view, period, filters), task ? api.detail(task) : null,
      ]);
      if (load !== this.#load) return;
      this.summary = summary;
      this.rows = { ...this.rows, queues, ...rows };
      this.detail = detail;
      this.problem = "";
    } catch (error) {
      if (load === this.#load) this.#onLoadError(error);
    }
  }

  /** @override */
  render() {
    return html`
      <connection-banner ?disconnected=${!this.#updates.isConnected}></connection-banner>
      <div class="page">
        ${this.#top()} ${this.#cards()} ${this.#nav()}
        ${this.problem
          ? html`<p class="problem" role="alert">
              ${t("failedToLoad", { reason: this.problem })}
              <button class="button small" @click=${() => this.refresh()}>${t("retryLoad")}</button>
            </p>`
          : nothing}
        ${this.#alertsElsewhere()} ${this.#view()}
      </div>
      ${this.detail
        ? html`<task-detail .task=${this.detail} .me=${this.me} ?mayAct=${this.summary?.may_act}></task-detail>`
        : nothing}
      ${this.notice ? html`<p class="notice" role="status">${this.notice}</p>` : nothing}
    `;
  }

  /** On the views that do not show the alerts. */
  #alertsElsewhere() {
    const alerts = this.summary?.alerts ?? [];
    const [first] = alerts;
    if (this.urlState.view === "overview" || !first) return nothing;
    return html`<p class="problem">
      <span>${first.words}</span> <a href="?view=overview">${t("alertsOpen", { n: alerts.length })}</a>
    </p>`;
  }

  #top() {
    const { period } = this.urlState;
    const time = this.#updates.at?.toLocaleTimeString(document.documentElement.lang);
    return html`<div class="top">
      <div>
        <h1>${t("title")}</h1>
        <p>${t("intro")}</p>
      </div>
      <div class="controls">
        <span class="soft">${!this.#updates.isLive ? t("paused") : time ? t("lastEvent", { time }) : t("noEvent")}</span>
        <label><input type="checkbox" .checked=${this.#updates.isLive} @change=${() => this.#updates.setLive(!this.#updates.isLive)} /> ${t("live")}</label>
        <label>
          ${t("period")}
          <select class="control" @change=${this.#onPeriod}>
            ${PERIODS.map((name) => html`<option value=${name} ?selected=${name === period}>${periodLabel(name)}</option>`)}
          </select>
        </label>
      </div>
    </div>`;
  }

  #cards() {
    const summary = this.summary;
    if (!summary) return html`<div class="skeleton" role="status" aria-label=${t("loading")}></div>`;
    return html`<div class="cards-row" role="group" aria-label=${t("cards")}>
      ${CARDS.map((name) => {
        const value = summary.cards[name] ?? 0;
        const isWrong = value > 0 && (name === "failed" || name === "dead");
        const place = name === "retrying" ? { view: "retries", filters: {} } : { view: "tasks", filters: { state: name } };
        const urlState = /** @type {UrlState} */ ({ ...this.urlState, ...place, task: "" });
        const isHere = this.urlState.view === place.view && this.urlState.filters.state === place.filters.state;
        return html`<a
          class="card ${isWrong ? "wrong" : ""}"
          href=${searchOfState(urlState) || "?"}
          aria-current=${isHere ? "true" : nothing}
          @click=${(/** @type {Event} */ event) => this.#follow(event, urlState)}
        >
          <b>${number(value)}</b> <span>${t(name)}</span>
          ${name === "succeeded" && summary.cards.housekeeping
            ? html`<small>${t("andHousekeeping", { n: summary.cards.housekeeping })}</small>`
            : nothing}
          <small>${OVER_PERIOD.has(name) ? t("cardOver", { period: periodLabel(this.urlState.period) }) : t("cardNow")}</small>
        </a>`;
      })}
    </div>`;
  }

  #nav() {
    return html`<nav aria-label=${t("views")}>
      <ul>
        ${VIEWS.map((view) => {
          const urlState = /** @type {UrlState} */ ({ ...this.urlState, view, task: "", filters: {} });
          return html`<li>
            <a
              href=${location.pathname + searchOfState(urlState)}
              aria-current=${view === this.urlState.view ? "page" : nothing}
              @click=${(/** @type {Event} */ event) => this.#follow(event, urlState)}
              >${t(VIEW_LABELS[view])}</a
            >
          </li>`;
        })}
      </ul>
    </nav>`;
  }

  #view() {
    const { view, filters } = this.urlState;
    const rows = this.rows;
    const mayAct = this.summary?.may_act ?? false;
    /** @param {"workers" | "schedules"} what @param {string} id @param {string} verb @param {string} name */
    const act = (what, id, verb, name) => void this.#on("act", { what, id, verb, name });
    if (view === "overview") {
      if (!this.summary || !rows.series) return this.#skeleton();
      return html`<task-overview .summary=${this.summary} .queues=${rows.queues} .series=${rows.series}></task-overview>`;
    }
    if (view === "tasks") {
      return html`<div class="stack">
        <task-filters
          .filters=${filters}
          .queues=${rows.queues}
          .names=${this.summary?.latencies ?? []}
          .workers=${rows.workers ?? []}
        ></task-filters>
        ${rows.tasks
          ? html`<task-list .tasks=${rows.tasks} .filters=${filters} ?mayAct=${mayAct} ?hasMore=${rows.next !== null}
              .folded=${rows.folded} .searchedUntil=${rows.searchedUntil}></task-list>`
          : this.#skeleton()}
      </div>`;
    }
    if (view === "retries") {
      if (!rows.tasks) return this.#skeleton();
      return html`<task-retries .tasks=${rows.tasks} ?mayAct=${mayAct}></task-retries>`;
    }
    const tables = {
      failures: () => rows.failures && this.#section(t("failures"), failuresTable(rows.failures)),
      workers: () => rows.workers && this.#section(t("workers"), workersTable(rows.workers, this.#titles(), mayAct, act)),
      schedules: () => rows.schedules && this.#section(t("schedules"), schedulesTable(rows.schedules, mayAct, act)),
      log: () => rows.log && this.#section(t("log"), logTable(rows.log)),
    };
    return tables[view]() ?? this.#skeleton();
  }

  /** Return the words for queues and tasks by their names. */
  #titles() {
    const queues = this.rows.queues.map(({ queue, title }) => [queue, title]);
    return Object.fromEntries([...queues, ...(this.summary?.latencies ?? []).map(({ name, title }) => [name, title])]);
  }

  /** @param {string} heading @param {unknown} content */
  #section(heading, content) {
    return html`<section>
      <h2>${heading}</h2>
      ${content}
    </section>`;
  }

  #skeleton() {
    return this.problem ? nothing : html`<div class="skeleton tall" role="status" aria-label=${t("loading")}></div>`;
  }

  /** @param {UrlState} urlState */
  #go(urlState) {
    const isOtherView = urlState.view !== this.urlState.view;
    history.pushState(null, "", location.pathname + searchOfState(urlState));
    this.#show(urlState);
    if (isOtherView) this.scrollTo({ top: 0 });
  }

  /** @param {UrlState} urlState */
  #show(urlState) {
    const isOtherList =
      urlState.view !== this.urlState.view || JSON.stringify(urlState.filters) !== JSON.stringify(this.urlState.filters);
    this.urlState = urlState;
    if (isOtherList) this.rows = { ...this.rows, tasks: null };
    if (!urlState.task) this.detail = null;
    void this.refresh();
  }

  /** Follow a link inside the page. With a modifier key the browser opens another tab. @param {Event} event @param {UrlState} urlState */
  #follow(event, urlState) {
    const { ctrlKey, metaKey, shiftKey } = /** @type {MouseEvent} */ (event);
    if (ctrlKey || metaKey || shiftKey) return;
    event.preventDefault();
    this.#go(urlState);
  }

  /** @param {string} name @param {any} detail */
  #on(name, detail) {
    if (name === "open-task") return this.#go({ ...this.urlState, task: detail.id });
    if (name === "close-task") return this.#go({ ...this.urlState, task: "" });
    if (name === "filters-change") return this.#go({ ...this.urlState, filters: detail });
    if (name === "load-more") return this.#loadMore();
    if (name === "retry-all") return this.#retryAll();
    const calls = {
      retry: () => api.retry(detail),
      cancel: () => api.cancel(detail.id),
      discard: () => api.discard(detail),
      note: () => api.note(detail.id, detail.changes),
      act: () => api.act(detail.what, detail.id, detail.verb, detail.body),
    };
    const call = /** @type {keyof typeof calls} */ (name);
    return this.#perform(calls[call], (n) => doneWords(call, detail, n));
  }

  /** @param {() => Promise<any>} call @param {(count: number) => string} words of what is done */
  async #perform(call, words) {
    try {
      const answer = await call();
      this.#notify(words(answer?.count ?? 1));
    } catch (error) {
      this.#notify(reasonOf(error));
    }
    await this.refresh();
  }

  async #retryAll() {
    const { filters } = this.urlState;
    const found = await api.countToRetry(filters).catch((error) => this.#notify(reasonOf(error)));
    if (!found) return;
    if (found.count === 0) this.#notify(t("nothingToRetry"));
    else if (confirm(t("retryAllConfirm", { n: found.count }))) {
      await this.#perform(
        () => api.retryAll(filters),
        (n) => doneWords("retry", {}, n),
      );
    }
  }

  async #loadMore() {
    const page = await api.list(this.urlState.filters, this.rows.next).catch((error) => this.#onLoadError(error));
    if (page) {
      const tasks = [...(this.rows.tasks ?? []), ...page.results];
      this.rows = { ...this.rows, tasks, next: page.next, searchedUntil: page.searched_until };
    }
    // Stop live updates, because a refresh would remove the page loaded by hand.
    this.#updates.setLive(false);
  }

  /** @param {string} text */
  #notify(text) {
    clearTimeout(this.#noticeTimer);
    this.notice = text;
    this.#noticeTimer = setTimeout(() => (this.notice = ""), NOTICE_MS);
  }

  /** @param {unknown} error */
  #onLoadError(error) {
    if (error instanceof ApiError && error.status === 404 && this.urlState.task) {
      // Only the task of the address does not exist any more. Show the rest of the page.
      this.#notify(reasonOf(error));
      this.#go({ ...this.urlState, task: "" });
      return;
    }
    this.problem = reasonOf(error);
  }

  /** @param {Event} event */
  #onPeriod(event) {
    this.#go({ ...this.urlState, period: /** @type {HTMLSelectElement} */ (event.target).value });
  }

  #onPopState = () => this.#show(stateOfUrl(location.search));
}

/** @param {string} name */
function periodLabel(name) {
  return t(/** @type {"p1h" | "p24h" | "p7d" | "p30d"} */ (`p${name}`));
}

/** @param {unknown} error */
function reasonOf(error) {
  return error instanceof ApiError ? error.message : t("noNetwork");
}

customElements.define("task-dashboard", TaskDashboard);
