import { LitElement, css, html, nothing } from "lit";

import "#core/components/relative-time.js";
import { savedHere } from "#core/saved-store.js";
import { shared } from "#core/shared-styles.js";

import { t } from "../i18n/index.js";

/**
 * @typedef {{ path: string, subject: string, where: string, at: string }} Entry
 * @typedef {{ entries: Entry[], isLocked: boolean }} Kept
 */

/** The conversations that can be read on this device without a network, on the page that says that there is none. */
export class SavedList extends LitElement {
  static properties = { kept: { state: true } };

  static styles = [
    shared,
    css`
      :host {
        display: block;
        width: 100%;
      }

      h2 {
        padding-block: var(--space-3) var(--space-2);
        font-size: var(--text-l);
      }

      a {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 0 var(--space-3);
        min-height: var(--touch);
        padding-block: var(--space-2);
        border-block-start: 1px solid var(--line);
        color: inherit;
        text-decoration: none;
      }

      a:hover {
        background: var(--surface-hover);
      }

      .subject {
        overflow: hidden;
        font-weight: 600;
        text-overflow: ellipsis;
        white-space: nowrap;
      }

      .where,
      relative-time,
      p {
        color: var(--ink-soft);
        font-size: var(--text-s);
      }

      .where {
        grid-column: 1;
      }
    `,
  ];

  constructor() {
    super();
    /** @type {Kept | null} */
    this.kept = null;
  }

  /** @override */
  connectedCallback() {
    super.connectedCallback();
    void read().then((kept) => (this.kept = kept));
  }

  /** @override */
  render() {
    if (!this.kept) return nothing;
    const { entries, isLocked } = this.kept;
    if (isLocked) return html`<p>${t("offlineLocked")}</p>`;
    if (entries.length === 0) return html`<p>${t("offlineNothing")}</p>`;
    return html`<h2>${t("offlineReadable")}</h2>
      <ul>
        ${entries.map(
          ({ path, subject, where, at }) => html`<li>
            <a href=${path}
              ><span class="subject">${subject}</span><relative-time datetime=${at}></relative-time><span class="where">${where}</span></a
            >
          </li>`,
        )}
      </ul>`;
  }
}

/** @returns {Promise<Kept>} */
async function read() {
  const saved = await savedHere();
  const owner = await saved?.owner();
  if (!saved || !owner || owner.isLocked) return { entries: [], isLocked: owner?.isLocked ?? false };
  const kept = await Promise.all((await saved.rows()).map(({ id }) => saved.conversation(id)));
  saved.close();
  return { entries: kept.filter(Boolean).map(({ conversation }) => entryOf(conversation, owner.side)), isLocked: false };
}

/** @param {any} conversation @param {"client" | "staff"} side @returns {Entry} */
function entryOf({ id, subject, client, chantier, last_activity_at }, side) {
  const where = [side === "staff" ? client.name : "", chantier?.name ?? ""].filter(Boolean).join(" · ");
  return { path: `/${side}/messages/${id}`, subject, where, at: last_activity_at };
}

customElements.define("saved-list", SavedList);
