import { ApiError } from "#core/api.js";

import * as api from "../messaging-api.js";

/**
 * @import { Api } from "#api"
 * @import { LocalDrafts } from "../state/local-drafts.js"
 * @import { Chantier, Client } from "../types.js"
 */

/**
 * Load what the form of a new conversation offers. Without network it is what this device was told last.
 *
 * @param {LocalDrafts | undefined} drafts
 * @param {boolean} isStaff
 * @returns {Promise<{ chantiers: Chantier[], clients: Client[], colleagues: Api["Staff"][] }>}
 */
export async function loadChoices(drafts, isStaff) {
  try {
    const [chantiers, clients, colleagues] = await Promise.all([
      api.listChantiers(),
      isStaff ? api.listClients() : [],
      isStaff ? api.listStaff() : [],
    ]);
    drafts?.keepChoices("chantiers", chantiers);
    drafts?.keepChoices("clients", clients);
    return { chantiers, clients, colleagues };
  } catch (error) {
    const isRefused = error instanceof ApiError && !error.isTemporary;
    if (isRefused || !drafts) throw error;
    return { chantiers: drafts.choices("chantiers"), clients: drafts.choices("clients"), colleagues: [] };
  }
}
