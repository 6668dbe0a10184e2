import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { FOLLOW_FILE, followScript } from './follow-script';
import type { JobFiles, JobForm, JobSource } from './job';
import { FACTS_FILE } from './script-lines';

/**
 * Writes a job into an empty folder; the caller writes aside and renames.
 * @param facts of the machines, as .sft/machine.json holds them
 */
export async function writeJob(
  form: JobForm,
  source: JobSource,
  made: JobFiles,
  facts: object,
  folder: string,
): Promise<void> {
  const files = [
    ...made.files,
    [FACTS_FILE, `${JSON.stringify(facts, null, 2)}\n`],
    [FOLLOW_FILE, followScript(source)],
    ['README.md', readme(form, source, made)],
  ] as const;
  for (const [name, text] of files) await writeFile(path.join(folder, name), text);
}

function readme({ name }: JobForm, { title, run, nodes, processes }: JobSource, { use, notes }: JobFiles): string {
  const size = `${nodes === 1 ? 'one node' : `${nodes} nodes`}, ${processes === 1 ? 'one process' : `${processes} processes`} on each`;
  return [
    `# ${title.replaceAll(/[\r\n`]/g, ' ')}, by ${name}`,
    '',
    `Trains the run ${run} elsewhere: ${size}. In this folder:`,
    '',
    '```',
    ...use,
    '```',
    '',
    'The dashboard follows the run through its folder. If that folder is mounted here, there is nothing more to do; if not,',
    '`sh follow.sh HOST` copies it back while it trains, until it is done, and forwards stop, pause and resume, which are a',
    'file in the run folder.',
    '',
    ...notes.map((note) => `- ${note}`),
    '- a run that stopped, failed or was killed continues from its last checkpoint when it is started again',
    '',
  ].join('\n');
}
