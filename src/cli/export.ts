import { readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { SftError } from '../base/errors';
import { makeFolder, writeFolderAtomic } from '../base/files';
import type { Exporter, ExportProgress } from '../export/exporter';
import { RECIPES } from '../export/recipes/registry';
import { EXPORTERS, exporterNamed } from '../export/registry';
import { openExport } from '../runs/open-export';
import { readRun } from '../runs/read-runs';
import { exportRecipe } from './export-recipe';
import { DEVICE_OPTIONS, openDeviceOption } from './open-device';
import { onlyPositional, requiredOption, textOption } from './option-values';
import { showProgress } from './progress';
import type { Terminal, Verb } from './verb';

const FORMS = [...EXPORTERS, ...RECIPES].map(({ name }) => name);

/** `merged: nf4; gguf: f32, f16` */
const TYPES = EXPORTERS.flatMap(({ name, types }) => (types === undefined ? [] : `${name}: ${types.join(', ')}`)).join(
  '; ',
);

export const exportVerb: Verb = {
  name: 'export',
  summary: 'write a tuned model, or its recipe, in a form that other programs load',
  usage: `sft export RUN|CONFIG --to ${FORMS.join('|')} --out PATH [--type q8_0] [--weights best] [options]`,
  options: {
    to: {
      type: 'string',
      value: 'FORM',
      help: [...EXPORTERS, ...RECIPES].map(({ name, summary }) => `${name}: ${summary}`).join('. '),
    },
    out: {
      type: 'string',
      value: 'PATH',
      help: 'folder to write; it must not exist, or be empty. For gguf and gguf-lora also a file, NAME.gguf',
    },
    type: {
      type: 'string',
      value: 'TYPE',
      help: `of the weights, ${TYPES} (the base model's)`,
    },
    model: { type: 'string', value: 'DIR', help: 'where the model of the run is now, if it was moved (recipes)' },
    weights: {
      type: 'string',
      value: 'NAME',
      help: 'tuned, best, a checkpoint such as step-40, or base: the model that the run began with (tuned)',
    },
    ...DEVICE_OPTIONS,
  },
  teach: `Training leaves an adapter: a small set of numbers that only makes sense beside its base model. "merged" adds them to the weights of
the base model, computed in fp32 and rounded once to the types of its files, and writes a model folder that loads wherever the base
model loads. "peft" writes the adapter for use with PEFT. Both hold the tokenizer, the chat template that training used and a
README.md that says how the model was trained. The run is not changed. "gguf" is one file for llama.cpp and what is built on it. With
--type nf4 the merged model's layers are in 4 bits, as bitsandbytes writes them: a quarter of the disk, and answers that differ a little.

${RECIPES.map(({ name }) => name).join(', ')} write a recipe, to repeat the training elsewhere: the data in the form of that tool, divided as here, and its
configuration with every setting that it has; what it has not is named. A recipe can be written before training, from a configuration.

  sft export .sft/runs/<run> --to merged --out faq-model
  sft export sft.config.json --to trl --out faq-trl`,
  async run({ positionals, options, json, terminal }) {
    const folder = onlyPositional(positionals, 'RUN');
    const form = requiredOption(options, 'to', `say in which form: --to ${FORMS.join(' or --to ')}`);
    const out = path.resolve(requiredOption(options, 'out', 'name the folder to write: --out DIR'));
    const recipe = RECIPES.find(({ name }) => name === form);
    if (recipe !== undefined) {
      await requireFree(out);
      return exportRecipe(recipe, folder, out, { options, json, terminal });
    }
    const exporter = exporterNamed(form);
    const type = chosenType(exporter, textOption(options, 'type'));
    const single = exporter.extension !== undefined && path.extname(out) === exporter.extension;
    await (single ? requireNoFile(out) : requireFree(out));
    const run = await readRun(folder);
    const { source, close } = await openExport(
      await openDeviceOption(options),
      run,
      textOption(options, 'weights') ?? 'tuned',
    );
    let notes: readonly string[] = [];
    try {
      await makeFolder(path.dirname(out));
      const written = single ? `${out}.folder` : out;
      await writeFolderAtomic(written, async (temporary) => {
        notes = await exporter.write(source, temporary, shareShown(terminal), type);
      });
      if (single) await takeOut(written, out);
    } finally {
      close();
    }
    terminal.status?.('');
    if (json)
      terminal.out(
        JSON.stringify({
          form: exporter.name,
          [single ? 'file' : 'folder']: out,
          base_model: source.card.baseModel,
          notes,
        }),
      );
    else terminal.out(`${exporter.name}: ${out}`);
    for (const note of notes) terminal.log(`note: ${note}`);
    return 0;
  },
};

/** @throws SftError usage where the form has no such type */
function chosenType({ name, types }: Exporter, type: string | undefined): string | undefined {
  if (type === undefined || types?.includes(type) === true) return type;
  const reason = types === undefined ? `--to ${name} takes no --type` : `--type ${JSON.stringify(type)} is not a type`;
  throw new SftError('usage', reason, {
    remedy: types === undefined ? 'leave it out' : `leave it out, or take one of: ${types.join(', ')}`,
    exitCode: 2,
  });
}

/** The file of a form that is one, out of the folder it was written in. */
async function takeOut(folder: string, file: string): Promise<void> {
  const name = (await readdir(folder)).find((entry) => path.extname(entry) === path.extname(file));
  await rename(path.join(folder, name!), file);
  await rm(folder, { recursive: true });
}

/** @throws SftError not-writable */
async function requireNoFile(out: string): Promise<void> {
  if ((await stat(out).catch(() => undefined)) === undefined) return;
  throw new SftError('not-writable', 'exists already', {
    file: out,
    remedy: 'name another file with --out, or delete this one first',
    exitCode: 2,
  });
}

/** Shows each percent on a terminal, each tenth elsewhere. */
function shareShown(terminal: Terminal): ExportProgress {
  const step = terminal.interactive ? 1 : 10;
  let shown = 0;
  return (bytes, total) => {
    const share = Math.floor((100 * bytes) / total / step) * step;
    if (share === shown) return;
    shown = share;
    showProgress(terminal, `wrote ${share}% of the weights`);
  };
}

/** A folder is replaced as a whole when it is written: one that holds anything is not touched. @throws SftError not-writable */
async function requireFree(out: string): Promise<void> {
  const names = await readdir(out).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw new SftError('not-writable', code === 'ENOTDIR' ? 'is a file, not a folder' : 'cannot be read', {
      file: out,
      remedy: 'name another folder with --out',
      exitCode: 2,
      cause: error,
    });
  });
  if (names.length === 0) return;
  throw new SftError('not-writable', 'the folder is not empty', {
    file: out,
    remedy: 'name a new folder with --out, or delete this one first',
    exitCode: 2,
  });
}
