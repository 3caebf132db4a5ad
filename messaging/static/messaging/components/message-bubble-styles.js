import { css } from "lit";

export const bubbleStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    align-items: flex-start;
    padding-block-start: 2px;
  }

  :host(:not([joins-above])) {
    padding-block-start: var(--space-3);
  }

  :host([side="ours"]) {
    align-items: flex-end;
  }

  .author {
    display: flex;
    gap: var(--space-2);
    align-items: center;
    margin-block-end: var(--space-1);
    color: var(--ink-soft);
    font-size: var(--text-s);
    font-weight: 600;

    --avatar-size: 1.5rem;
  }

  .line {
    display: flex;
    gap: var(--space-1);
    align-items: center;
    max-width: min(38rem, 88%);
  }

  :host([side="ours"]) .line {
    flex-direction: row-reverse;
  }

  .bubble {
    min-width: 0;
    padding: var(--space-2) var(--space-3);
    border: 1px solid var(--line);
    border-radius: var(--radius-l);
    background: var(--surface);
    color: var(--ink);
    box-shadow: var(--shadow-low);
  }

  :host([side="theirs"]) .bubble {
    border-start-start-radius: var(--radius-s);
  }

  :host([side="ours"]) .bubble {
    border-color: transparent;
    border-end-end-radius: var(--radius-s);
    background: var(--brand-tint);
  }

  :host([mine]) .bubble {
    background: var(--brand);
    color: var(--on-brand);
  }

  :host([state="sending"]) .bubble,
  :host([state="waiting"]) .bubble {
    opacity: 0.8;
  }

  :host([state="failed"]) .bubble {
    outline: 2px solid var(--danger);
    outline-offset: 1px;
  }

  .bubble quoted-message {
    margin-block-end: var(--space-1);
  }

  .bubble:has(attachment-set) {
    padding: 4px;

    --tile-radius: calc(var(--radius-l) - 4px);
    --set-width: min(20rem, 66vw);
  }

  attachment-set ~ .body {
    padding: var(--space-2) var(--space-2) var(--space-1);
  }

  /* As wide as the pictures, which would look lost in a wide bubble. */
  attachment-set ~ .body,
  attachment-set ~ textarea {
    max-width: var(--set-width);
  }

  .body {
    overflow-wrap: anywhere;
    white-space: pre-wrap;
  }

  .body a {
    color: inherit;
    text-decoration: underline;
    text-underline-offset: 0.15em;
  }

  .body a[href^="tel:"] {
    white-space: nowrap;
  }

  .body.is-deleted {
    font-style: italic;
    opacity: 0.85;
  }

  /* As wide as the list, and with the time at its end: nothing moves when the state becomes longer. */
  .footer {
    display: flex;
    flex-wrap: wrap;
    gap: 2px var(--space-2);
    align-items: center;
    align-self: stretch;
    min-height: 1.25rem;
    padding-inline: var(--space-1);
    margin-block-start: 2px;
    color: var(--ink-faint);
    font-size: var(--text-xs);
    font-variant-numeric: tabular-nums;
  }

  /* Inside a group, only show what went wrong, without the height of a line. */
  .footer.quiet {
    position: relative;
    min-height: 0;
    padding-inline: 0;
    margin: 0;
  }

  .footer.quiet:not(:has(delivery-state[undelivered])) {
    display: none;
  }

  :host([side="ours"]) .footer {
    justify-content: flex-end;
  }

  /* 24 px high for a fingertip, in a line that is lower. */
  .footer a {
    display: inline-grid;
    align-items: center;
    min-width: 24px;
    min-height: 24px;
    margin-block: -4px;
    color: inherit;
    text-decoration: none;
  }

  .footer a:hover {
    text-decoration: underline;
  }

  .by-email {
    display: inline-flex;
    gap: var(--space-1);
    align-items: center;
  }

  .state {
    display: inline-flex;
    gap: var(--space-1);
    align-items: center;
  }

  .state .icon,
  .by-email .icon {
    width: 0.9375rem;
    height: 0.9375rem;
  }

  :host([state="read"]) .state {
    color: var(--brand-text);
  }

  :host([state="failed"]) .state {
    color: var(--danger);
    font-weight: 600;
  }

  .opener {
    width: 2rem;
    height: 2rem;
    opacity: 0;
  }

  :host(:hover) .opener,
  .opener:focus-visible,
  .opener[aria-expanded="true"] {
    opacity: 1;
  }

  /* A finger swipes across and presses long. The text is copied from the menu. */
  @media (hover: none) {
    :host {
      touch-action: pan-y pinch-zoom;
      -webkit-touch-callout: none;
    }

    .bubble {
      user-select: none;
    }

    textarea {
      user-select: text;
    }

    .opener {
      width: var(--touch);
      height: var(--touch);
      margin-block: calc(var(--touch) / -4);
      opacity: 1;
    }

    /* A long press opens the menu. The button stays for screen readers and keyboards, beside the bubble. */
    :host(:not([changeable])) .line {
      position: relative;
    }

    :host(:not([changeable])) .opener {
      position: absolute;
      inset-inline-start: 100%;
      opacity: 0;
      pointer-events: none;
    }

    :host([side="ours"]:not([changeable])) .opener {
      inset-inline: auto 100%;
    }

    :host(:not([changeable])) .opener:focus-visible {
      opacity: 1;
    }
  }

  .failure,
  .editor-buttons {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-1);
    align-items: center;
    margin-block-start: var(--space-1);
    color: var(--ink-soft);
    font-size: var(--text-s);
  }

  .failure {
    justify-content: flex-end;
    color: var(--danger);
    text-align: end;
  }

  .failure:empty {
    display: none;
  }

  .editor-buttons .is-over {
    color: var(--danger);
    font-weight: 700;
  }

  .editor-buttons button:disabled {
    color: var(--ink-faint);
  }

  .failure button,
  .editor-buttons button {
    min-height: 2.25rem;
    padding-inline: var(--space-3);
    border: 1px solid var(--line-strong);
    border-radius: var(--radius-full);
    background: var(--surface);
    color: var(--ink);
    font-weight: 600;
  }

  @media (hover: none) {
    .failure button,
    .editor-buttons button {
      min-height: max(var(--touch), 44px);
    }
  }

  textarea {
    display: block;
    width: 34rem;
    max-width: 100%;
    padding: var(--space-2);
    border: 1px solid var(--line-strong);
    border-radius: var(--radius-s);
    background: var(--surface);
    color: var(--ink);
    font-size: max(1rem, 16px);
    resize: vertical;
  }

  .editor-buttons {
    justify-content: flex-end;
  }
`;
