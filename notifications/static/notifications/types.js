/**
 * The types of notifications. Nothing runs here: other modules import the types.
 *
 * @import { Api } from "#api"
 *
 * @typedef {Api["Device"]} Device
 * @typedef {Required<Api["Preference"]>} Preferences
 * @typedef {Api["PersonState"]} PersonDelivery
 * @typedef {PersonDelivery["state"]} DeliveryState
 * @typedef {Api["Email"]} Email
 * @typedef {Api["EmailDetail"]} EmailDetail
 * @typedef {Api["Original"]} Original
 * @typedef {Api["Suggestion"]} Suggestion
 * @typedef {Api["Conversation"]} FoundConversation
 *
 * The state of pushes in this browser, with the reason if they are not possible.
 * @typedef {"on" | "off" | "lost" | "withdrawn" | "refused" | "install-first" | "unsupported"} PushState
 */

export {};
