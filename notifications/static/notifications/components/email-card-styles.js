import { css } from "lit";

export const cardStyles = css`
  :host {
    display: block;
  }

  article {
    display: grid;
    gap: var(--space-2);
    padding: var(--space-4);
    border: 1px solid var(--line);
    border-radius: var(--radius-m);
    background: var(--surface);
  }

  header {
    display: flex;
    gap: var(--space-3);
    align-items: baseline;
    justify-content: space-between;
    color: var(--ink-soft);
    font-size: var(--text-s);
  }

  .sender {
    min-width: 0;
    overflow-wrap: anywhere;
  }

  .sender b {
    color: var(--ink);
  }

  h2 {
    font-size: var(--text-l);
    font-weight: 650;
    letter-spacing: -0.01em;
    overflow-wrap: anywhere;
  }

  .excerpt {
    display: -webkit-box;
    overflow: hidden;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 3;
    overflow-wrap: anywhere;
  }

  .files,
  .reason,
  .outcome p {
    display: flex;
    gap: var(--space-2);
    align-items: flex-start;
    color: var(--ink-soft);
    font-size: var(--text-s);
    overflow-wrap: anywhere;
  }

  .files .icon,
  .reason .icon,
  .outcome .icon {
    width: 1.125rem;
    height: 1.125rem;
  }

  .suggestion {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-2) var(--space-4);
    align-items: center;
    justify-content: space-between;
    padding: var(--space-3);
    border-radius: var(--radius-m);
    background: var(--surface-sunken);
  }

  .suggestion > div {
    flex: 1 1 14rem;
    min-width: 0;
    overflow-wrap: anywhere;
  }

  .hint {
    color: var(--ink-soft);
    font-size: var(--text-s);
  }

  .outcome {
    display: grid;
    gap: var(--space-2);
  }

  .outcome p {
    color: var(--success);
  }

  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-2);
  }

  .buttons .button {
    font-size: var(--text-s);
  }

  /* On a phone, buttons one below another are easier to hit than a ragged row. */
  @media (max-width: 29.99rem) {
    .buttons .button,
    .suggestion .button {
      flex: 1 1 100%;
    }
  }
`;
