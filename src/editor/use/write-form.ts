import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { sizeText } from '../../base/size-text';
import { errorText } from '../error-text';
import { COMMANDS } from '../manifest/command-ids';
import { runCommand } from '../manifest/commands';
import { revealFile } from '../reveal-file';
import { exists } from '../runs/config-files';
import { sftCommand } from '../runs/worker-command';
import type { Services } from '../services';
import { exportInProcess } from './export-process';
import { exportsUnderWay } from './exports-under-way';
import type { ChosenForm } from './forms';
import { plainName } from './plain-name';
import type { Source } from './source';

const REVEAL = 'Reveal';

/** What can be done at once with what was written, beside looking where it lies. */
export interface NextStep {
  readonly title: string;
  readonly run: (out: string) => unknown;
}

/** Of a whole model that can be talked to. */
export const chatWithIt: NextStep = {
  title: 'Chat with It',
  run: (out) => runCommand(COMMANDS.openChat, vscode.Uri.file(out)),
};

/** Of a folder that says itself what it is for. */
export const openReadme: NextStep = {
  title: 'Open README',
  run: (out) => vscode.commands.executeCommand('markdown.showPreview', vscode.Uri.file(path.join(out, 'README.md'))),
};

/**
 * Asks where to, writes a form there in a process of its own with progress and a way to cancel, and tells the result.
 * @param next offered beside revealing it
 */
export async function writeForm(services: Services, source: Source, form: ChosenForm, next?: NextStep): Promise<void> {
  const { dialogs } = services;
  const out = await choosePlace(services, source, form);
  if (out === undefined) return;
  const notes = await write(services, source, form, out);
  if (notes === undefined) return;
  const told = [`The ${form.what} of ${source.name} is written to ${out} (${sizeText(await bytesOf(out))}).`, ...notes];
  const actions = next === undefined ? [REVEAL] : [next.title, REVEAL];
  const chosen = await dialogs.info(told.map(asSentence).join(' '), ...actions);
  if (chosen === REVEAL) await revealFile(out);
  else if (chosen !== undefined) await next?.run(out);
}

async function choosePlace(
  { dialogs }: Services,
  { place, name, configFile }: Source,
  { what, ending, extension }: ChosenForm,
): Promise<string | undefined> {
  const beside = path.dirname(configFile);
  // A run outlives its configuration.
  const folder = (await exists(beside)) ? beside : path.dirname(place);
  const uri = await dialogs.save({
    title: `Where to write the ${what} of ${name}`,
    saveLabel: 'Write',
    defaultUri: vscode.Uri.file(await freeName(folder, `${plainName(name)}-${ending}`)),
    ...(extension === undefined ? {} : { filters: { [extension.toUpperCase()]: [extension] } }),
  });
  return uri?.fsPath;
}

/** `faq-merged`, `faq-merged-2`, `faq-Q8_0-2.gguf` */
async function freeName(folder: string, name: string): Promise<string> {
  const { name: stem, ext } = path.extname(name) === '.gguf' ? path.parse(name) : { name, ext: '' };
  for (let n = 1; ; n++) {
    const file = path.join(folder, n === 1 ? name : `${stem}-${n}${ext}`);
    if (!(await exists(file))) return file;
  }
}

/** @returns what a person should know of it; undefined where it was not written, which they know */
async function write(
  { context, dialogs }: Services,
  { place, args: more = [], name }: Source,
  { what, args, extension }: ChosenForm,
  out: string,
): Promise<readonly string[] | undefined> {
  const title = `Writing the ${what} of ${name}`;
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  // Whoever names a file that is there was asked about it by the dialog.
  const all = [place, ...args, ...more, ...(extension === undefined ? [] : ['--overwrite'])];
  const stop = new AbortController();
  exportsUnderWay.add(stop);
  try {
    return await vscode.window.withProgress(options, async (progress, token) => {
      token.onCancellationRequested(() => {
        stop.abort();
      });
      let shown = 0;
      progress.report({ message: 'opening the model' });
      return exportInProcess(sftCommand(context), { out, args: all }, stop.signal, (message) => {
        const share = Number(/^wrote (\d+)%/.exec(message)?.[1] ?? shown);
        progress.report({ message, increment: share - shown });
        shown = share;
      });
    });
  } catch (error) {
    void dialogs.error(`The ${what} of ${name} was not written: ${errorText(error)}`);
    return undefined;
  } finally {
    exportsUnderWay.delete(stop);
  }
}

async function bytesOf(out: string): Promise<number> {
  const entry = await stat(out);
  if (!entry.isDirectory()) return entry.size;
  const names = await readdir(out, { recursive: true, withFileTypes: true });
  const sizes = names.filter((one) => one.isFile()).map((one) => stat(path.join(one.parentPath, one.name)));
  return (await Promise.all(sizes)).reduce((sum, { size }) => sum + size, 0);
}

function asSentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
