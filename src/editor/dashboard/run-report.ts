import { escapeHtml, lineChartSvg, type SvgLine } from '../../charts/line-svg';
import { duration, measured, memory, whole } from '../../charts/numbers';
import { Smoothed } from '../../charts/smooth';
import { lossesText } from '../../text/retention';
import { rankText } from '../../text/rouge/alike';
import { rougeBand } from '../../text/rouge/bands';
import { estimateText } from '../../text/rouge/few';
import { lengthRows, takenText } from '../../text/rouge/how-taken';
import type { HealthFinding } from '../../train/health/finding';
import { dataKey, differencesOf, resultOf, statusOf } from './present-run';
import type { FollowedRun } from './run-follower';

export interface ReportedRun extends FollowedRun {
  /** The name to show. */
  readonly label: string;
  readonly findings: readonly HealthFinding[];
}

const SMOOTHING = 0.6;
const KINDS = 6;

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --c0: #2f7ed8; --c1: #d9822b; --c2: #3c9a4b; --c3: #9a5fc0; --c4: #d0424e; --c5: #17919e; }
body { font: 14px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem; margin: 0 } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem } h3 { font-size: 1rem; margin: 1.2rem 0 .2rem }
table { border-collapse: collapse; width: 100% } td, th { padding: .25rem .75rem .25rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); overflow-wrap: anywhere }
td { font-variant-numeric: tabular-nums } .numbers { display: flex; flex-wrap: wrap; gap: .5rem 2rem; padding: 0; list-style: none } .numbers b { display: block; font-size: 1.3rem }
svg { width: 100%; height: auto } svg text { font-size: 11px; fill: currentColor; opacity: .75 } path { fill: none; stroke-width: 1.6 } .grid { stroke: var(--line) }
.predictions { table-layout: fixed } .predictions :is(td, th):first-child { width: 3.5rem } .predictions :is(td, th):nth-child(n + 6) { width: 5rem }
.raw { opacity: .3; stroke-width: 1 } .key { display: flex; flex-wrap: wrap; gap: 0 1.5rem; padding: 0; list-style: none }
${Array.from({ length: KINDS }, (_, kind) => `path.k${kind} { stroke: var(--c${kind}) } circle.k${kind} { fill: var(--c${kind}) } li.k${kind}::before { content: "\\25CF "; color: var(--c${kind}) }`).join(' ')}`;

/** One run or several as one HTML file that stands alone: no script, nothing fetched. */
export function runReportHtml(runs: readonly ReportedRun[]): string {
  const alone = runs.length === 1 ? runs[0] : undefined;
  const title = alone === undefined ? `${runs.length} runs compared` : alone.label;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)} - training report</title><style>${STYLE}</style></head><body>
<h1>${escapeHtml(title)}</h1>
${alone === undefined ? comparison(runs) : heading(alone)}
${alone === undefined ? '' : advice(alone)}
<h2>Curves</h2>
${curves(runs)}
${runs.map(evaluation).join('')}
${alone === undefined ? '' : predictions(alone)}
<h2>Configuration</h2>
${alone === undefined ? differences(runs) : configuration(alone)}
</body></html>
`;
}

function heading(run: ReportedRun): string {
  const { created, base_model, dataset, validation_dataset, test_dataset, versions } = run.run;
  const validated = validation_dataset === null ? '' : `, validated on ${validation_dataset.path}`;
  const tested = test_dataset === null ? '' : `, tested on ${test_dataset.path}`;
  return `<p>${escapeHtml(`${base_model.path} trained on ${dataset.path}${validated}${tested}, started ${created}, sft ${versions.sft} on ${versions.platform}`)}</p>
<ul class="numbers">${figures(run)
    .map(([name, value]) => `<li><b>${escapeHtml(value)}</b>${escapeHtml(name)}</li>`)
    .join('')}</ul>`;
}

function figures(run: ReportedRun): readonly (readonly [string, string])[] {
  const { status, step, totalSteps, secondsTaken, retention } = statusOf(run);
  const { steps, evaluations, length } = run.curves;
  const last = length - 1;
  const best = evaluations.reduce((least, { loss }) => Math.min(least, loss), Infinity);
  return [
    ['state', status],
    ['steps', totalSteps === undefined ? whole(step) : `${whole(step)} of ${whole(totalSteps)}`],
    ['training time', secondsTaken === undefined ? '–' : duration(secondsTaken)],
    ['last training loss', length === 0 ? '–' : measured(steps.loss[last]!)],
    ['best validation loss', measured(best)],
    ['peak memory', length === 0 ? '–' : memory(steps.peak_memory[last]!)],
    ['loss on general text', retention === undefined ? '–' : lossesText(retention)],
  ];
}

function comparison(runs: readonly ReportedRun[]): string {
  const names = figures(runs[0]!).map(([name]) => name);
  const measured = runs.flatMap((run) =>
    run.evaluation === undefined ? [] : [resultOf(run.evaluation, run.predictions)],
  );
  return table(
    ['Run', ...names],
    runs.map((run) => [run.label, ...figures(run).map(([, value]) => value)]),
  ).concat(`<p>${escapeHtml(rankText(measured))}</p>`);
}

function advice({ findings }: ReportedRun): string {
  if (findings.length === 0) return '';
  const items = findings.map(
    ({ title, since, message, remedies }) =>
      `<h3>${escapeHtml(title)} (since step ${whole(since)})</h3><p>${escapeHtml(message)}</p><ul>${remedies.map((remedy) => `<li>${escapeHtml(remedy.title)}</li>`).join('')}</ul>`,
  );
  return `<h2>Advice</h2>${items.join('')}`;
}

function curves(runs: readonly ReportedRun[]): string {
  const alone = runs.length === 1;
  const different = new Set(runs.map(({ run }) => dataKey(run))).size > 1;
  const kind = (run: number): string => `k${run % KINDS}`;
  const of = (column: 'learning_rate' | 'grad_norm' | 'tokens_per_second' | 'peak_memory'): readonly SvgLine[] =>
    runs.map(({ curves: { steps }, label }, run) => ({ label, kind: kind(run), x: steps.step, y: steps[column] }));
  const loss = runs.flatMap(({ curves: { steps, evaluations }, label }, run): readonly SvgLine[] => {
    const smoothed = new Smoothed(SMOOTHING);
    smoothed.follow(steps.loss, 0);
    const validation = {
      label: alone ? 'validation' : `${label}, validation`,
      kind: alone ? 'k1' : kind(run),
      x: Float64Array.from(evaluations, ({ step }) => step),
      y: Float64Array.from(evaluations, (one) => one.loss),
      dots: true,
    };
    const raw = { label: '', kind: `raw ${kind(run)}`, x: steps.step, y: steps.loss };
    const train = {
      label: alone ? 'train, smoothed' : `${label}, smoothed`,
      kind: kind(run),
      x: steps.step,
      y: smoothed.values,
    };
    return alone ? [raw, train, validation] : [train, validation];
  });
  const charts = [
    { title: different ? 'Loss, on different data: not comparable' : 'Loss', lines: loss },
    { title: 'Learning rate', lines: of('learning_rate') },
    { title: 'Gradient norm', lines: of('grad_norm') },
    { title: 'Tokens per second', lines: of('tokens_per_second'), show: whole },
    { title: 'Peak memory', lines: of('peak_memory'), show: memory },
  ];
  const key = (lines: readonly SvgLine[]): string =>
    `<ul class="key">${lines
      .filter(({ label, x }) => label !== '' && x.length > 0)
      .map((line) => `<li class="${line.kind}">${escapeHtml(line.label)}</li>`)
      .join('')}</ul>`;
  return charts
    .map((chart) => `<h3>${chart.title}</h3>${lineChartSvg(chart)}${chart.lines === loss ? key(chart.lines) : ''}`)
    .join('');
}

function evaluation({ label, evaluation: made }: ReportedRun): string {
  if (made === undefined) return '';
  const { base, tuned, examples } = made;
  const perplexity = (value: number | null): string => (value === null ? '∞' : value.toFixed(2));
  const rouge = (name: string, metric: 'rouge1' | 'rouge2' | 'rougeL'): string[] => [
    name,
    estimateText(base[metric], examples),
    estimateText(tuned[metric], examples),
    rougeBand(metric, tuned[metric].f1, examples) ?? '',
  ];
  return `<h2>Evaluation: ${escapeHtml(label)}</h2>
${table(
  ['', 'base', 'tuned', ''],
  [
    rouge('ROUGE-1', 'rouge1'),
    rouge('ROUGE-2', 'rouge2'),
    rouge('ROUGE-L', 'rougeL'),
    ['loss', base.loss.toFixed(3), tuned.loss.toFixed(3), ''],
    ['perplexity', perplexity(base.perplexity), perplexity(tuned.perplexity), ''],
    ...lengthRows(made).map((row) => [...row, '']),
  ],
)}
<p>${escapeHtml(takenText(made))} ROUGE counts shared words: it cannot tell whether an answer is true.</p>`;
}

function predictions({ predictions: all }: ReportedRun): string {
  if (all.length === 0) return '';
  return `<h2>Predictions</h2>${table(
    ['Line', 'Question', 'Reference', 'Base', 'Tuned', 'ROUGE-L, base', 'ROUGE-L, tuned'],
    all.map(({ line, question, reference, base, tuned }) => [
      String(line),
      question,
      reference,
      base.answer,
      tuned.answer,
      base.rougeL.toFixed(2),
      tuned.rougeL.toFixed(2),
    ]),
    'predictions',
  )}`;
}

function differences(runs: readonly ReportedRun[]): string {
  return table(
    ['Key', ...runs.map(({ label }) => label)],
    differencesOf(runs.map(({ run }) => run)).map(({ key, values }) => [key, ...values]),
  );
}

function configuration({ run }: ReportedRun): string {
  return table(
    ['Key', 'Value'],
    Object.entries(run.config).map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[], kind = ''): string {
  if (rows.length === 0) return '<p>None.</p>';
  const line = (cells: readonly string[], tag: string): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`;
  return `<table${kind === '' ? '' : ` class="${kind}"`}><thead>${line(head, 'th')}</thead><tbody>${rows.map((row) => line(row, 'td')).join('')}</tbody></table>`;
}
