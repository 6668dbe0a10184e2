import { realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder, writeFolderAtomic } from '../base/files';
import { SftError } from '../base/errors';
import { loadConfig } from '../config/parse-config';
import { MOST_PROCESSES } from '../engines/accelerate/machine';
import type { JobForm } from '../export/jobs/job';
import { writeJob } from '../export/jobs/write-job';
import { openJob } from '../runs/open-job';
import { loadChecked } from './load-checked';
import { numberOption, textOption } from './option-values';
import type { OptionHelp, OptionValues, Terminal } from './verb';

export const JOB_OPTIONS: Readonly<Record<string, OptionHelp>> = {
  nodes: { type: 'string', value: 'N', help: 'machines that train together (jobs; 1, or as .sft/machine.json says)' },
  processes: { type: 'string', value: 'N', help: 'on each of them, one for each GPU (jobs)' },
  gpu: { type: 'string', value: 'NAME', help: 'model of the GPUs, as the scheduler names it, such as H100 (jobs)' },
};

/** What the verb was given besides the place and the folder to write. */
interface JobCall {
  readonly options: OptionValues;
  readonly json: boolean;
  readonly terminal: Terminal;
}

/**
 * Writes the job that trains a run elsewhere; of a configuration it makes the run, which waits to be started there.
 * @param out where nothing is yet
 * @throws SftError what opening and writing throw
 */
export async function exportJob(
  form: JobForm,
  place: string,
  out: string,
  { options, json, terminal }: JobCall,
): Promise<0> {
  const counted = (name: string): number | undefined =>
    options[name] === undefined
      ? undefined
      : numberOption(options, name, 1, { min: 1, max: MOST_PROCESSES, integer: true });
  const choice = {
    entry: realpathSync(process.argv[1]!),
    gpu: gpuOption(options),
    nodes: counted('nodes'),
    processes: counted('processes'),
    moved: textOption(options, 'model'),
  };
  await makeFolder(path.dirname(out));
  const { source, facts, made } = await openJob(form, place, (file) => loadChecked(loadConfig, file, options), choice);
  const files = form.make(source, out);
  try {
    await writeFolderAtomic(out, (temporary) => writeJob(form, source, files, facts, temporary));
  } catch (error) {
    // Nobody would start it.
    if (made !== undefined) await rm(made.path, { recursive: true, force: true });
    throw error;
  }
  const start = files.use[0]!;
  await made?.writeState({ status: 'stopped', message: `is ready to be started elsewhere: ${start}, in ${out}` });
  const { run } = source;
  if (json) terminal.out(JSON.stringify({ form: form.name, folder: out, run, use: files.use, notes: files.notes }));
  else terminal.out(`${form.name}: ${out} (README.md explains how to start it)`, `run: ${run}`);
  for (const note of files.notes) terminal.log(`note: ${note}`);
  return 0;
}

/** The name goes into a script: it is a word. @throws SftError usage */
function gpuOption(options: OptionValues): string | undefined {
  const gpu = textOption(options, 'gpu');
  if (gpu === undefined || /^[A-Za-z0-9][\w.-]*$/.test(gpu)) return gpu;
  throw new SftError('usage', `--gpu ${JSON.stringify(gpu)} is not the name of a GPU`, {
    remedy: 'give one word, as H100 or A100-80GB; --processes says how many',
    exitCode: 2,
  });
}
