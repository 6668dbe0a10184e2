import type { ShownPrediction } from '../../src/messages/dashboard';
import { sharedWords } from '../../src/text/rouge/shared-words';
import type { RougeOptions } from '../../src/text/rouge/tokenize';
import { element } from '../shared/dom';
import { ratingGroup } from './rating';

/** Characters of an answer that are shown before it is opened. */
const SHORT = 700;

export interface CardOptions {
  readonly rouge: RougeOptions;
  readonly rating: number;
  readonly opened: boolean;
  readonly onOpenExample: () => void;
  readonly onRate: (rating: number) => void;
  readonly onToggle: () => void;
}

/** ROUGE-L of the tuned answer above that of the base model's. */
export function gainOf({ base, tuned }: ShownPrediction): number {
  return tuned.rougeL - base.rougeL;
}

/** A question with the answer in the file and those of both models side by side. It takes the focus: the list is walked by arrow keys. */
export function predictionCard(prediction: ShownPrediction, options: CardOptions): HTMLElement {
  const { index, line, agency, question, reference, base, tuned } = prediction;
  const { rouge, rating, opened, onRate } = options;
  const open = element(
    'button',
    {
      ...{ type: 'button', class: 'link', title: 'Open the example beside the dashboard' },
      ...{ 'data-focus': `line-${index}`, 'aria-label': `Line ${line}: open the example beside the dashboard` },
    },
    `Line ${line}`,
  );
  open.addEventListener('click', options.onOpenExample);
  const answer = (kind: string, name: string, text: string, shared: readonly (readonly [number, number])[]) =>
    element('div', { class: kind }, element('dt', {}, name), element('dd', {}, ...shownText(text, shared, opened)));
  const marked = (text: string): ReturnType<typeof sharedWords> => sharedWords(reference, text, rouge);
  const isLong = [reference, base.answer, tuned.answer].some((text) => text.length > SHORT);
  return element(
    'article',
    { tabindex: '0', 'aria-label': `Line ${line}: ${question}`, 'data-focus': `card-${index}` },
    element(
      'div',
      { class: 'facts' },
      open,
      ...(agency === undefined ? [] : [element('span', { class: 'muted' }, agency)]),
      change('ROUGE-L', base.rougeL, tuned.rougeL),
      ...(base.loss === undefined && tuned.loss === undefined ? [] : [change('Loss', base.loss, tuned.loss)]),
      ratingGroup(index, line, rating, onRate),
    ),
    element('h3', {}, question),
    element(
      'dl',
      {},
      answer('reference', 'Reference', reference, []),
      answer('base', 'Base', base.answer, marked(base.answer)),
      answer('tuned', 'Tuned', tuned.answer, marked(tuned.answer)),
    ),
    ...(isLong ? [toggle(index, opened, options.onToggle)] : []),
  );
}

function toggle(index: number, opened: boolean, onToggle: () => void): HTMLElement {
  const attributes = { type: 'button', class: 'link', 'data-focus': `more-${index}`, 'aria-expanded': String(opened) };
  const button = element('button', attributes, opened ? 'Show Less' : 'Show Whole Answers');
  button.addEventListener('click', onToggle);
  return button;
}

/** `0.14 → 0.85`, with what was gained where it can be told. */
function change(name: string, from: number | undefined, to: number | undefined): HTMLElement {
  const shown = (value: number | undefined): string => (value === undefined ? '–' : value.toFixed(2));
  // Of the numbers as they are shown: who subtracts them gets the same.
  const gain = from === undefined || to === undefined ? 0 : Number(shown(to)) - Number(shown(from));
  const sign = gain < 0 ? '−' : '+';
  return element(
    'span',
    { class: 'change' },
    element('span', { class: 'muted' }, `${name} ${shown(from)} → `),
    shown(to),
    ...(Math.abs(gain) < 0.005 ? [] : [element('span', { class: 'muted' }, ` (${sign}${Math.abs(gain).toFixed(2)})`)]),
  );
}

/** A text with the words in `shared` marked, cut where it is long and not opened. */
function shownText(
  text: string,
  shared: readonly (readonly [number, number])[],
  opened: boolean,
): (string | HTMLElement)[] {
  if (text.trim() === '') return [element('span', { class: 'muted' }, '(nothing)')];
  const end = opened || text.length <= SHORT ? text.length : SHORT;
  const parts: (string | HTMLElement)[] = [];
  let at = 0;
  for (const [from, to] of shared) {
    if (to > end) break;
    parts.push(text.slice(at, from), element('mark', {}, text.slice(from, to)));
    at = to;
  }
  parts.push(text.slice(at, end));
  if (end < text.length) parts.push(' …');
  return parts;
}
