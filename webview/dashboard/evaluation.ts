import type { EvaluationResult } from '../../src/messages/dashboard';
import { ROUGE_BANDS, rougeBand } from '../../src/text/rouge/bands';
import { areFew } from '../../src/base/few-pairs';
import { estimateText } from '../../src/text/rouge/few';
import { lengthRows, takenText } from '../../src/text/rouge/how-taken';
import { dataTable, element } from '../shared/dom';

type Metric = 'rouge1' | 'rouge2' | 'rougeL';
type Estimate = EvaluationResult['base'][Metric];

const METRICS: readonly (readonly [Metric, string, string])[] = [
  ['rouge1', 'ROUGE-1', 'words in common'],
  ['rouge2', 'ROUGE-2', 'pairs of words in common'],
  ['rougeL', 'ROUGE-L', 'longest common sequence'],
];
const SVG = 'http://www.w3.org/2000/svg';

/** Base against tuned on the held-out examples: bars, of many examples with intervals and bands, how they were taken, and the same as a table. */
export function evaluation(result: EvaluationResult): HTMLElement {
  const { base, tuned, examples } = result;
  const few = areFew(examples);
  const top = ({ f1, high }: Estimate): number => high ?? f1;
  const highest = Math.max(...METRICS.flatMap(([metric]) => [top(base[metric]), top(tuned[metric])]), 0.5);
  const end = Math.min(1, Math.ceil(highest * 10) / 10);
  const rows = METRICS.map(([metric, name, meaning]) =>
    element(
      'div',
      { class: 'metric' },
      element('div', {}, element('strong', {}, name), element('div', { class: 'muted' }, meaning)),
      bars(few ? undefined : metric, base[metric], tuned[metric], end),
      element(
        'div',
        { class: 'amounts' },
        element('div', {}, amount(base[metric]), band(metric, base[metric], examples)),
        element('div', { class: 'strong' }, amount(tuned[metric]), band(metric, tuned[metric], examples)),
      ),
    ),
  );
  const { rouge1, rougeL } = ROUGE_BANDS;
  const bands = `Fair from ${rouge1.fair} (ROUGE-L ${rougeL.fair}), good above ${rouge1.good} (ROUGE-L ${rougeL.good}): the dashed lines.`;
  return element(
    'section',
    { class: 'evaluation' },
    element(
      'div',
      { class: 'head' },
      element('h2', {}, 'Evaluation'),
      element(
        'ul',
        { class: 'key' },
        element('li', {}, element('span', { class: 'swatch base' }), element('span', { class: 'muted' }, 'base')),
        element('li', {}, element('span', { class: 'swatch tuned' }), element('span', { class: 'muted' }, 'tuned')),
      ),
    ),
    element('p', { class: 'muted' }, few ? takenText(result) : `${takenText(result)} ${bands}`),
    element('div', { class: 'metrics', 'aria-hidden': 'true' }, ...rows),
    dataTable(
      'Base against tuned model',
      [{ title: 'On the held-out examples' }, { title: 'Base', numeric: true }, { title: 'Tuned', numeric: true }],
      [
        ...METRICS.map(([metric, name]) => [
          name,
          estimateText(base[metric], examples),
          estimateText(tuned[metric], examples),
        ]),
        ['Loss', base.loss.toFixed(3), tuned.loss.toFixed(3)],
        ['Perplexity', perplexity(base.perplexity), perplexity(tuned.perplexity)],
        ...lengthRows(result).map(([name, ...values]) => [name[0]!.toUpperCase() + name.slice(1), ...values]),
      ],
    ),
    element(
      'p',
      { class: 'caveat' },
      'ROUGE counts shared words. It does not see whether an answer is true, complete or polite, and a right answer in other words scores low. Read some answers below and rate them.',
    ),
  );
}

function amount({ f1 }: Estimate): string {
  return f1.toFixed(3);
}

function perplexity(value: number | undefined): string {
  return value === undefined ? '∞' : value.toFixed(2);
}

function band(metric: Metric, { f1 }: Estimate, examples: number): HTMLElement | undefined {
  const name = rougeBand(metric, f1, examples);
  return name === undefined ? undefined : element('span', { class: `band ${name}` }, name);
}

/** @param metric whose bands are drawn */
function bars(metric: Metric | undefined, base: Estimate, tuned: Estimate, end: number): Element {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', 'bars');
  const at = (value: number): string => `${((100 * Math.min(value, end)) / end).toFixed(2)}%`;
  const draw = (tag: string, kind: string, attributes: Readonly<Record<string, string | number>>): void => {
    const part = document.createElementNS(SVG, tag);
    part.setAttribute('class', kind);
    for (const [name, value] of Object.entries(attributes)) part.setAttribute(name, String(value));
    svg.append(part);
  };
  draw('rect', 'ground', { width: '100%', height: '100%', rx: 2 });
  for (const [kind, estimate, y] of [
    ['base', base, 6],
    ['tuned', tuned, 24],
  ] as const) {
    draw('rect', kind, { x: 0, y, width: at(estimate.f1), height: 14, rx: 2 });
    const middle = y + 7;
    const { low, high } = estimate;
    if (low === undefined || high === undefined) continue;
    draw('line', 'whisker', { x1: at(low), x2: at(high), y1: middle, y2: middle });
    for (const edge of [low, high]) {
      draw('line', 'whisker', { x1: at(edge), x2: at(edge), y1: middle - 4, y2: middle + 4 });
    }
  }
  if (metric !== undefined && metric !== 'rouge2') {
    for (const limit of Object.values(ROUGE_BANDS[metric])) {
      if (limit < end) draw('line', 'limit', { x1: at(limit), x2: at(limit), y1: 0, y2: 44 });
    }
  }
  return svg;
}
