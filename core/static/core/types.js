/**
 * The types that every app shares. Nothing runs here: other modules import the types.
 *
 * @import { Api } from "#api"
 *
 * @typedef {Api["Person"]} Person
 * @typedef {Person["role"]} Role
 * @typedef {Api["MeWithUnread"]} Me
 * @typedef {Me["limits"]} Limits
 * @typedef {Api["RefusalError"]} ErrorDetail
 */

export {};
