import { request } from "#core/api.js";

/** @import { Device, Email, EmailDetail, Original, Preferences } from "./types.js" */

/** @returns {Promise<Device[]>} */
export const listDevices = () => request("GET", "/push-subscriptions");

/**
 * @param {PushSubscriptionJSON} subscription
 * @param {{ label: string, application_server_key: string }} about
 * @returns {Promise<Device>}
 */
export const registerDevice = ({ endpoint, keys }, about) => request("POST", "/push-subscriptions", { endpoint, keys, ...about });

/** @param {string} id */
export const forgetDevice = (id) => request("DELETE", `/push-subscriptions/${id}`);

/** @param {string} id */
export const testDevice = (id) => request("POST", `/push-subscriptions/${id}/test`);

/** @returns {Promise<{ key: string | null }>} */
export const pushKey = () => request("GET", "/push/key");

/** @param {Partial<Preferences>} changes @returns {Promise<Preferences>} */
export const changePreferences = (changes) => request("PATCH", "/preferences", changes);

/** Send emails to an address that refused them. @returns {Promise<Preferences>} */
export const sendEmailsAgain = () => request("POST", "/preferences/emails-again");

/** @param {string} conversation @returns {Promise<{ muted: boolean }>} */
export const isMuted = (conversation) => request("GET", `/conversations/${conversation}/mute`);

/** @param {string} conversation @param {boolean} muted @returns {Promise<{ muted: boolean }>} */
export const mute = (conversation, muted) => request("POST", `/conversations/${conversation}/mute`, { muted });

/** Say if a page is visible. The request outlives its page. @param {boolean} visible */
export const sayPresent = (visible) => request("POST", "/presence", { visible }, { keepalive: true });

/** @returns {Promise<{ total: number }>} */
export const unread = () => request("GET", "/unread");

/**
 * @param {string} conversation
 * @param {number} first seq
 * @param {number} last seq
 * @returns {Promise<{ results: { message: string, deliveries: PersonDelivery[] }[] }>}
 */
export const deliveriesBetween = (conversation, first, last) =>
  request("GET", `/conversations/${conversation}/deliveries?first=${first}&last=${last}`);

/** @param {string} conversation @param {string} message @returns {Promise<{ results: PersonDelivery[] }>} */
export const resend = (conversation, message) =>
  request("POST", `/conversations/${conversation}/messages/${message}/deliveries/retry`);

/** @typedef {{ results: Email[], next: string | null }} EmailPage */

/** @param {string} conversation @param {string} message @returns {Promise<Original>} */
export const originalOf = (conversation, message) => request("GET", `/conversations/${conversation}/messages/${message}/email`);

/** @param {string} query @returns {Promise<EmailPage>} */
export const listEmails = (query) => request("GET", `/staff/emails?${query}`);

/** @param {string} next the address of the next page @returns {Promise<EmailPage>} */
export const nextEmails = (next) => request("GET", next);

/** @returns {Promise<{ waiting: number, automatic: number }>} */
export const emailCounts = () => request("GET", "/staff/emails/summary");

/** @param {string} id @returns {Promise<EmailDetail>} */
export const readEmail = (id) => request("GET", `/staff/emails/${id}`);

/** @param {string} id @param {string} conversation @returns {Promise<EmailDetail>} */
export const placeEmail = (id, conversation) => request("POST", `/staff/emails/${id}/place`, { conversation });

/** Open a conversation with the sender's client, and put the email there. @param {string} id @returns {Promise<EmailDetail>} */
export const openForEmail = (id) => request("POST", `/staff/emails/${id}/open`, {});

/** @param {string} id @returns {Promise<EmailDetail>} */
export const setAsideEmail = (id) => request("POST", `/staff/emails/${id}/set-aside`);

/** @param {string} id @returns {Promise<EmailDetail>} */
export const bringBackEmail = (id) => request("POST", `/staff/emails/${id}/bring-back`);

/** @param {string} q @returns {Promise<{ results: import("./types.js").FoundConversation[] }>} */
export const findConversations = (q) => request("GET", `/conversations?limit=20&q=${encodeURIComponent(q)}`);
