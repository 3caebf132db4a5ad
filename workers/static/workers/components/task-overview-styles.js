import { css } from "lit";

/** The styles of the overview: alerts, plots, tables side by side. */
export const overviewStyles = css`
  :host {
    display: grid;
    gap: var(--space-4);
  }

  .plots {
    display: grid;
    gap: var(--space-4);
  }

  .alerts {
    display: grid;
    gap: var(--space-2);
  }

  .alerts li {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-1) var(--space-3);
    align-items: center;
    padding: var(--space-3) var(--space-4);
    border-inline-start: 4px solid var(--danger);
    border-radius: var(--radius-s);
    background: var(--danger-tint);
    color: var(--danger);
    font-weight: 600;
  }

  .alerts li > span:first-of-type {
    flex: 1 1 12rem;
  }

  .alerts p {
    flex: 1 0 100%;
    color: var(--ink);
    font-weight: 400;
  }

  .alerts .said {
    font-size: var(--text-s);
    overflow-wrap: anywhere;
  }

  .ended {
    font-size: var(--text-s);
  }

  .ended ul {
    display: grid;
    gap: var(--space-2);
    margin-block-start: var(--space-2);
  }

  .alerts .soft {
    flex: none;
    color: inherit;
    font-size: var(--text-s);
    font-weight: 400;
    white-space: nowrap;
  }

  .fine {
    display: flex;
    gap: var(--space-2);
    align-items: center;
    color: var(--success);
    font-weight: 600;
  }

  dl {
    display: grid;
    grid-template-columns: 1fr auto;
    gap: var(--space-2) var(--space-4);
    font-size: var(--text-s);
  }

  dd {
    font-variant-numeric: tabular-nums;
    font-weight: 600;
    text-align: end;
  }

  .of-queue td {
    font-weight: 600;
  }

  .latencies tr:not(.of-queue) > td.head {
    padding-inline-start: var(--space-5);
  }

  .retention {
    margin-block-start: var(--space-3);
    font-size: var(--text-s);
  }

  .link {
    padding: 0;
    border: 0;
    background: none;
    color: var(--brand-text);
    text-align: start;
    text-decoration: underline;
  }

  @media (min-width: 72rem) {
    .plots,
    .halves {
      display: grid;
      grid-template-columns: 1fr 1fr;
      gap: var(--space-4);
      align-items: start;
    }
  }

  @media (max-width: 71.99rem) {
    .halves {
      display: grid;
      gap: var(--space-4);
    }
  }

  @media (max-width: 47.99rem) {
    .alerts,
    .ended {
      padding-inline: var(--space-4);
    }

    .fine {
      padding-inline: var(--space-4);
    }
  }
`;
