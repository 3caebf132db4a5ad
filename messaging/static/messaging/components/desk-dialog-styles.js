import { css } from "lit";

/** The dialogs of the company's work: under the thumb on a phone, in the middle elsewhere. */
export const deskDialogStyles = css`
  dialog {
    width: min(30rem, calc(100vw - 2 * var(--space-4)));
    max-height: calc(100dvh - 2 * var(--space-4));
    padding: 0;
    border: 1px solid var(--line);
    border-radius: var(--radius-l);
    background: var(--surface);
    color: var(--ink);
    box-shadow: var(--shadow-high);
  }

  dialog::backdrop {
    background: rgb(0 0 0 / 40%);
  }

  form {
    display: grid;
    gap: var(--space-3);
    padding: var(--space-4) var(--space-5) var(--space-5);
  }

  .head {
    display: flex;
    gap: var(--space-3);
    align-items: center;
    margin-inline-end: calc(-1 * var(--space-3));
  }

  h2 {
    flex: 1;
    font-size: var(--text-l);
    font-weight: 650;
    line-height: var(--leading-tight);
  }

  .hint {
    color: var(--ink-soft);
    font-size: var(--text-s);
    text-wrap: pretty;
  }

  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-2);
    justify-content: flex-end;
  }

  .wide {
    justify-content: flex-start;
  }

  @media (max-width: 47.99rem) {
    dialog {
      width: 100vw;
      max-width: none;
      max-height: calc(100dvh - var(--space-5));
      margin: auto 0 0;
      border-width: 1px 0 0;
      border-radius: var(--radius-l) var(--radius-l) 0 0;
    }

    form {
      padding-inline: var(--space-4);
      padding-block-end: max(var(--space-4), env(safe-area-inset-bottom));
    }
  }
`;
