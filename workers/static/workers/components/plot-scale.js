/** The ground of the plots. A unit of their SVG is a pixel, so that their words are readable at every width. */

export const HEIGHT = 220;
export const PAD = { left: 44, right: 12, top: 18, bottom: 26 };
export const INNER_HEIGHT = HEIGHT - PAD.top - PAD.bottom;

/** Where a share of the height is. @param {number} share */
export function yOf(share) {
  return PAD.top + INNER_HEIGHT * (1 - share);
}

/** The next 1, 2, 4, 5 or 10 times a power of ten: half of it is a whole number from 2 on. @param {number} value */
export function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 4, 5, 10].find((step) => step * power >= value) ?? 10) * power;
}
