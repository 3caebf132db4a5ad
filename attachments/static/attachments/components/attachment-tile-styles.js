import { css } from "lit";

export const tileStyles = css`
  :host {
    position: relative;
    display: block;
    min-width: 0;
  }

  .picture {
    position: relative;
    display: block;
    width: 100%;
    padding: 0;
    overflow: hidden;
    border: 0;
    border-radius: var(--tile-radius, var(--radius-m));
    aspect-ratio: var(--ratio);
    background: color-mix(in srgb, currentcolor 12%, transparent);
    cursor: zoom-in;
  }

  .picture:disabled {
    cursor: default;
  }

  .picture img,
  .blank {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    object-fit: cover;
  }

  .full {
    opacity: 0;
    transition: opacity var(--calm);
  }

  .full.is-there {
    opacity: 1;
  }

  .blur {
    filter: blur(12px);
    scale: 1.1;
  }

  .blank {
    display: grid;
    place-items: center;
  }

  .blank .icon {
    width: 2rem;
    height: 2rem;
    opacity: 0.7;
  }

  .play {
    position: absolute;
    inset: 0;
    display: grid;
    place-items: center;
    width: 3rem;
    height: 3rem;
    margin: auto;
    border-radius: var(--radius-full);
    background: rgb(0 0 0 / 65%);
    color: #fff;
  }

  /* On a phone the smallest of three pictures is hardly wider than its text. */
  .offer {
    position: absolute;
    inset: 0;
    display: grid;
    align-content: center;
    justify-items: center;
    background: rgb(16 22 30 / 45%);
    color: #fff;
    font-size: var(--text-s);
  }

  .chip {
    position: absolute;
    inset-block-end: min(var(--space-2), 5%);
    inset-inline-start: min(var(--space-2), 5%);
    max-width: 90%;
    padding: 1px min(var(--space-2), 6%);
    border-radius: var(--radius-m);
    background: #10161e;
    color: #fff;
    font-size: var(--text-xs);
    font-variant-numeric: tabular-nums;
    font-weight: 600;
    line-height: var(--leading-tight);
    text-align: start;
    text-wrap: balance;
  }

  .row {
    display: flex;
    gap: var(--space-3);
    align-items: center;
    min-height: 3.5rem;
    padding: var(--space-2);
    border-radius: var(--tile-radius, var(--radius-m));
    background: var(--tile-background, color-mix(in srgb, currentcolor 8%, transparent));
    color: inherit;
    text-align: start;
    text-decoration: none;
  }

  a.row:hover {
    background: color-mix(in srgb, currentcolor 14%, transparent);
  }

  audio {
    display: block;
    width: 100%;
    height: 2.75rem;
    margin-block-start: var(--space-1);
  }

  audio:focus-visible {
    outline: 2px solid var(--focus);
    outline-offset: 2px;
  }

  /* A phone has its own keys for the volume, and little room for the time line. */
  @media (hover: none) {
    audio::-webkit-media-controls-volume-control-container {
      display: none;
    }
  }

  .mark,
  .page {
    flex: none;
    width: 2.75rem;
    border-radius: var(--radius-s);
  }

  .mark {
    display: grid;
    place-items: center;
    height: 2.75rem;
    background: color-mix(in srgb, currentcolor 12%, transparent);
  }

  .is-shut .mark {
    background: var(--danger-tint);
    color: var(--danger);
  }

  .page {
    height: 3.5rem;
    background: #fff;
    object-fit: cover;
    object-position: top;
    box-shadow: 0 0 0 1px color-mix(in srgb, currentcolor 25%, transparent);
  }

  .text {
    display: grid;
    flex: 1;
    min-width: 0;
    gap: 1px;
  }

  .name {
    display: -webkit-box;
    overflow: hidden;
    font-weight: 600;
    line-height: var(--leading-tight);
    overflow-wrap: anywhere;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
  }

  .about,
  .reason {
    font-size: var(--text-xs);
    font-variant-numeric: tabular-nums;
  }

  .reason {
    text-wrap: pretty;
  }

  .picture ~ .reason {
    display: block;
    padding: var(--space-1) var(--space-2) 0;
  }

  .is-shut .reason {
    font-size: var(--text-s);
  }

  .go {
    flex: none;
    padding-inline-end: var(--space-1);
  }

  progress {
    position: absolute;
    inset-block-end: 0;
    inset-inline: 0;
    width: 100%;
    height: 4px;
    border: 0;
    border-radius: 0 0 var(--radius-s) var(--radius-s);
    appearance: none;
    background: rgb(16 22 30 / 45%);
  }

  progress::-webkit-progress-bar {
    background: rgb(16 22 30 / 45%);
  }

  progress::-webkit-progress-value {
    background: #8cc0ff;
    transition: width var(--quick);
  }

  progress::-moz-progress-bar {
    background: #8cc0ff;
  }

  .acts {
    display: flex;
    flex: none;
    gap: var(--space-1);
    align-items: center;
  }

  .picture ~ .acts {
    position: absolute;
    inset-block-start: var(--space-2);
    inset-inline-end: var(--space-2);
  }

  .acts button {
    display: grid;
    place-items: center;
    min-width: 2.25rem;
    min-height: 2.25rem;
    padding: 0;
    border: 1px solid currentcolor;
    border-radius: var(--radius-full);
    background: transparent;
    color: inherit;
  }

  .picture ~ .acts button {
    border-color: transparent;
    background: #10161e;
    color: #fff;
  }

  .acts .icon {
    width: 1.125rem;
    height: 1.125rem;
  }

  @media (hover: none) {
    .acts button {
      min-width: var(--touch);
      min-height: var(--touch);
    }
  }
`;
