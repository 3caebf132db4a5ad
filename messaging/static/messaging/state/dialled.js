/** Return what a phone dials of a number as people write it: +33639981234 of "+33 (0)6 39 98 12 34". @param {string} phone */
export function dialled(phone) {
  const digits = phone.replace(/\(0\)/, "").replace(/[^\d+]/g, "");
  return digits.replace(/(?!^)\+/g, "");
}
