import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { SftError } from '../base/errors';
import { makeFolder, writeFolderAtomic } from '../base/files';
import type { ExportProgress } from '../export/exporter';
import { EXPORTERS, exporterNamed } from '../export/registry';
import { openExport } from '../runs/open-export';
import { readRun } from '../runs/read-runs';
import { DEVICE_OPTIONS, openDeviceOption } from './open-device';
import { onlyPositional, requiredOption, textOption } from './option-values';
import { showProgress } from './progress';
import type { Terminal, Verb } from './verb';

const FORMS = EXPORTERS.map(({ name }) => name);

export const exportVerb: Verb = {
  name: 'export',
  summary: 'write a tuned model in a form that other programs load',
  usage: `sft export RUN --to ${FORMS.join('|')} --out DIR [--weights best] [options]`,
  options: {
    to: { type: 'string', value: 'FORM', help: EXPORTERS.map(({ name, summary }) => `${name}: ${summary}`).join('. ') },
    out: { type: 'string', value: 'DIR', help: 'folder to write; it must not exist, or be empty' },
    weights: { type: 'string', value: 'NAME', help: 'tuned, best, or a checkpoint such as step-40 (tuned)' },
    ...DEVICE_OPTIONS,
  },
  teach: `Training leaves an adapter: a small set of numbers that only makes sense beside its base model. "merged" adds them to the weights of
the base model, computed in fp32 and rounded once to the types of its files, and writes a model folder that loads wherever the base
model loads. "peft" writes the adapter for use with PEFT. Both hold the tokenizer, the chat template that training used and a
README.md that says how the model was trained. The run is not changed.

  sft export .sft/runs/<run> --to merged --out faq-model`,
  async run({ positionals, options, json, terminal }) {
    const folder = onlyPositional(positionals, 'RUN');
    const exporter = exporterNamed(requiredOption(options, 'to', `say in which form: --to ${FORMS.join(' or --to ')}`));
    const out = path.resolve(requiredOption(options, 'out', 'name the folder to write: --out DIR'));
    await requireFree(out);
    const run = await readRun(folder);
    const { source, close } = await openExport(
      await openDeviceOption(options),
      run,
      textOption(options, 'weights') ?? 'tuned',
    );
    let notes: readonly string[] = [];
    try {
      await makeFolder(path.dirname(out));
      await writeFolderAtomic(out, async (temporary) => {
        notes = await exporter.write(source, temporary, shareShown(terminal));
      });
    } finally {
      close();
    }
    terminal.status?.('');
    if (json)
      terminal.out(JSON.stringify({ form: exporter.name, folder: out, base_model: source.card.baseModel, notes }));
    else terminal.out(`${exporter.name}: ${out}`);
    for (const note of notes) terminal.log(`note: ${note}`);
    return 0;
  },
};

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
