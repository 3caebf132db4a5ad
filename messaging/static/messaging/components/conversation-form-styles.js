import { css } from "lit";

export const formStyles = css`
  :host {
    display: grid;
    grid-template: auto minmax(0, 1fr) / minmax(0, 1fr);
    min-height: 0;
    background: var(--surface);
  }

  header {
    display: flex;
    gap: var(--space-2);
    align-items: center;
    min-height: 3.75rem;
    padding: var(--space-1) var(--space-4);
    border-block-end: 1px solid var(--line);
  }

  h2 {
    font-size: var(--text-l);
    font-weight: 650;
    letter-spacing: -0.01em;
  }

  .icon-button {
    margin-inline-start: calc(-1 * var(--space-3));
  }

  .window {
    overflow-y: auto;
  }

  form {
    display: grid;
    gap: var(--space-5);
    max-width: 40rem;
    padding: var(--space-5) max(var(--space-4), env(safe-area-inset-right)) max(var(--space-5), env(safe-area-inset-bottom))
      max(var(--space-4), env(safe-area-inset-left));
    margin-inline: auto;
  }

  textarea.control {
    min-height: 9rem;
    resize: vertical;
  }

  .files {
    display: grid;
    gap: var(--space-2);
    min-width: 0;
    margin-block-start: calc(-1 * var(--space-3));
  }

  .counter {
    color: var(--ink-soft);
    font-size: var(--text-xs);
  }

  .counter .is-over {
    color: var(--danger);
    font-weight: 700;
  }

  .control[aria-invalid="true"] {
    border-color: var(--danger);
  }

  .buttons {
    display: flex;
    flex-wrap: wrap-reverse;
    gap: var(--space-2);
    justify-content: flex-end;
  }

  @media (max-width: 30rem) {
    .buttons .button {
      flex: 1;
    }
  }
`;
