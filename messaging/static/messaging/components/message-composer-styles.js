import { css } from "lit";

export const composerStyles = css`
  :host {
    display: block;
    padding: var(--space-2) max(var(--space-3), env(safe-area-inset-right))
      max(var(--space-2), env(safe-area-inset-bottom)) max(var(--space-3), env(safe-area-inset-left));
    border-block-start: 1px solid var(--line);
    background: var(--surface);
  }

  :host([mode="note"]) {
    border-block-start-color: var(--note-line);
    background: var(--note);
    color: var(--note-ink);
  }

  form,
  .modes,
  .quote,
  .under,
  attachment-tray {
    /* As wide as the messages above. */
    max-width: calc(56rem - 2 * var(--space-4));
    margin-inline: auto;
  }

  .modes {
    display: flex;
    gap: var(--space-1);
    margin-block-end: var(--space-2);
  }

  .modes button {
    display: inline-flex;
    gap: var(--space-1);
    align-items: center;
    min-height: 2.25rem;
    padding-inline: var(--space-3);
    border: 1px solid transparent;
    border-radius: var(--radius-full);
    background: transparent;
    color: inherit;
    font-size: var(--text-s);
    font-weight: 600;
  }

  @media (hover: none) {
    .modes button {
      min-height: var(--touch);
    }
  }

  .modes button[aria-pressed="true"] {
    border-color: currentcolor;
  }

  .modes .icon {
    width: 1rem;
    height: 1rem;
  }

  form {
    display: flex;
    gap: var(--space-2);
    align-items: flex-end;
  }

  .quote {
    display: flex;
    gap: var(--space-1);
    align-items: center;
    margin-block-end: var(--space-2);
    color: var(--brand-text);
  }

  .quote quoted-message {
    flex: 1;
  }

  attachment-upload {
    margin-inline-start: calc(-1 * var(--space-2));
  }

  textarea {
    flex: 1;
    min-width: 0;
    max-height: min(40dvh, 16rem);
    padding: 0.6rem var(--space-3);
    border: 1px solid var(--line-strong);
    border-radius: var(--radius-l);
    background: var(--surface);
    color: var(--ink);
    font-size: max(1rem, 16px);
    line-height: var(--leading);
    field-sizing: content;
    resize: none;
  }

  textarea::placeholder {
    overflow: hidden;
    color: var(--ink-faint);
    opacity: 1;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  /* The hint never makes an empty field higher. */
  textarea:placeholder-shown {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .send {
    display: inline-flex;
    flex: none;
    gap: var(--space-2);
    align-items: center;
    justify-content: center;
    min-width: var(--touch);
    height: var(--touch);
    padding-inline: var(--space-3);
    border: 0;
    border-radius: var(--radius-l);
    background: var(--brand);
    color: var(--on-brand);
    font-weight: 600;
    transition: background var(--quick);
  }

  .send:hover {
    background: var(--brand-hover);
  }

  :host([mode="note"]) .send {
    background: var(--note-strong);
    color: var(--on-note-strong);
  }

  .send[aria-disabled="true"],
  span.send {
    background: var(--surface-hover);
    color: var(--ink-faint);
  }

  .send.more {
    min-width: 2.25rem;
    padding-inline: var(--space-1);
    margin-inline-start: calc(2px - var(--space-2));
    border-start-start-radius: var(--radius-s);
    border-end-start-radius: var(--radius-s);
  }

  .send:has(+ .more) {
    border-start-end-radius: var(--radius-s);
    border-end-end-radius: var(--radius-s);
  }

  .under {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-1) var(--space-4);
    padding-block-start: var(--space-1);
    font-size: var(--text-xs);
  }

  .under .is-over {
    color: var(--danger);
    font-weight: 700;
  }

  @media (forced-colors: active) {
    .send {
      border: 1px solid;
    }

    /* A border that is transparent is drawn there. */
    .modes button[aria-pressed="true"] {
      background: Highlight;
      color: HighlightText;
      forced-color-adjust: none;
    }
  }
`;
