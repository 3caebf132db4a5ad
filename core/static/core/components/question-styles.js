import { css } from "lit";

/** A question over the page. */
export const questionStyles = css`
  dialog {
    max-width: min(26rem, calc(100vw - 2rem));
    padding: var(--space-5);
    border: 1px solid var(--line);
    border-radius: var(--radius-l);
    background: var(--surface);
    color: var(--ink);
    box-shadow: var(--shadow-high);
  }

  dialog::backdrop {
    background: rgb(16 22 30 / 55%);
  }

  h2 {
    margin-block-end: var(--space-2);
    font-size: var(--text-l);
  }

  p {
    color: var(--ink-soft);
    text-wrap: pretty;
  }

  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-2);
    justify-content: flex-end;
    margin-block-start: var(--space-4);
  }
`;
