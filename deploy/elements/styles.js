import tokens from "liaison:tokens";

/**
 * The colours, sizes and delays of the elements (core/tokens.css), on the elements themselves: names on `:root` would meet those of the
 * page. They weigh nothing (`:where`), so any rule of the page about an element wins. A constructed style sheet needs no permission of
 * a content security policy.
 */
const sheet = new CSSStyleSheet();
sheet.replaceSync(tokens);
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
