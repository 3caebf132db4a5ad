import { css } from "lit";

/** The panes of the company: folders, list, conversation and its sheet, as many as there is room for. */
export const staffInboxStyles = css`
  emails-link {
    margin-inline-start: auto;
  }

  .side h2 {
    overflow: hidden;
    flex: 1;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .folders {
    display: none;
  }

  .drawer {
    position: fixed;
    inset-block: 0;
    max-width: none;
    height: 100dvh;
    max-height: none;
    padding: 0;
    border: 0;
    margin: 0;
    background: var(--surface);
    color: var(--ink);
    box-shadow: var(--shadow-high);
    overscroll-behavior: contain;
  }

  .drawer.of-folders {
    inset-inline: 0 auto;
    width: min(19rem, 86vw);
  }

  .drawer.of-sheet {
    inset-inline: auto 0;
    width: min(24rem, calc(100vw - 3rem));
    border-inline-start: 1px solid var(--line);
  }

  .drawer::backdrop {
    background: rgb(16 22 30 / 55%);
  }

  .drawer conversation-sheet {
    min-height: 100%;
    padding-block-end: max(var(--space-5), env(safe-area-inset-bottom));
  }

  .of-folders header {
    display: flex;
    align-items: center;
    justify-content: space-between;
    min-height: 3.75rem;
    padding-inline: var(--space-4) var(--space-2);
  }

  .of-folders h2 {
    font-size: var(--text-l);
  }

  .nothing {
    padding: var(--space-6) var(--space-4);
    color: var(--ink-soft);
    text-align: center;
  }

  @media (min-width: 75rem) {
    :host {
      grid-template-columns: clamp(20rem, 26vw, 25rem) minmax(0, 1fr);
    }

    :host([pane="thread"]) {
      grid-template-columns: clamp(20rem, 26vw, 25rem) minmax(0, 1fr) 19rem;
    }

    conversation-sheet {
      grid-row: 2;
      grid-column: 3;
      border-inline-start: 1px solid var(--line);
    }
  }

  /* Above the field for a message. */
  undo-toast.of-thread {
    inset-block-end: 5.5rem;
  }

  /* Also in folder-drawer.js. */
  @media (min-width: 84rem) {
    :host {
      grid-template-columns: 13rem clamp(22rem, 27vw, 27rem) minmax(0, 1fr);
    }

    :host([pane="thread"]) {
      grid-template-columns: 13rem clamp(22rem, 27vw, 27rem) minmax(0, 1fr) 18rem;
    }

    .folders {
      display: block;
      grid-row: 2;
      grid-column: 1;
      border-inline-end: 1px solid var(--line);
      background: var(--surface-sunken);
    }

    .side {
      grid-column: 2;
    }

    .main {
      grid-column: 3;
    }

    .side .menu,
    emails-link {
      display: none;
    }

    conversation-sheet {
      grid-column: 4;
    }
  }
`;
