import path from 'node:path';
import * as vscode from 'vscode';
import type { ResolvedConfig } from '../../config/config-schema';
import { loadConfig } from '../../config/parse-config';
import type { JobForm } from '../../export/jobs/job';
import { JOBS } from '../../export/jobs/registry';
import { canRelaunch, groupOf, RUN_GROUPS } from '../../runs/run-groups';
import { chooseConfiguration } from '../runs/choose-config';
import { isConfiguration } from '../runs/config-files';
import { loadOrTell } from '../runs/load-config';
import { chooseRun } from '../runs/run-choice';
import { saveFirst } from '../runs/save-first';
import { mayRun } from '../runs/trust';
import type { Services } from '../services';
import type { Source } from './source';
import { openReadme, writeForm } from './write-form';

/** What a job is to train. */
interface Trained extends Source {
  readonly config: Pick<ResolvedConfig, 'engine'>;
}

const NEW = { label: '$(gear) A new run of a configuration…', detail: 'It is created here and started there' };
const STANDING = { label: '$(debug-continue) A run, from where it stands…', detail: 'Or from its beginning' };

const NODES = { option: '--nodes', prompt: 'Machines that train together' };
const PROCESSES = { option: '--processes', prompt: 'GPUs of each machine' };
const USUAL = 'As .sft/machine.json says, or 1';

/** `SFT: Export Run as a Job…`: what trains a run on other machines; of a configuration the run is made. */
export async function exportJob(services: Services, argument: unknown): Promise<void> {
  if (!(await mayRun(services))) return;
  const source = await chooseSource(services, argument);
  if (source === undefined) return;
  const items = JOBS.map((form) => ({ label: form.name, detail: form.summary, form }));
  const chosen = await services.dialogs.pick(items, `What should train ${source.name}`);
  const form = items.find((item) => item === chosen)?.form;
  const size = form === undefined ? undefined : await askSize(services, form, source);
  if (form === undefined || size === undefined) return;
  const { name } = form;
  const written = { what: `job for ${name}`, args: ['--to', name, ...size], ending: name };
  await writeForm(services, source, written, openReadme);
}

/** The run or the configuration that the command was called for; without either the person chooses. */
async function chooseSource(services: Services, argument: unknown): Promise<Trained | undefined> {
  if (argument instanceof vscode.Uri && isConfiguration(argument)) return ofConfiguration(services, argument);
  if (argument !== undefined) return ofRun(services, argument);
  if (!services.runs.list().some(({ state }) => canRelaunch(groupOf(state.status)))) return ofConfiguration(services);
  const chosen = await services.dialogs.pick([NEW, STANDING], 'What to train on other machines');
  if (chosen === undefined) return undefined;
  return chosen === NEW ? ofConfiguration(services) : ofRun(services);
}

async function ofConfiguration(services: Services, argument?: vscode.Uri): Promise<Trained | undefined> {
  const file = await chooseConfiguration(services, argument);
  if (file === undefined || !(await saveFirst(services, file))) return undefined;
  const config = await loadOrTell(services, file, loadConfig, 'No job can be written');
  if (config === undefined) return undefined;
  const { fsPath: configFile } = file;
  return { place: configFile, configFile, name: path.basename(path.dirname(configFile)), config };
}

async function ofRun(services: Services, argument?: unknown): Promise<Trained | undefined> {
  const chosen = await chooseRun(services, argument, {
    groups: RUN_GROUPS.filter(canRelaunch),
    placeHolder: 'Which run should continue elsewhere?',
    none: 'No run can continue elsewhere.',
  });
  if (chosen === undefined) return undefined;
  const { config, config_file: configFile } = chosen.run;
  return { place: chosen.folder.path, configFile, name: chosen.label, config };
}

/** On how many machines and GPUs, as options of the command line; the builtin engine trains in one process. */
async function askSize(
  { dialogs }: Services,
  { alone }: JobForm,
  { config }: Trained,
): Promise<readonly string[] | undefined> {
  if (config.engine === 'builtin') return [];
  const options = alone === undefined ? [NODES, PROCESSES] : [PROCESSES];
  const words: string[] = [];
  for (const { option, prompt } of options) {
    const given = await dialogs.text({ prompt, placeHolder: USUAL, validateInput: notACount });
    if (given === undefined) return undefined;
    if (given.trim() !== '') words.push(option, given.trim());
  }
  return words;
}

function notACount(text: string): string | undefined {
  return /^(?:|[1-9]\d{0,3})$/.test(text.trim()) ? undefined : 'A whole number from 1 to 9999';
}
