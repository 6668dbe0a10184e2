import path from 'node:path';
import * as vscode from 'vscode';
import type { Config } from '../../config/config-schema';
import { configText, writtenConfig } from '../../config/write-config';
import { formatError, SftError } from '../../base/errors';
import { makeFolder, writeFileAtomic } from '../../base/files';
import type { RunSummary } from '../../runs/read-runs';
import type { Services } from '../services';
import { CONFIG_NAME } from '../../config/names';
import { exists } from './config-files';
import { chooseRun } from './run-choice';

/** The same again, in a new folder. */
export async function duplicateConfiguration(services: Services, argument: unknown): Promise<vscode.Uri | undefined> {
  const question = { placeHolder: 'The configuration of which run?', none: 'There are no runs yet.' };
  const run = await chooseRun(services, argument, question);
  if (run === undefined) return undefined;
  return writeNew(services, run, 'copy', {});
}

/** A configuration that goes on from a run's adapter. */
export async function continueFromAdapter(services: Services, argument: unknown): Promise<vscode.Uri | undefined> {
  const run = await chooseRun(services, argument, {
    groups: ['done'],
    placeHolder: 'From the adapter of which run?',
    none: 'No run has finished yet: there is no adapter to continue from.',
  });
  if (run === undefined) return undefined;
  const { artifacts } = run;
  const weights = checkpointOf(argument) ?? artifacts.result;
  if (!(await exists(weights))) {
    void services.dialogs.info(`${run.label} has no result yet. Resume it, or continue from one of its checkpoints.`);
    return undefined;
  }
  const changes = artifacts.continueFrom(weights);
  if (changes === undefined) {
    void services.dialogs.info(
      `A checkpoint of full fine-tuning has no tokenizer. Resume ${run.label}, and continue from its result.`,
    );
    return undefined;
  }
  return writeNew(services, run, 'continued', changes);
}

/** The folder of the checkpoint that was clicked. */
function checkpointOf(argument: unknown): string | undefined {
  const node = argument as { readonly kind?: unknown; readonly path?: unknown } | null | undefined;
  return node?.kind === 'checkpoint' && typeof node.path === 'string' ? node.path : undefined;
}

/** Writes the run's configuration with changes into a new folder beside its own, and opens it. */
async function writeNew(
  services: Services,
  { run }: RunSummary,
  suffix: string,
  changes: Partial<Config>,
): Promise<vscode.Uri | undefined> {
  const { dialogs } = services;
  const beside = path.dirname(run.config_file);
  const name = await dialogs.text({
    prompt: `Folder for the new ${CONFIG_NAME}, in ${beside}`,
    value: await freeName(beside, `${run.name}-${suffix}`),
    validateInput: async (text) => {
      if (text.trim() === '') return 'Enter a name.';
      return (await exists(path.resolve(beside, text.trim(), CONFIG_NAME))) ? 'This folder already exists.' : undefined;
    },
  });
  if (name === undefined) return undefined;
  const file = path.resolve(beside, name.trim(), CONFIG_NAME);
  if (await exists(file)) {
    void dialogs.error(`${file} already exists. It was not changed.`);
    return undefined;
  }
  // The runs stay together, whatever folder the configuration lies in.
  const config = { ...writtenConfig(run.config), output_dir: run.config.output_dir, ...changes };
  try {
    await makeFolder(path.dirname(file));
    await writeFileAtomic(file, configText(config, file));
  } catch (error) {
    const reason = error instanceof SftError ? formatError(error) : String(error);
    void dialogs.error(`The configuration cannot be written: ${reason}`);
    return undefined;
  }
  const uri = vscode.Uri.file(file);
  await vscode.window.showTextDocument(uri, { preview: false });
  return uri;
}

/** `faq-copy`, `faq-copy-2` */
async function freeName(folder: string, name: string): Promise<string> {
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? name : `${name}-${n}`;
    if (!(await exists(path.join(folder, candidate)))) return candidate;
  }
}
