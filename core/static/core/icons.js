import { svg } from "lit";

/**
 * Draw a line icon on a square of 24 px, in the colour of the text around it. Screen readers skip it, so the button
 * around it needs a name.
 *
 * @param {string} path
 */
export function icon(path) {
  return svg`<svg class="icon" viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor"
    stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d=${path}></path></svg>`;
}

export const icons = {
  back: icon("M15 5l-7 7 7 7"),
  send: icon("M4 12l16-8-5 17-4-7zM11 14l9-10"),
  plus: icon("M12 5v14M5 12h14"),
  sliders: icon("M4 8h8M18 8h2M4 16h2M12 16h8M15 5v6M9 13v6"),
  search: icon("M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM20 20l-4-4"),
  down: icon("M12 5v14M6 13l6 6 6-6"),
  more: icon("M4 12a1 1 0 1 0 2 0 1 1 0 1 0-2 0M11 12a1 1 0 1 0 2 0 1 1 0 1 0-2 0M18 12a1 1 0 1 0 2 0 1 1 0 1 0-2 0"),
  lock: icon("M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3"),
  sent: icon("M5 12.5l4.5 4.5L19 7.5"),
  read: icon("M2 12.5L6.5 17 16 7.5M12 16l1 1 9-9.5"),
  clock: icon("M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 8v4l3 2"),
  warning: icon("M12 4l9 16H3zM12 10v4M12 17h.01"),
  check: icon("M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM8 12.5l3 3 5-6"),
  person: icon("M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4 20c1-4 4-6 8-6s7 2 8 6"),
  info: icon("M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v6M12 7.5h.01"),
  attach: icon("M20 11.5l-8.5 8.5a5 5 0 0 1-7-7L13 4.5a3.4 3.4 0 0 1 4.8 4.8L9.5 17.5a1.7 1.7 0 0 1-2.4-2.4L14.5 7.7"),
  camera: icon("M4 8h3.5L9 5.5h6L16.5 8H20v11H4zM12 10a3.2 3.2 0 1 0 0 6.4 3.2 3.2 0 0 0 0-6.4z"),
  picture: icon("M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9h.01"),
  document: icon("M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6"),
  film: icon("M4 6h16v12H4zM10 9.5v5l4.5-2.5z"),
  sound: icon("M12 4a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V7a3 3 0 0 1 3-3zM6 11.5a6 6 0 0 0 12 0M12 17.5V21M9 21h6"),
  download: icon("M12 4v11M7 11l5 5 5-5M5 20h14"),
  share: icon("M12 15V4M8 7.5L12 4l4 3.5M6 11H5v9h14v-9h-1"),
  close: icon("M6 6l12 12M18 6L6 18"),
  reply: icon("M9 6L4 11l5 5M4 11h9a7 7 0 0 1 7 7v1"),
  pen: icon("M4 20h4L19.5 8.5l-4-4L4 16zM13.5 6.5l4 4"),
  copy: icon("M9 9h11v11H9zM5 15H4V4h11v1"),
  link: icon("M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.7l-1.5 1.6M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.7l1.5-1.6"),
  bin: icon("M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5"),
  again: icon("M19 12a7 7 0 1 1-2.5-5.4M19.5 3.5v4.5h-4.5"),
  previous: icon("M15 5l-7 7 7 7"),
  next: icon("M9 5l7 7-7 7"),
  phone: icon("M5 4h4l2 5-2.5 1.5a11 11 0 0 0 5 5L15 13l5 2v4a1 1 0 0 1-1 1A15 15 0 0 1 4 5a1 1 0 0 1 1-1z"),
  place: icon("M12 21c-4-4.5-6-7.7-6-10.5a6 6 0 0 1 12 0c0 2.8-2 6-6 10.5zM12 8.5a2 2 0 1 0 0 4 2 2 0 0 0 0-4z"),
  bell: icon("M6 17V11a6 6 0 0 1 12 0v6l1.5 2h-15zM10 21h4"),
  bellOff: icon("M9 5.8A6 6 0 0 1 18 11v4M6 9.5V17l-1.5 2H17M10 21h4M4 4l16 16"),
  mail: icon("M4 6h16v12H4zM4 7l8 6 8-6"),
  printer: icon("M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z"),
  crane: icon("M7 21V4h3v17M3 8h18M10 4l8 4M16 8v5h-2v3h4v-3h-2M4 21h9"),
};
