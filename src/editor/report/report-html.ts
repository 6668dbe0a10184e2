import { ESTIMATED, type DatasetReport } from '../../messages/report';

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --bar: #3a7bd5; --over: #d5573a; }
body { font: 14px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0 } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem }
table { border-collapse: collapse; width: 100% } td, th { padding: .25rem .5rem; text-align: right; border-bottom: 1px solid var(--line) }
td:first-child, th:first-child { text-align: left } td, .numbers { font-variant-numeric: tabular-nums }
.numbers { display: flex; flex-wrap: wrap; gap: 2rem; padding: 0; list-style: none } .numbers b { display: block; font-size: 1.4rem }
svg { width: 100%; height: 12rem } .bar { fill: var(--bar) } .over { fill: var(--over) } .limit { stroke: currentColor; stroke-dasharray: 4 3 }`;

/** The report as one HTML file that stands alone: no script, nothing fetched. */
export function reportHtml(report: DatasetReport): string {
  const { tokens } = report;
  const about = tokens.estimated ? '≈' : '';
  const limit = tokens.maxSeqLength;
  const counted = tokens.model === undefined ? `estimated: ${ESTIMATED}` : `counted with ${tokens.model}`;
  const numbers: readonly (readonly [string, string])[] = [
    ['examples', number(report.examples)],
    ['tokens', about + number(tokens.total)],
    ['median', about + number(tokens.p50)],
    ['95th percentile', about + number(tokens.p95)],
    ['longest', about + number(tokens.max)],
    [`over max_seq_length ${number(limit)}`, number(tokens.over)],
    ['repeated', number(report.duplicates)],
    ['findings', number(report.findingCount)],
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escape(report.file)} - dataset report</title><style>${STYLE}</style></head><body>
<h1>${escape(report.file)}</h1>
<p>${report.format} · tokens ${escape(counted)}</p>
<ul class="numbers">${numbers.map(([name, value]) => `<li><b>${value}</b>${escape(name)}</li>`).join('')}</ul>
<ul>${report.advice.map((line) => `<li>${escape(line)}</li>`).join('')}</ul>
<h2>Length in tokens</h2>
${chart(report)}
${table(
  ['Tokens', 'Examples'],
  report.histogram.map((bin) => [`${number(bin.from)} to ${number(bin.to)}`, number(bin.examples)]),
)}
${balance(report)}
<h2>Findings by rule</h2>
${table(
  ['Rule', 'Severity', 'Findings'],
  report.findings.map(({ rule, severity, count }) => [rule, severity, number(count)]),
)}
</body></html>
`;
}

/** Nothing of what no example has a field for and no split is known of. */
function balance(report: DatasetReport): string {
  const { category, split } = report;
  if (category === undefined && split === undefined) return '';
  const title = category === undefined ? 'Split' : split === undefined ? 'Balance' : 'Balance and split';
  const rows = [...report.agencies, { name: 'All', examples: report.examples, split }];
  return `<h2>${title}</h2>
${table(
  [category ?? '', 'Examples', ...(split === undefined ? [] : ['Train', 'Validation', 'Test'])],
  rows.map(({ name, examples, split: parts }) => [
    name || `(no ${category ?? 'category'})`,
    ...[examples, ...(parts === undefined ? [] : [parts.train, parts.validation, parts.test])].map(number),
  ]),
)}`;
}

function chart({ histogram, tokens }: DatasetReport): string {
  const last = histogram.at(-1);
  if (last === undefined) return '';
  const most = Math.max(...histogram.map((bin) => bin.examples));
  const limit = tokens.maxSeqLength;
  const end = last.to + 1;
  const x = (position: number): string => ((position / end) * 600).toFixed(1);
  const bars = histogram.map(({ from, to, examples }) => {
    const height = (examples / most) * 180;
    const width = Math.max(1, ((to + 1 - from) / end) * 600 - 1).toFixed(1);
    const kind = to > limit ? 'over' : 'bar';
    return `<rect class="${kind}" x="${x(from)}" y="${(190 - height).toFixed(1)}" width="${width}" height="${height.toFixed(1)}"/>`;
  });
  const line = limit < end ? `<line class="limit" x1="${x(limit)}" x2="${x(limit)}" y1="0" y2="190"/>` : '';
  const label = `Examples by length, 0 to ${number(last.to)} tokens; max_seq_length is ${number(limit)}`;
  return `<svg viewBox="0 0 600 190" preserveAspectRatio="none" role="img" aria-label="${label}">${bars.join('')}${line}</svg>`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '<p>None.</p>';
  const line = (cells: readonly string[], tag: string): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escape(cell)}</${tag}>`).join('')}</tr>`;
  return `<table><thead>${line(head, 'th')}</thead><tbody>${rows.map((row) => line(row, 'td')).join('')}</tbody></table>`;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
