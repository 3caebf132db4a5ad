/**
 * The types of /api/v1/staff/tasks. Nothing runs here.
 *
 * @import { Api } from "#api"
 *
 * @typedef {Api["TaskEntry"]} Task
 * @typedef {Task["state"]} TaskState
 * @typedef {Api["TaskPage"]} TaskPage
 * @typedef {Api["Attempt"]} Attempt
 * @typedef {Api["TaskDetail"]} TaskDetail
 * @typedef {Api["Shares"]} Shares
 * @typedef {Api["Latency"]} Latency
 * @typedef {Api["Alert"]} Alert
 * @typedef {Api["Summary"]} Summary
 * @typedef {Summary["facts"][number]} BusinessMetric
 * @typedef {Api["Queue"]} Queue
 * @typedef {Api["Worker"]} Worker
 * @typedef {Api["Failure"]} Failure
 * @typedef {Api["Schedule"]} Schedule
 * @typedef {Api["Series"]} Series
 * @typedef {Api["TaskAction"]} LoggedAction
 */

export {};
