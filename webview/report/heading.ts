import { ESTIMATED, type DatasetReport } from '../../src/messages/report';
import { element, whole } from '../shared/dom';

/** Title, export, the figures that matter most, and the advice. */
export function heading(report: DatasetReport, onExport: () => void): HTMLElement {
  const { tokens } = report;
  const about = tokens.estimated ? '≈' : '';
  const counted = tokens.model === undefined ? `tokens estimated (≈ ${ESTIMATED})` : `tokens by ${tokens.model}`;
  const exported = element(
    'vscode-button',
    { secondary: '', 'data-focus': 'export', tabindex: '0' },
    'Export as HTML…',
  );
  exported.addEventListener('click', onExport);
  const figures: readonly (readonly [string, string])[] = [
    ['examples', whole(report.examples)],
    ['tokens', about + whole(tokens.total)],
    ['median tokens', about + whole(tokens.p50)],
    ['95th percentile', about + whole(tokens.p95)],
    ['repeated', whole(report.duplicates)],
    ['findings', whole(report.findingCount)],
  ];
  return element(
    'header',
    {},
    element(
      'div',
      { class: 'head' },
      element(
        'div',
        {},
        element('h1', {}, report.file),
        element('p', { class: 'muted' }, `${report.format} · ${counted}`),
      ),
      exported,
    ),
    element(
      'dl',
      { class: 'figures' },
      ...figures.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value))),
    ),
    element('ul', { class: 'advice' }, ...report.advice.map((line) => element('li', {}, line))),
  );
}
