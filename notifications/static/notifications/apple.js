/** Return true on iPhone and iPad, where only a person can install the app, unless this is the installed app. */
export function isAppleBrowser() {
  const isApple = /iPhone|iPad/.test(navigator.userAgent) || (navigator.maxTouchPoints > 1 && /Mac/.test(navigator.userAgent));
  return isApple && !matchMedia("(display-mode: standalone)").matches;
}
