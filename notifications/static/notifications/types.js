/**
 * The types of the API, as in `core/openapi.yaml`.
 *
 * @typedef {{ id: string, endpoint: string, label: string, is_silent: boolean, displayed_at: string | null,
 *   created_at: string, registered_at: string }} Device
 *
 * @typedef {{ push: boolean, is_discreet: boolean, email: "unread" | "always" | "never",
 *   email_delay_minutes: number | null, quiet_from: string | null, quiet_until: string | null,
 *   locale: "fr" | "en", muted: { id: string, subject: string }[] }} Preferences
 *
 * @typedef {"sent" | "received" | "emailed" | "read" | "undelivered"} DeliveryState
 * @typedef {{ person: { id: string, name: string, role: string }, state: DeliveryState, at: string | null,
 *   reason: string }} PersonDelivery
 *
 * The state of pushes in this browser, with the reason if they are not possible.
 * @typedef {"on" | "off" | "refused" | "install-first" | "unsupported"} PushState
 */

export {};
