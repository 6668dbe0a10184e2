import { stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { SftError } from '../base/errors';
import { findLibrary } from '../compute/cpu/library';
import type { ResolvedConfig } from '../config/config-schema';
import { readMachine, type Machine } from '../engines/accelerate/machine';
import { findScript } from '../engines/accelerate/python/find-script';
import { exportImpossible } from '../export/export-impossible';
import type { JobForm, JobSource, Program } from '../export/jobs/job';
import { createRun } from './create-run';
import { runBusy } from './folder/lock';
import type { RunFolder } from './folder/run-folder';
import type { Run } from './folder/run-schema';
import { isWorking } from './folder/run-status';
import { runDone } from './launch';
import { readRun } from './read-runs';
import { requireModel } from './require-model';

export interface JobChoice {
  /** The file of the command line. */
  readonly entry: string;
  readonly gpu?: string | undefined;
  readonly nodes?: number | undefined;
  readonly processes?: number | undefined;
  /** Where the model of a run is now. */
  readonly moved?: string | undefined;
}

/** A run that a job trains, and the facts of the machines that do. */
export interface OpenJob {
  readonly source: JobSource;
  readonly facts: object;
  /** Made for the job. */
  readonly made: RunFolder | undefined;
}

/**
 * Opens what a job trains: a run that nobody works on, or a new one of a configuration.
 * @param place the folder of a run, or a configuration file
 * @param load reads a configuration
 * @throws SftError `run-done`, `run-busy`, `export-impossible`, machine-file, and what reading run or configuration throws
 */
export async function openJob(
  form: JobForm,
  place: string,
  load: (file: string) => Promise<ResolvedConfig>,
  choice: JobChoice,
): Promise<OpenJob> {
  const isFile = (await stat(place).catch(() => undefined))?.isFile() === true;
  const { config, configFile } = isFile
    ? { config: await load(place), configFile: path.resolve(place) }
    : await existing(place, choice.moved);
  const machine = await readMachine(configFile, envOf(choice));
  refuse(form, config, machine);
  const made = isFile ? await createRun({ config, configFile, now: new Date() }) : undefined;
  const folder = made?.path ?? path.resolve(place);
  const { run, name } = await readRun(folder);
  const { nodes, processes, sharding, offload, unsloth, timeout } = machine;
  const python = run.config.engine === 'accelerate';
  const source = {
    title: name,
    run: folder,
    reads: readsOf(run),
    python,
    gpus: python && run.config.device !== 'cpu',
    gpu: choice.gpu,
    nodes,
    processes,
    ownPython: machine.python,
    program: programAt(choice.entry),
  };
  return { source, facts: { nodes, processes, sharding, offload, unsloth, timeout }, made };
}

async function existing(
  place: string,
  moved: string | undefined,
): Promise<{ config: ResolvedConfig; configFile: string }> {
  const summary = await readRun(place);
  const { folder, state } = summary;
  if (state.status === 'done') throw runDone(folder.path);
  if (isWorking(state.status)) throw runBusy(folder.path, state);
  await requireModel(summary, moved);
  const { config, config_file: configFile } = await folder.readRun();
  return { config, configFile };
}

/** The address is said there: any will do for what is read here. */
function envOf({ nodes, processes }: JobChoice): NodeJS.ProcessEnv {
  return {
    ...process.env,
    SFT_ADDRESS: '0.0.0.0:29500',
    ...(nodes === undefined ? {} : { SFT_NODES: String(nodes) }),
    ...(processes === undefined ? {} : { SFT_PROCESSES: String(processes) }),
  };
}

function refuse(
  { name, alone, setsUpPython }: JobForm,
  { engine }: ResolvedConfig,
  { nodes, processes, sharding, unsloth }: Machine,
): void {
  if (alone !== undefined && nodes > 1)
    throw exportImpossible(`${alone.reason}, and ${nodes} are requested`, alone.remedy);
  const without = (what: string, remedy: string): SftError =>
    exportImpossible(
      `the Python that a job for ${name} sets up does not include ${what}`,
      `${remedy} in .sft/machine.json, or choose a form for machines with their own Python`,
    );
  if (setsUpPython === true && engine === 'accelerate') {
    if (sharding.startsWith('zero')) throw without('DeepSpeed', 'set "sharding": "fsdp" or "none"');
    if (unsloth) throw without('Unsloth', 'leave "unsloth" out');
  }
  if (engine === 'builtin' && nodes * processes > 1) {
    const remedy =
      'set "engine": "accelerate" (for a configuration also --engine accelerate), or use --nodes 1 --processes 1';
    throw exportImpossible(
      `${name}: the builtin engine trains in one process, and ${nodes * processes} were requested`,
      remedy,
    );
  }
}

/** What a run reads. A model in the cache of Hugging Face's tools is links to files beside it. */
function readsOf({ config }: Run): string[] {
  const cached = /^(.*[\\/]models--[^\\/]+)[\\/]snapshots[\\/][^\\/]+[\\/]?$/.exec(config.model_name);
  const { dataset, validation_dataset, test_dataset, retention_dataset, adapter } = config;
  return [
    cached?.[1] ?? config.model_name,
    ...[dataset, validation_dataset, test_dataset, retention_dataset, adapter].filter((place) => place !== null),
  ];
}

/**
 * This program, as it is installed: from its own folder, or by npm, which puts what it needs beside it.
 * @param entry the command line's file
 * @throws SftError native-library-missing
 */
function programAt(entry: string): Program {
  const root = path.dirname(path.dirname(findScript('sft_accelerate.py')));
  const [dist, python] = [path.join(root, 'dist'), path.join(root, 'python')];
  const file = createRequire(entry).resolve('koffi');
  const koffi = file.slice(0, file.lastIndexOf(`${path.sep}koffi${path.sep}`));
  const native = [
    path.join(koffi, 'koffi'),
    path.join(koffi, '@koromix'),
    path.dirname(findLibrary(path.dirname(entry))),
  ];
  // In the extension they are in dist.
  const parts = [dist, python, ...native.filter((place) => !place.startsWith(dist + path.sep))];
  return { node: process.execPath, entry, parts, platform: `${process.platform}-${process.arch}` };
}
