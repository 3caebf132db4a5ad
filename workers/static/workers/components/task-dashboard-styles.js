import { css } from "lit";

/** The styles of the page: heading, cards, sections and notices. */
export const dashboardStyles = css`
  :host {
    /* Positioned, so that hidden text for screen readers scrolls with it. */
    position: relative;
    flex: 1;
    min-height: 0;
    overflow: auto;
  }

  .page {
    display: grid;
    gap: var(--space-4);
    width: 100%;
    max-width: 90rem;
    padding: var(--space-5) var(--space-4) var(--space-7);
    margin-inline: auto;
  }

  .page > * {
    min-width: 0;
  }

  .top {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-3) var(--space-5);
    align-items: center;
  }

  h1 {
    font-size: var(--text-xl);
    letter-spacing: -0.015em;
  }

  .top p {
    color: var(--ink-soft);
    font-size: var(--text-s);
  }

  .controls {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-2) var(--space-4);
    align-items: center;
    margin-inline-start: auto;
    font-size: var(--text-s);
  }

  label {
    display: inline-flex;
    gap: var(--space-2);
    align-items: center;
  }

  .controls select {
    width: auto;
    font-size: max(1rem, 16px);
  }

  input[type="checkbox"] {
    width: 1.25rem;
    height: 1.25rem;
    accent-color: var(--brand);
  }

  .cards-row {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr));
    gap: var(--space-3);
  }

  .card {
    display: grid;
    gap: 2px;
    align-content: start;
    padding: var(--space-3) var(--space-4);
    border: 1px solid var(--line);
    border-radius: var(--radius-l);
    background: var(--surface);
    color: var(--ink);
    text-decoration: none;
  }

  .card:hover {
    background: var(--surface-hover);
  }

  .card b {
    font-size: var(--text-xl);
    font-variant-numeric: tabular-nums;
    letter-spacing: -0.02em;
    line-height: var(--leading-tight);
  }

  .card.wrong b {
    color: var(--danger);
  }

  .card[aria-current] {
    border-color: var(--brand-text);
    box-shadow: inset 0 0 0 1px var(--brand-text);
  }

  .card span {
    font-size: var(--text-s);
    font-weight: 600;
  }

  .card small {
    color: var(--ink-soft);
    font-size: var(--text-xs);
  }

  nav ul {
    display: flex;
    gap: var(--space-1);
    border-block-end: 1px solid var(--line);
    overflow-x: auto;
    scrollbar-width: none;
  }

  nav a {
    display: flex;
    align-items: center;
    min-height: var(--touch);
    padding-inline: var(--space-3);
    border-block-end: 3px solid transparent;
    color: var(--ink-soft);
    font-weight: 600;
    text-decoration: none;
    white-space: nowrap;
  }

  nav a[aria-current="page"] {
    border-color: var(--brand-text);
    color: var(--ink);
  }

  .stack {
    display: grid;
    gap: var(--space-4);
  }

  .notice,
  .problem {
    padding: var(--space-3) var(--space-4);
    border-radius: var(--radius-m);
    font-size: var(--text-s);
    font-weight: 600;
  }

  .notice {
    position: fixed;
    z-index: 5;
    inset-block-end: var(--space-4);
    inset-inline: var(--space-4);
    width: fit-content;
    margin-inline: auto;
    background: var(--chrome);
    color: var(--on-chrome);
    box-shadow: var(--shadow-high);
  }

  .problem {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-3);
    align-items: center;
    background: var(--note);
    color: var(--note-ink);
  }

  .skeleton {
    height: 5.5rem;
    border-radius: var(--radius-l);
    background: var(--surface);
    opacity: 0.7;
  }

  .skeleton.tall {
    height: 16rem;
  }

  @media (max-width: 47.99rem) {
    .page {
      gap: var(--space-3);
      padding: var(--space-4) 0 var(--space-7);
    }

    .top,
    .cards-row,
    nav {
      padding-inline: var(--space-4);
    }

    .controls {
      width: 100%;
      margin: 0;
      justify-content: space-between;
    }

    .cards-row {
      grid-template-columns: repeat(auto-fit, minmax(4.75rem, 1fr));
      gap: var(--space-2);
    }

    .card {
      padding: var(--space-2);
    }

    .card b {
      font-size: var(--text-l);
    }

    .card span {
      overflow: hidden;
      font-size: var(--text-xs);
      text-overflow: ellipsis;
    }

    .controls > .soft {
      width: 100%;
    }

    .problem {
      border-radius: 0;
    }
  }
`;
