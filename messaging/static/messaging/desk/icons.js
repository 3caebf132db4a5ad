import { icon } from "#core/icons.js";

/** The icons of the company's inbox alone, which a client does not load. */
export const deskIcons = {
  pause: icon("M8 5v14M16 5v14"),
  inbox: icon("M4 13l3-8h10l3 8v6H4zM4 13h5l1.5 2.5h3L15 13h5"),
  nobody: icon("M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4 20c1-4 4-6 8-6M15 17h6"),
  at: icon("M15.5 8.5v5a2.5 2.5 0 0 0 5 0V12a8.5 8.5 0 1 0-3.4 6.8M12 8.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z"),
  all: icon("M4 6h16M4 12h16M4 18h16"),
  filter: icon("M4 6h16M7 12h10M10 18h4"),
  keyboard: icon("M3 7h18v10H3zM7 10.5h.01M11 10.5h.01M15 10.5h.01M8 14h8"),
  sort: icon("M7 5v14M3.5 15.5L7 19l3.5-3.5M14 6h7M14 11h5M14 16h3"),
};
