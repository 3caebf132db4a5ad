import { html } from "lit";

import { icons } from "#core/icons.js";

import { t } from "../i18n/index.js";

/** @import { InboxController } from "./inbox-controller.js" */

/** Stands for a conversation that this device does not keep and the network does not give. @param {InboxController} inbox */
export function notSaved({ navigation, saving }) {
  return html`<div class="empty" role="status">
    ${icons.download}
    <h2>${t("notSavedTitle")}</h2>
    <p>${t("notSavedText")}</p>
    <button class="button primary" @click=${() => saving?.retry()}>${t("tryAgain")}</button>
    <button class="button" @click=${() => navigation.leave()}>${t("backToList")}</button>
  </div>`;
}
