/** 16 by 16 line drawings; the policy allows no icon font. */
const PATHS = {
  send: 'M8 13V3M3.5 7.5 8 3l4.5 4.5',
  stop: 'M4.5 4.5h7v7h-7z',
  copy: 'M5.5 5.5h7v8h-7zM10.5 5.5v-3h-7v8h2',
  retry: 'M12.5 8A4.5 4.5 0 1 1 11 4.6M11.5 2v3h-3',
  save: 'M9 13.5H3.5v-11h6l3 3V8M9.5 2.5v3h3M12 9.5v5M9.5 12h5',
  edit: 'M3 13l.7-3L11 2.7l2.3 2.3L6 12.3zM9.5 4.2l2.3 2.3',
  model: 'M8 2v2.5M3.5 4.5h9v8h-9zM6 8v1.5M10 8v1.5M1.5 7.5v2.5M14.5 7.5v2.5',
} as const;

export type IconName = keyof typeof PATHS;

export function icon(name: IconName): Element {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(space, 'path');
  path.setAttribute('d', PATHS[name]);
  svg.append(path);
  return svg;
}
