import { readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { SftError } from '../base/errors';
import { writeFolderAtomic } from '../base/files';
import { parseHubModel } from '../base/hub-cache';
import { sizeText } from '../base/size-text';
import type { CardFacts } from '../export/model-card';
import type { Exporter } from '../export/exporter';
import { exporterNamed } from '../export/registry';
import { hubAccess, type HubAccess } from '../hub/access';
import { fetchThroughProxy } from '../hub/proxy';
import { push } from '../hub/push';
import { readRepo } from '../hub/repo-info';
import { tokenMissing } from '../hub/request';
import { openExport } from '../runs/open-export';
import type { RunSummary } from '../runs/read-runs';
import { readRunWithModel } from '../runs/require-model';
import { agrees } from './agrees';
import { chosenOf } from './export-choice';
import { giveUpOnSignal } from './interrupt';
import { DEVICE_OPTIONS, openDeviceOption } from './open-device';
import { onlyPositional, requiredOption, textOption } from './option-values';
import { bytesShown, shareShown } from './shares';
import type { OptionValues, Terminal, Verb } from './verb';
import { verifyWritten, writtenChoice, WRITTEN_OPTIONS } from './verify-written';

export const pushVerb: Verb = {
  name: 'push',
  summary: 'upload a tuned model to a repository on the Hugging Face Hub',
  usage: 'sft push RUN --repo NAME [--private] [--merged | --gguf] [--ask | --dry-run]',
  options: {
    repo: {
      type: 'string',
      value: 'NAME',
      help: 'owner/name, or only a name in your account; created if it does not exist',
    },
    private: { type: 'boolean', help: 'if the repository is created, only you can see it' },
    merged: { type: 'boolean', help: 'the whole model instead of the adapter' },
    gguf: { type: 'boolean', help: 'one file for llama.cpp instead of the adapter' },
    type: { type: 'string', value: 'TYPE', help: "of the weights, as in sft export (the base model's)" },
    weights: { type: 'string', value: 'NAME', help: 'tuned, best, or a checkpoint such as step-40 (tuned)' },
    model: { type: 'string', value: 'DIR', help: 'where the base model of the run is now, if it was moved' },
    ask: { type: 'boolean', help: 'show what would be pushed, and ask before pushing it' },
    'dry-run': { type: 'boolean', help: 'show what would be pushed, and open no connection' },
    ...WRITTEN_OPTIONS,
    ...DEVICE_OPTIONS,
  },
  teach: `Uploads the result of a run for others to use: the adapter with tokenizer, chat template and a README.md that says how it was trained, how
it scores and which licence its base model has; or the whole model, or a GGUF. Your data and the answers to it are never pushed:
README.md names only the data's file and hash.

It needs a token with write access: HF_TOKEN, or the one stored by Hugging Face's own login. All files become one commit. If a push is
interrupted, run it again: large files that the Hub already has are not sent twice.

  sft push .sft/runs/<run> --repo faq-adapter --private
  sft push .sft/runs/<run> --repo my-org/faq-model --merged`,
  async run({ positionals, options, json, terminal }) {
    const folder = onlyPositional(positionals, 'RUN');
    const repo = repoName(requiredOption(options, 'repo', 'give the repository: --repo owner/name'));
    const dry = options['dry-run'] === true;
    const form = chosenForm(options);
    const run = await readRunWithModel(folder, textOption(options, 'model'));
    const access = hubAccess({ fetch: dry ? unused : await fetchThroughProxy() });
    if (!dry && access.token === undefined) throw tokenMissing(access.endpoint);
    const stop = giveUpOnSignal('run the command again: what was sent is not sent twice');
    const prepared = path.join(folder, 'push');
    try {
      let message = '';
      await writeFolderAtomic(prepared, async (temporary) => {
        message = await write(run, form, temporary, options, dry ? undefined : access, terminal, stop.signal);
      });
      terminal.status?.('');
      if (dry || options['ask'] === true) await tell(prepared, repo, json, terminal);
      if (dry) return 0;
      if (options['ask'] === true && !(await agrees(terminal, json ? undefined : 'push it?', stop.signal))) {
        terminal.log('nothing was pushed');
        return 0;
      }
      const pushed = await push(access, repo, prepared, {
        private: options['private'] === true,
        message,
        signal: stop.signal,
        onProgress: bytesShown(terminal),
      });
      terminal.status?.('');
      const { url, commit, files } = pushed;
      if (json) terminal.out(JSON.stringify({ repo: pushed.repo, url, commit, files: files.map((file) => file.path) }));
      else terminal.out(url);
      return 0;
    } finally {
      stop.end();
      await rm(prepared, { recursive: true, force: true });
    }
  },
};

/** @throws SftError usage */
function repoName(name: string): string {
  const whole = name.includes('/') ? name : `me/${name}`;
  if (parseHubModel(whole)?.repo === whole) return name;
  throw new SftError('usage', `${JSON.stringify(name)} is not a valid repository name`, {
    remedy: 'write owner/name, of letters, digits, dots, dashes and underscores',
    exitCode: 2,
  });
}

function unused(): never {
  throw new Error('--dry-run opens no connection');
}

interface Form {
  readonly exporter: Exporter;
  readonly type: string | undefined;
}

/** @throws SftError usage */
function chosenForm(options: OptionValues): Form {
  if (options['merged'] === true && options['gguf'] === true) {
    throw new SftError('usage', '--merged and --gguf cannot be combined', { remedy: 'give one of them', exitCode: 2 });
  }
  const exporter = exporterNamed(options['merged'] === true ? 'merged' : options['gguf'] === true ? 'gguf' : 'peft');
  return { exporter, type: chosenOf(exporter, 'type', options) };
}

/**
 * Writes what is to be pushed, and asks it as `sft verify` does.
 * @param access where the base model's licence is asked for
 * @returns the title of its commit
 */
async function write(
  run: RunSummary,
  { exporter, type }: Form,
  folder: string,
  options: OptionValues,
  access: HubAccess | undefined,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<string> {
  const verified = writtenChoice(options, undefined);
  const opened = await openExport(await openDeviceOption(options), run, textOption(options, 'weights') ?? 'tuned');
  try {
    const card = await withLicence(opened.source.card, access);
    const wrote = shareShown(terminal, signal);
    await exporter.write({ ...opened.source, card }, folder, wrote, { type });
    if (verified !== undefined) {
      const outcome = await verifyWritten(
        { written: folder, name: run.folder.path },
        run,
        opened.source,
        verified,
        terminal,
        signal,
      );
      signal.throwIfAborted();
      for (const note of outcome.notes) terminal.log(`note: ${note}`);
    }
  } finally {
    opened.close();
  }
  return `${run.name}: ${exporter.name}, trained with SFT Workbench`;
}

/** The base model's own repository says under which licence it stands; a card without one is still a card. */
async function withLicence(card: CardFacts, access: HubAccess | undefined): Promise<CardFacts> {
  if (access === undefined || !card.onHub) return card;
  const found = await readRepo(access, { repo: card.baseModel, revision: 'main' }).catch(() => undefined);
  return { ...card, licence: found?.licence };
}

async function tell(folder: string, repo: string, json: boolean, terminal: Terminal): Promise<void> {
  const names = (await readdir(folder, { recursive: true })).sort();
  const files: { path: string; bytes: number }[] = [];
  for (const name of names) {
    const entry = await stat(path.join(folder, name));
    if (entry.isFile()) files.push({ path: name, bytes: entry.size });
  }
  if (json) {
    terminal.out(JSON.stringify({ repo, files }));
    return;
  }
  terminal.out(`would be pushed to ${repo}:`);
  for (const { path: name, bytes } of files) terminal.out(`  ${name}  ${sizeText(bytes)}`);
  terminal.out('', ...(await readFile(path.join(folder, 'README.md'), 'utf8')).trimEnd().split('\n'));
}
