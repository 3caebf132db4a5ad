/**
 * The types of /api/v1/staff/tasks. Nothing runs here.
 *
 * @typedef {"waiting" | "running" | "retrying" | "scheduled" | "dead" | "succeeded" | "failed" | "lost" | "nothing"} TaskState
 * @typedef {{ id: string, name: string, role: string }} Person
 * @typedef {{ id: string, state: TaskState, name: string, title: string, queue: string, subject: string, words: string,
 *   link: string, worker: string, attempt: number, max_attempts: number | null, ordered_at: string | null,
 *   due_at: string | null, started_at: string | null, ended_at: string | null, wait_seconds: number | null,
 *   run_seconds: number | null, error_class: string, error_text: string, note: string, owner: Person | null,
 *   progress: { done: number, total: number, phase: string, is_cancelled: boolean } | null, is_cancellable: boolean }} Task
 * @typedef {{ id: string, task_id: string, outcome: TaskState, attempt: number, worker: string, queue: string,
 *   arguments: Record<string, unknown>, ordered_at: string | null, started_at: string, ended_at: string,
 *   wait_seconds: number, run_seconds: number, memory_bytes: number, error_class: string, error_place: string,
 *   error_text: string, traceback: string }} Attempt
 * @typedef {Task & { attempts: Attempt[], application_traceback: string }} TaskDetail
 * @typedef {{ p50: number | null, p95: number | null, p99: number | null }} Shares
 * @typedef {{ queue: string, name: string, title: string, count: number, wait: Shares, run: Shares, memory_bytes: number }} Latency
 * @typedef {{ code: string, about: string, words: string, since: string | null, told_at: string | null }} Alert
 * @typedef {{ code: string, label: string, value: number, unit: string }} Fact
 * @typedef {{ at: string, period: string, may_act: boolean, cards: Record<string, number>, alerts: Alert[],
 *   broker_is_away: boolean, outbox_lag_seconds: number, facts: Fact[], latencies: Latency[], slowest: Task[],
 *   audit: { at: string, conversations: number, drifts: unknown[] } | null, runs_kept_days: number,
 *   hours_kept_days: number }} Summary
 * @typedef {{ queue: string, title: string, waiting: number, running: number, retrying: number, scheduled: number,
 *   oldest_seconds: number, in_per_minute: number, out_per_minute: number, seconds_to_empty: number | null,
 *   workers: number, paused_at: string | null, paused_by: Person | null }} Queue
 * @typedef {{ id: string, host: string, pid: number, state: "alive" | "quiet" | "lost" | "stopped", queues: string[],
 *   concurrency: number, busy: { name: string, subject: string, started_at: string | null }[], memory_bytes: number,
 *   version: string, reaches_broker: boolean, started_at: string, seen_at: string, uptime_seconds: number,
 *   order: string }} Worker
 * @typedef {{ name: string, title: string, error_class: string, error_place: string, error_text: string, count: number,
 *   first_at: string, last_at: string, spark: number[], example: string }} Failure
 * @typedef {{ name: string, title: string, words: string, every_seconds: number, is_enabled: boolean,
 *   due_at: string | null, last_started_at: string | null, last_seconds: number | null, drift_seconds: number | null,
 *   last_result: string, last_error: string, state: "ok" | "running" | "failing" | "late" | "disabled" }} Schedule
 * @typedef {{ at: string[], step_seconds: number, succeeded: number[], failed: number[],
 *   depths: Record<string, number[]>, marks: { at: string, version: string }[] }} Series
 * @typedef {{ id: number, actor: Person, verb: string, words: string, at: string, target: Record<string, unknown>,
 *   count: number, reason: string }} LoggedAction
 */

export {};
