import path from 'node:path';
import { formatError, SftError } from '../base/errors';
import { makeFolder } from '../base/files';
import { createInOllama, isOllamaName, requireOllama } from '../export/ollama/create-model';
import { JOBS } from '../export/jobs/registry';
import { RECIPES } from '../export/recipes/registry';
import { EXPORTERS, exporterNamed } from '../export/registry';
import { openExport } from '../runs/open-export';
import { recordExport } from '../runs/folder/exports';
import type { ExportEntry } from '../runs/folder/exports-schema';
import type { RunSummary } from '../runs/read-runs';
import { readRunWithModel } from '../runs/require-model';
import { likeTheRun } from '../verify/tolerances';
import { exportJob, JOB_OPTIONS } from './export-job';
import { exportRecipe } from './export-recipe';
import { nextOf } from './export-next';
import { giveUpOnSignal } from './interrupt';
import { chosenOf } from './export-choice';
import { extensionOf, requireFree, requireNoFile, writeWhole } from './export-place';
import { ENGINE_OPTION } from './load-checked';
import { DEVICE_OPTIONS, openDeviceOption } from './open-device';
import { onlyPositional, requiredOption, textOption } from './option-values';
import { showProgress } from './progress';
import { shareShown } from './shares';
import type { Verb } from './verb';
import { verifiedText } from './verification-text';
import { verifyWritten, writtenChoice, WRITTEN_OPTIONS, type Outcome } from './verify-written';

const ALL = [...EXPORTERS, ...RECIPES, ...JOBS];
const FORMS = ALL.map(({ name }) => name);

/** `merged: nf4; gguf: f32, f16` */
const TYPES = EXPORTERS.flatMap(({ name, types }) => (types === undefined ? [] : `${name}: ${types.join(', ')}`)).join(
  '; ',
);

export const exportVerb: Verb = {
  name: 'export',
  summary: 'write a tuned model, a recipe for another tool, or a job that trains it elsewhere',
  usage: `sft export RUN|CONFIG --to ${FORMS.join('|')} --out PATH [--type q8_0] [--weights best] [options]`,
  options: {
    to: {
      type: 'string',
      value: 'FORM',
      help: ALL.map(({ name, summary }) => `${name}: ${summary}`).join('. '),
    },
    out: {
      type: 'string',
      value: 'PATH',
      help: 'folder to write; it must not exist, or must be empty. For gguf and gguf-lora also a file, NAME.gguf',
    },
    type: {
      type: 'string',
      value: 'TYPE',
      help: `of the weights, ${TYPES} (the base model's)`,
    },
    model: { type: 'string', value: 'DIR', help: 'where the base model of the run is now, if it was moved' },
    as: { type: 'string', value: 'KIND', help: 'what a folder for Ollama holds: gguf, adapter or safetensors (gguf)' },
    create: {
      type: 'string',
      value: 'NAME',
      help: 'also create the model in Ollama under this name (ollama)',
    },
    overwrite: {
      type: 'boolean',
      help: 'replace a file of this name, once the new one is complete (NAME.gguf)',
    },
    weights: {
      type: 'string',
      value: 'NAME',
      help: 'tuned, best, a checkpoint such as step-40, or base: the model that the run started from (tuned)',
    },
    ...JOB_OPTIONS,
    ...ENGINE_OPTION,
    ...WRITTEN_OPTIONS,
    ...DEVICE_OPTIONS,
  },
  teach: `The result of training is an adapter: a small set of weights that works only with its base model. "merged" adds them to the weights of
the base model, computed in fp32 and rounded once to the types of its files, and writes a model folder that loads wherever the base
model loads. "peft" writes the adapter for use with PEFT. Both hold the tokenizer, the chat template that training used and a
README.md that says how the model was trained. "gguf" is one file for llama.cpp and programs built on it. With
--type nf4 the merged model's layers are in 4 bits, as bitsandbytes writes them: a quarter of the disk, and answers that differ a little.
Every export is loaded again and asked three test questions before it counts as done, as "sft verify" does.
"ollama" is a folder with such a file and a Modelfile; with --create NAME the model is created in Ollama at once.

${RECIPES.map(({ name }) => name).join(', ')} write a recipe that repeats the training in another tool: the data in that tool's format, split as here, and its
configuration with every setting that it supports; the others are listed. A recipe can be written before training, from a configuration.

${JOBS.map(({ name }) => name).join(', ')} write the job that trains this run on other machines, from its last checkpoint or from the start; the dashboard
follows it through the run folder. From a configuration, the run is created first.

  sft export .sft/runs/<run> --to merged --out faq-model
  sft export sft.config.json --to trl --out faq-trl
  sft export sft.config.json --to slurm --nodes 2 --processes 8 --out faq-job`,
  async run({ positionals, options, json, terminal }) {
    const folder = onlyPositional(positionals, 'RUN');
    const form = requiredOption(options, 'to', `give the form: --to ${FORMS.join(' or --to ')}`);
    const out = path.resolve(requiredOption(options, 'out', 'give the folder to write: --out DIR'));
    const recipe = RECIPES.find(({ name }) => name === form);
    if (recipe !== undefined) {
      await requireFree(out);
      return exportRecipe(recipe, folder, out, { options, json, terminal });
    }
    const job = JOBS.find(({ name }) => name === form);
    if (job !== undefined) {
      await requireFree(out);
      return exportJob(job, folder, out, { options, json, terminal });
    }
    const exporter = exporterNamed(form);
    const choice = {
      type: chosenOf(exporter, 'type', options),
      as: chosenOf(exporter, 'as', options),
    };
    const create = textOption(options, 'create');
    if (create !== undefined && exporter.name !== 'ollama') throw createsNothing(exporter.name);
    if (create !== undefined && !isOllamaName(create)) throw noOllamaName(create);
    const ollama = create === undefined ? undefined : requireOllama();
    const verified = writtenChoice(options, create);
    const single = exporter.extension !== undefined && extensionOf(out) === exporter.extension;
    if (single) await requireNoFile(out, options['overwrite'] === true);
    else await requireFree(out);
    const run = await readRunWithModel(folder, textOption(options, 'model'));
    const weights = textOption(options, 'weights') ?? 'tuned';
    // What is being written is taken away again.
    const stop = giveUpOnSignal('run it again', ['SIGINT', 'SIGTERM']);
    const { source, close } = await openExport(await openDeviceOption(options), run, weights);
    let notes: readonly string[] = [];
    let outcome: Outcome = { notes: [] };
    const verify = async (written: string): Promise<void> => {
      if (verified === undefined) return;
      outcome = await verifyWritten({ written, name: out }, run, source, verified, terminal, stop.signal);
    };
    try {
      await makeFolder(path.dirname(out));
      await writeWhole(out, single, async (temporary) => {
        notes = await exporter.write(source, temporary, shareShown(terminal, stop.signal), choice);
        stop.signal.throwIfAborted();
        if (create === undefined) await verify(temporary);
      });
      let doing = '';
      const shown = (line: string): void => {
        const [what = line] = line.split(/ \d+%/);
        // Without a terminal every per cent would be a line.
        if (terminal.status === undefined && what === doing) return;
        doing = what;
        showProgress(terminal, `ollama: ${line}`);
      };
      if (create !== undefined) {
        await createInOllama(ollama!, out, create, shown, stop.signal);
        await verify(out);
      }
      notes = [...notes, ...(await noted(run, { form: exporter.name, place: out, weights, ollama: create ?? null }))];
    } finally {
      close();
      stop.end();
      terminal.status?.('');
    }
    const { verification, stopped } = outcome;
    if (json)
      terminal.out(
        JSON.stringify({
          form: exporter.name,
          [single ? 'file' : 'folder']: out,
          base_model: source.card.baseModel,
          ...(create === undefined ? {} : { model: create }),
          verified: verification === undefined ? null : { ...verification, summary: likeTheRun(verification.type) },
          notes: [...notes, ...outcome.notes],
        }),
      );
    else {
      terminal.out(`${exporter.name}: ${out}`, nextOf(exporter.name, out, single, create));
      if (verification !== undefined) terminal.log(verifiedText(verification));
    }
    for (const note of [...notes, ...outcome.notes, ...(verification?.notes ?? [])]) terminal.log(`note: ${note}`);
    if (stopped !== true) return 0;
    throw new SftError('stopped', 'stopped: the export is complete, but not verified', {
      file: out,
      remedy: '`sft verify` does that later',
    });
  },
};

/** Notes the export in the run, for `sft verify`. @returns what to say where that cannot be */
async function noted(run: RunSummary, entry: Omit<ExportEntry, 'created'>): Promise<string[]> {
  try {
    await recordExport(run.folder.path, { ...entry, created: new Date().toISOString() });
    return [];
  } catch (error) {
    if (!(error instanceof SftError)) throw error;
    return [`this export could not be recorded in the run: ${formatError(error)}`];
  }
}

function noOllamaName(name: string): SftError {
  const remedy = 'use letters, digits, dots, dashes and underscores, as in faq-model:v2';
  return new SftError('usage', `--create ${JSON.stringify(name)} is not a valid model name in Ollama`, {
    remedy,
    exitCode: 2,
  });
}

function createsNothing(form: string): SftError {
  return new SftError('usage', `--to ${form} does not support --create`, { remedy: 'use --to ollama', exitCode: 2 });
}
