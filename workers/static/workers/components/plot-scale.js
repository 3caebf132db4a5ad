/** The dimensions of the plots. One unit of the SVG is one pixel, so that the text is readable at every width. */

export const HEIGHT = 220;
export const PAD = { left: 44, right: 12, top: 18, bottom: 26 };
export const INNER_HEIGHT = HEIGHT - PAD.top - PAD.bottom;

/** Return the vertical position of a share of the height. @param {number} share */
export function yOf(share) {
  return PAD.top + INNER_HEIGHT * (1 - share);
}

/** Round up to 1, 2, 4, 5 or 10 times a power of ten. From 2 on, half of it is a whole number. @param {number} value */
export function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 4, 5, 10].find((step) => step * power >= value) ?? 10) * power;
}
