import { css } from "lit";

/** The panes of an inbox: one at a time on a phone, side by side on a wide screen. */
export const inboxStyles = css`
  :host {
    position: relative;
    display: grid;
    flex: 1;
    grid-template: auto minmax(0, 1fr) / minmax(0, 1fr);
    min-height: 0;
    background: var(--surface);
  }

  connection-banner {
    grid-row: 1;
    grid-column: 1 / -1;
  }

  /* Hide by visibility instead of display, so that the list keeps its scroll position. */
  .pane {
    display: flex;
    grid-row: 2;
    grid-column: 1;
    flex-direction: column;
    min-width: 0;
    min-height: 0;
    visibility: hidden;
  }

  :host([pane="list"]) .side,
  :host([pane="thread"]) .main,
  :host([pane="new"]) .main {
    visibility: visible;
  }

  /* The server's HTML is shown. What renders below it must count as no shift. */
  :host([taking-over]) .pane {
    visibility: hidden !important;
  }

  .main {
    position: relative;
  }

  .list-search {
    padding: 0 var(--space-4) var(--space-3);
    border-block-end: 1px solid var(--line);
  }

  .group {
    padding: var(--space-3) var(--space-4) var(--space-1);
    color: var(--ink-soft);
    font-size: var(--text-s);
    font-weight: 650;
  }

  .said {
    padding: var(--space-4);
    color: var(--ink-soft);
    white-space: pre-line;
  }

  .said:empty {
    display: none;
  }

  .closed summary {
    padding: var(--space-3) var(--space-4);
    color: var(--ink-soft);
    font-size: var(--text-s);
    font-weight: 650;
    cursor: pointer;
  }

  .main > conversation-thread,
  .main > conversation-form {
    flex: 1;
  }

  .side header {
    display: flex;
    gap: var(--space-2);
    align-items: center;
    justify-content: space-between;
    min-height: 3.75rem;
    padding: var(--space-2) var(--space-4) var(--space-1);
  }

  .side h2 {
    font-size: var(--text-xl);
    font-weight: 700;
    letter-spacing: -0.02em;
  }

  .side header:has(+ .window) {
    border-block-end: 1px solid var(--line);
  }

  .side .window {
    display: flex;
    flex: 1;
    flex-direction: column;
    overflow-y: auto;
    overscroll-behavior: contain;
  }

  /* A large zoom leaves little height: what stands above the rows scrolls with them. */
  @media (max-height: 30rem) {
    .side {
      display: block;
      overflow-y: auto;
    }

    .side .window {
      overflow: visible;
    }
  }

  .new {
    width: auto;
    padding-inline: var(--space-3);
    background: var(--brand);
    color: var(--on-brand);
  }

  .new:hover {
    background: var(--brand-hover);
    color: var(--on-brand);
  }

  conversation-list {
    flex: none;
  }

  .shared {
    position: sticky;
    inset-block-start: 0;
    z-index: 2;
    display: flex;
    gap: var(--space-2);
    align-items: center;
    padding-inline: var(--space-4) var(--space-1);
    background: var(--brand);
    color: var(--on-brand);
    font-weight: 600;
  }

  .shared span {
    flex: 1;
    padding-block: var(--space-2);
  }

  .shared .icon-button {
    color: inherit;
  }

  .empty {
    display: grid;
    flex: 1;
    align-content: center;
    justify-items: center;
    gap: var(--space-3);
    padding: var(--space-6) var(--space-5);
    color: var(--ink-soft);
    text-align: center;
  }

  .empty h2 {
    max-width: 18em;
    color: var(--ink);
    font-size: var(--text-xl);
    letter-spacing: -0.015em;
    line-height: var(--leading-tight);
    text-wrap: balance;
  }

  .empty p {
    max-width: 32em;
    text-wrap: pretty;
  }

  .empty .icon {
    width: 3.5rem;
    height: 3.5rem;
    color: var(--brand-text);
    stroke-width: 1;
  }

  .main .empty {
    background: var(--surface-sunken);
  }

  .on-paper {
    display: none;
  }

  @media print {
    .pane:has(~ .on-paper) {
      display: none;
    }

    .on-paper {
      display: block;
      grid-column: 1 / -1;
      padding: 2rem;
      font-size: 1.2rem;
    }
  }

  .toast {
    position: absolute;
    inset-block-end: 5.5rem;
    inset-inline: var(--space-4);
    z-index: 3;
    display: grid;
    justify-items: center;
    pointer-events: none;
  }

  .toast p {
    padding: var(--space-3) var(--space-4);
    border-radius: var(--radius-m);
    background: var(--ink);
    color: var(--surface);
    font-size: var(--text-s);
    box-shadow: var(--shadow-high);
  }

  @media (min-width: 48rem) {
    :host {
      grid-template-columns: clamp(19rem, 30vw, 25rem) minmax(0, 1fr);
    }

    .pane {
      visibility: visible;
    }

    /* A wide screen shows the welcome in the main pane. */
    .side .empty {
      display: none;
    }

    .side {
      border-inline-end: 1px solid var(--line);
    }

    .main {
      grid-column: 2;
    }
  }
`;
