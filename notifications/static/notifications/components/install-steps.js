import { css, html, svg } from "lit";

import { t } from "../i18n/preferences/index.js";

/** How to add the app to the home screen of an iPhone or iPad, where no page can do it. */
export const installSteps = () => html`<ol class="steps">
  <li>${drawings.share}<span>${t("installStep1")}</span></li>
  <li>${drawings.add}<span>${t("installStep2")}</span></li>
  <li>${drawings.home}<span>${t("installStep3")}</span></li>
</ol>`;

export const installStyles = css`
  .steps {
    display: grid;
    gap: var(--space-3);
    list-style: none;
  }

  .steps li {
    flex-wrap: nowrap;
    padding: 0;
    border: 0;
  }

  .steps svg {
    flex: none;
    width: 4.5rem;
    height: 3.5rem;
    border: 1px solid var(--line);
    border-radius: var(--radius-s);
    background: var(--surface-sunken);
    color: var(--brand-text);
  }
`;

const drawing = (/** @type {unknown} */ content) =>
  svg`<svg viewBox="0 0 72 56" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${content}</svg>`;

const drawings = {
  // The bar at the bottom of Safari, with its middle button.
  share: drawing(svg`<path d="M0 38h72M10 47l-4-3 4-3M22 41l4 3-4 3M50 42h8v6h-8z"></path>
    <path d="M36 50V34M31 38l5-5 5 5M32 42h-3v11h14V42h-3" stroke="var(--accent)"></path>`),
  // A line of the menu that opens, with a plus in a square.
  add: drawing(svg`<path d="M8 12h38M8 44h30"></path><path d="M4 20h64v16H4z" stroke="var(--accent)"></path>
    <path d="M10 28h30M54 23h9v10h-9zM58.5 25.500v5M56 28h5"></path>`),
  // The home screen, with our icon.
  home: drawing(svg`<path d="M22 4h28v48H22zM33 8h6"></path><path d="M27 16h6v6h-6zM39 16h6v6h-6zM27 28h6v6h-6z" opacity=".5"></path>
    <path d="M38 27h8v8h-8z" stroke="var(--accent)" fill="var(--accent)"></path>`),
};
