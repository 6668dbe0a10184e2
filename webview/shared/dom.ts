type Child = Node | string | undefined;

/** An element with attributes and children; texts are never read as HTML. */
export function element(
  tag: string,
  attributes: Readonly<Record<string, string>> = {},
  ...children: Child[]
): HTMLElement {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

/** Writes where it differs: what is the same is neither laid out nor read out again. */
export function write(into: HTMLElement, text: string): void {
  if (into.textContent !== text) into.textContent = text;
}

/** A bar of `share` of the width; SVG, because the policy forbids style attributes. */
export function bar(share: number): Element {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('class', 'bar');
  svg.setAttribute('aria-hidden', 'true');
  const rect = document.createElementNS(space, 'rect');
  rect.setAttribute('width', `${(100 * share).toFixed(2)}%`);
  rect.setAttribute('height', '100%');
  rect.setAttribute('rx', '2');
  svg.append(rect);
  return svg;
}

export interface Column {
  readonly title: string;
  readonly numeric?: boolean;
}

/** A table with a caption for screen readers. The last row is a total where `total` says so. */
export function dataTable(
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly Child[])[],
  total = false,
): HTMLElement {
  const line = (cells: readonly Child[]): HTMLElement =>
    element(
      'tr',
      {},
      ...cells.map((cell, at) =>
        at === 0
          ? element('th', { scope: 'row' }, cell)
          : element('td', columns[at]?.numeric === true ? { class: 'number' } : {}, cell),
      ),
    );
  const head = columns.map(({ title, numeric }) =>
    element('th', { scope: 'col', ...(numeric === true ? { class: 'number' } : {}) }, title),
  );
  const body = total ? rows.slice(0, -1) : rows;
  return element(
    'table',
    {},
    element('caption', { class: 'unseen' }, caption),
    element('thead', {}, element('tr', {}, ...head)),
    element('tbody', {}, ...body.map(line)),
    total ? element('tfoot', {}, ...rows.slice(-1).map(line)) : undefined,
  );
}

/** What may be wider than its page: it scrolls by itself. */
export function scrollable(name: string, ...children: Child[]): HTMLElement {
  return scrolledByKeyboard(element('div', { class: 'scroll' }, ...children), 'region', name);
}

/** A text that may be long: it is given some lines, and scrolls in them. */
export function longText(name: string, ...children: Child[]): HTMLElement {
  return scrolledByKeyboard(element('div', { class: 'long' }, ...children), 'group', name);
}

/** Has the keyboard scroll a place too, wherever there is something to scroll. */
function scrolledByKeyboard(place: HTMLElement, role: string, name: string): HTMLElement {
  new ResizeObserver(() => {
    const over = place.scrollWidth > place.clientWidth || place.scrollHeight > place.clientHeight;
    for (const [attribute, value] of Object.entries({ tabindex: '0', role, 'aria-label': name })) {
      if (over) place.setAttribute(attribute, value);
      else place.removeAttribute(attribute);
    }
  }).observe(place);
  return place;
}

export function whole(value: number): string {
  return value.toLocaleString('en-US');
}

/** What the view says where there is nothing to show. */
export function emptyState(title: string, text: string, ...more: Child[]): HTMLElement {
  return element('div', { class: 'empty', role: 'status' }, element('h1', {}, title), element('p', {}, text), ...more);
}
