/**
 * The types that every app shares. Nothing runs here: other modules import the types.
 *
 * @typedef {"client" | "staff" | "manager"} Role
 * @typedef {{ id: string, name: string, role: Role }} Person
 * @typedef {Person & { email: string, locale: string, client: { id: string, name: string } | null, unread_total: number }} Me
 * @typedef {{ code: string, detail: string, attr: string | null }} ErrorDetail
 */

export {};
