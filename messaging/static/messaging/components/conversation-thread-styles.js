import { css } from "lit";

export const threadStyles = css`
  :host {
    display: grid;
    grid-template: auto minmax(0, 1fr) auto / minmax(0, 1fr);
    min-width: 0;
    min-height: 0;
    background: var(--surface);
  }

  header {
    display: flex;
    flex-wrap: wrap;
    gap: 0 var(--space-2);
    align-items: center;
    min-height: 3.75rem;
    padding: var(--space-1) var(--space-4);
    border-block-end: 1px solid var(--line);
  }

  /* The line of the company's work, as wide as the heading. */
  header desk-bar,
  ::slotted([slot="desk"]) {
    flex: 1 0 100%;
    margin-block-end: calc(-1 * var(--space-1));
    margin-inline: calc(-1 * var(--space-4));
  }

  .heading {
    flex: 1;
    min-width: 0;
    padding-block: var(--space-1);
  }

  h2 {
    overflow: hidden;
    font-size: var(--text-l);
    font-weight: 650;
    letter-spacing: -0.01em;
    line-height: var(--leading-tight);
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  h2[data-quiet] {
    outline: 0;
  }

  /* With an offset the outline would cover the chantier below. */
  h2:focus-visible {
    outline-offset: 0;
  }

  .about {
    display: flex;
    gap: var(--space-2);
    align-items: center;
    min-width: 0;
    margin-block-start: 2px;
    color: var(--ink-soft);
    font-size: var(--text-s);
  }

  .about span:not(.plate) {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  /* A phone has no room for a long subject in one line. */
  @media (max-width: 47.99rem) {
    header {
      gap: 0;
      min-height: 4rem;
      padding-block: var(--space-1);
      padding-inline-end: var(--space-1);
    }

    header desk-bar,
    ::slotted([slot="desk"]) {
      margin-block-end: 0;
      margin-inline-end: calc(-1 * var(--space-1));
    }

    .heading {
      padding-block: 0;
    }

    h2 {
      display: -webkit-box;
      font-size: var(--text-m);
      white-space: normal;
      -webkit-box-orient: vertical;
      -webkit-line-clamp: 2;
    }
  }

  .files:is([aria-pressed="true"], [aria-current]) {
    background: var(--brand-tint);
    color: var(--brand-text);
  }

  message-list,
  attachment-library {
    grid-area: 2 / 1;
    min-height: 0;
  }

  message-list[inert] {
    visibility: hidden;
  }

  .back {
    margin-inline-start: calc(-1 * var(--space-3));
  }

  @media (min-width: 48rem) {
    .back {
      display: none;
    }
  }

  /* The details have their own column on a wide screen. */
  @media (min-width: 75rem) {
    .details {
      display: none;
    }
  }

  /* A large zoom leaves little height: the heading and the field scroll away from the messages. */
  @media (max-height: 22rem) {
    :host {
      grid-template-rows: auto minmax(75vh, 1fr) auto;
      overflow-y: auto;
    }

    /* What it hides from sight alone would make this scroll as far as it does. */
    message-list {
      overflow: clip;
    }
  }

  .foot {
    min-width: 0;
  }

  .typing {
    min-height: 1.5rem;
    padding: 0 var(--space-4) var(--space-1);
    margin-block-start: -1.5rem;
    color: var(--ink-soft);
    font-size: var(--text-s);
    pointer-events: none;
  }

  .typing span {
    position: relative;
    padding: 1px var(--space-2);
    border-radius: var(--radius-full);
    background: var(--surface);
    box-shadow: var(--shadow-low);
  }

  .state {
    padding: var(--space-2) var(--space-4);
    border-block-start: 1px solid var(--line);
    background: var(--surface-sunken);
    color: var(--ink-soft);
    font-size: var(--text-s);
    text-align: center;
  }
`;
