/**
 * The types of notifications. Nothing runs here: other modules import the types.
 *
 * @import { Api } from "#api"
 *
 * @typedef {Api["Device"]} Device
 * @typedef {Required<Api["Preference"]>} Preferences
 * @typedef {Api["PersonState"]} PersonDelivery
 * @typedef {PersonDelivery["state"]} DeliveryState
 *
 * Whether this browser can receive pushes, and if not, the reason.
 * @typedef {"on" | "off" | "refused" | "install-first" | "unsupported"} PushState
 */

export {};
