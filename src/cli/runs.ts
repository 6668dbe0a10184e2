import path from 'node:path';
import { CONFIG_NAME } from '../config/names';
import { changesOf } from '../runs/changed-settings';
import { outputFolders } from '../runs/folder/output-folders';
import { newestFirst } from '../runs/newest-first';
import { listRuns, type RunSummary } from '../runs/read-runs';
import { groupOf, progressText } from '../runs/run-groups';
import { momentText } from '../base/moment-text';
import { scoreText } from '../text/rouge/headline';
import { usageError } from './parse';
import type { Verb } from './verb';

export const runsVerb: Verb = {
  name: 'runs',
  summary: 'list the runs of a folder, with what each changed and how it scored',
  usage: 'sft runs [DIR | CONFIG] [--json]',
  options: {},
  teach: `Lists runs, the newest first: number and name, state, ROUGE-L on the test part with what training gained, what differs from the run
before it of the same configuration, and when it was created. Without an argument these are the runs in .sft/runs, and those of
sft.config.json where it names another output_dir. DIR is a folder of runs, CONFIG a configuration.

  sft runs
  sft runs .sft/runs --json`,
  async run({ positionals, json, terminal }) {
    const [named, ...more] = positionals;
    if (more.length > 0) throw usageError('runs accepts only one folder', 'name one folder or one configuration');
    const folders = await foldersOf(named);
    const lists = await Promise.all(folders.map((folder) => listRuns(folder)));
    const runs = lists.flatMap((list) => list.runs).sort(newestFirst);
    const damaged = lists.flatMap((list) => list.damaged);
    const rows = runs.map((summary) => ({ summary, changed: changesOf(summary, runs) }));
    if (json) terminal.out(JSON.stringify({ runs: rows.map(printed), damaged }));
    else for (const row of rows) terminal.out(line(row));
    for (const { reason } of damaged) terminal.log(reason);
    if (runs.length === 0 && !json) terminal.log(`no run in ${folders.join(' or ')} yet: sft train CONFIG creates one`);
    return damaged.length > 0 ? 1 : 0;
  },
};

interface Row {
  readonly summary: RunSummary;
  readonly changed: string;
}

/** Folders of runs, absolute. */
async function foldersOf(named: string | undefined): Promise<string[]> {
  if (named !== undefined && !named.endsWith('.json')) return [path.resolve(named)];
  if (named !== undefined) return outputFolders([], [path.resolve(named)]);
  return outputFolders(['.'], [path.resolve(CONFIG_NAME)]);
}

/** `#4 faq  done · ROUGE-L 0.31 (+0.19) · learning_rate 1e-4 · 12 Nov, 10:15` */
function line({ summary: { label, state, run, evaluation }, changed }: Row): string {
  const group = groupOf(state.status);
  const parts = [
    group,
    group === 'done' ? '' : progressText(state),
    evaluation === undefined ? '' : scoreText(evaluation),
    changed,
    momentText(run.created),
  ];
  return `${label}  ${parts.filter((part) => part !== '').join(' · ')}`;
}

function printed({ summary: { folder, run, name, state, evaluation }, changed }: Row): Record<string, unknown> {
  const { number, created } = run;
  const { status, step, total_steps } = state;
  return {
    folder: folder.path,
    number,
    name,
    created,
    status,
    step,
    total_steps,
    changed,
    evaluation: evaluation ?? null,
  };
}
