import { css } from "lit";

export const listStyles = css`
  :host {
    position: relative;
    display: grid;
    grid-template: minmax(0, 1fr) / minmax(0, 1fr);
    min-height: 0;
    background: var(--surface-sunken);
  }

  .window {
    overflow: hidden auto;
    overscroll-behavior: contain;

    /* ScrollAnchor does this, in the same way in every browser. */
    overflow-anchor: none;
  }

  ol {
    max-width: 56rem;
    padding: var(--space-4) var(--space-4) var(--space-5);
    margin-inline: auto;
  }

  .day {
    display: flex;
    gap: var(--space-3);
    align-items: center;
    margin-block: var(--space-5) var(--space-1);
    color: var(--ink-soft);
    font-size: var(--text-xs);
    font-weight: 600;
  }

  .day::before,
  .day::after {
    flex: 1;
    height: 1px;
    background: var(--line);
    content: "";
  }

  .day span::first-letter {
    text-transform: uppercase;
  }

  .day span {
    display: inline-block;
  }

  .unread {
    display: flex;
    gap: var(--space-3);
    align-items: center;
    margin-block-start: var(--space-4);
    color: var(--accent);
    font-size: var(--text-xs);
    font-weight: 700;
  }

  .unread::after {
    flex: 1;
    height: 2px;
    background: var(--accent-line);
    content: "";
  }

  .event {
    padding-inline: var(--space-3);
    margin-block-start: var(--space-3);
    color: var(--ink-soft);
    font-size: var(--text-xs);
    text-align: center;
    text-wrap: balance;
    overflow-wrap: anywhere;
  }

  .event a {
    color: inherit;
  }

  .reopened {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-1) var(--space-3);
    align-items: center;
    justify-content: center;
    margin-block: var(--space-3) var(--space-1);
    color: var(--ink-soft);
    font-size: var(--text-s);
  }

  .reopened .button {
    min-height: max(var(--touch), 44px);
  }

  /* The row gets the focus from an address, not from the Tab key. The highlight replaces the outline. */
  li,
  li:focus-visible {
    border-radius: var(--radius-m);
    outline: 0;
  }

  .pointed {
    background: var(--pointed);
    box-shadow: 0 0 0 var(--space-2) var(--pointed);
    transition:
      background var(--calm),
      box-shadow var(--calm);

    --pointed: color-mix(in srgb, var(--accent-line) 10%, transparent);
  }

  .quiet {
    padding: var(--space-6) var(--space-4);
    color: var(--ink-soft);
    text-align: center;
  }

  .pill {
    position: absolute;
    inset-block-end: var(--space-3);
    inset-inline-start: 50%;
    display: inline-flex;
    gap: var(--space-2);
    align-items: center;
    min-height: var(--touch);
    padding-inline: var(--space-4);
    border: 1px solid var(--line);
    border-radius: var(--radius-full);
    background: var(--surface);
    color: var(--ink);
    font-size: var(--text-s);
    font-weight: 650;
    box-shadow: var(--shadow-high);
    translate: -50% 0;
  }

  .pill.has-new {
    border-color: transparent;
    background: var(--accent);
    color: var(--on-accent);
  }
`;
