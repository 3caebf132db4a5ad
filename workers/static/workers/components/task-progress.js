import { css, html, nothing } from "lit";

import { number } from "../format.js";
import { t } from "../i18n/index.js";

/** @import { Task } from "../types.js" */

export const progressStyles = css`
  .progress {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-1) var(--space-3);
    align-items: center;
    color: var(--ink-soft);
    font-size: var(--text-s);
  }

  progress {
    width: 10rem;
    height: 0.5rem;
    accent-color: var(--brand-text);
  }
`;

/** Show the progress of a running task, if it reports some. @param {Task} task */
export function progressOf({ progress, words, title }) {
  if (!progress) return nothing;
  const { done, total, phase, is_cancelled } = progress;
  return html`<div class="progress">
    ${total
      ? html`<progress max=${total} value=${done} aria-label=${words || title}></progress>
          <span>${t("progress", { done: number(done), total: number(total) })}</span>`
      : nothing}
    ${phase ? html`<span>${phase}</span>` : nothing}
    ${is_cancelled ? html`<span class="strong">${t("cancelAsked")}</span>` : nothing}
  </div>`;
}
