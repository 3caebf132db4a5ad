import { css } from "lit";

export const lightboxStyles = css`
  dialog {
    display: grid;
    grid-template: auto minmax(0, 1fr) auto / minmax(0, 1fr);
    width: 100vw;
    max-width: none;
    height: 100dvh;
    max-height: none;
    padding: env(safe-area-inset-top) env(safe-area-inset-right) env(safe-area-inset-bottom) env(safe-area-inset-left);
    margin: 0;
    overflow: hidden;
    border: 0;

    /* Dark in both schemes: a bright page would distract from the photo. */
    background: #0b0f14;
    color: #f2f5f9;
    color-scheme: dark;
  }

  dialog::backdrop {
    background: #0b0f14;
  }

  .head {
    display: flex;
    gap: var(--space-1);
    align-items: center;
    padding: var(--space-1) var(--space-2) var(--space-1) var(--space-4);
  }

  .count {
    flex: 1;
    font-variant-numeric: tabular-nums;
    font-weight: 650;
  }

  .action,
  .arrow {
    display: inline-grid;
    flex: none;
    place-items: center;
    width: var(--touch);
    height: var(--touch);
    padding: 0;
    border: 0;
    border-radius: var(--radius-full);
    background: transparent;
    color: inherit;
    text-decoration: none;
    transition: background var(--quick);
  }

  .action:hover,
  .arrow:hover:enabled {
    background: rgb(255 255 255 / 16%);
  }

  .action.is-worded {
    display: inline-flex;
    gap: var(--space-2);
    align-items: center;
    width: auto;
    padding-inline: var(--space-3);
    font-size: var(--text-s);
    font-weight: 600;
  }

  :focus-visible {
    outline-color: #8cc0ff;
  }

  .stage {
    position: relative;
    display: grid;
    grid-template: minmax(0, 1fr) / minmax(0, 1fr);
    place-items: center;
    overflow: hidden;
    user-select: none;

    /* Two fingers zoom, one finger goes to the next photo. */
    touch-action: pinch-zoom;
  }

  .stage img {
    grid-area: 1 / 1;
    max-width: 100%;
    max-height: 100%;
    object-fit: contain;
  }

  /* Above the placeholder, which its filter would put on top. */
  .full {
    position: relative;
    z-index: 1;
    width: auto;
    height: auto;
  }

  .blur {
    width: 100%;
    height: 100%;
    filter: blur(24px);
    opacity: 0.35;
  }

  .arrow {
    position: absolute;
    z-index: 2;
    inset-block-start: calc(50% - 1.5rem);
    width: 3rem;
    height: 3rem;
    background: rgb(11 15 20 / 65%);
  }

  .arrow:disabled {
    visibility: hidden;
  }

  .previous {
    inset-inline-start: var(--space-2);
  }

  .next {
    inset-inline-end: var(--space-2);
  }

  .foot {
    display: flex;
    flex-wrap: wrap;
    gap: 0 var(--space-4);
    justify-content: space-between;
    padding: var(--space-2) var(--space-4) var(--space-3);
    color: #b6c4d6;
    font-size: var(--text-s);
  }

  .foot p {
    min-width: 0;
    overflow-wrap: anywhere;
  }

  .foot b {
    padding-inline-end: var(--space-2);
    color: #f2f5f9;
  }

  @media (max-width: 30rem) {
    .action.is-worded span {
      max-width: 7.5rem;
      line-height: var(--leading-tight);
    }
  }
`;
