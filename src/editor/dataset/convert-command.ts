import { countOf } from '../../base/count-of';
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Conversion, Requests } from '../../analysis/protocol';
import { describeConversion, type Layout } from '../../dataset/convert-file';
import { KIND_NAMES, KINDS, type DatasetKind } from '../../dataset/formats/kind';
import type { Dialogs } from '../dialogs';
import { fileOnDisk } from './file-on-disk';
import { lossText } from './loss-text';
import { tellRefused } from './tell-refused';
import type { Services } from '../services';
import { settingsFor } from '../settings';

const LAYOUTS: Readonly<Record<Layout, string>> = { json: 'JSON array', jsonl: 'JSONL, one example a line' };
const REPLACE = 'Replace';
const BESIDE = 'Keep Both';
const ALL_THE_SAME = 'Convert Anyway';

/** `SFT: Convert Dataset…`: the examples in another format, in a new file next to the old one. Returns the new file. */
export async function convertDataset(services: Services, uri?: vscode.Uri): Promise<vscode.Uri | undefined> {
  const { dialogs } = services;
  const file = await fileOnDisk(dialogs, uri);
  if (file === undefined) return undefined;
  const to = await chooseKind(dialogs);
  const layout = to === undefined ? undefined : await chooseLayout(dialogs, file);
  if (to === undefined || layout === undefined) return undefined;
  const { dir, name } = path.parse(file);
  const target = await freeName(dialogs, path.join(dir, `${name}.${to}`), `.${layout}`);
  if (target === undefined) return undefined;
  const { columns } = await settingsFor(vscode.Uri.file(file));
  const ask = { file, to, layout, columns, ...target };
  try {
    const first = await withProgress(services, file, { ...ask, lossy: false });
    const done = first.written ? first : await agreed(services, file, first, ask);
    if (done === undefined) return undefined;
    const written = vscode.Uri.file(target.out);
    await vscode.window.showTextDocument(written);
    void dialogs.info(`${path.basename(target.out)}: ${[describeConversion(done), ...done.told].join('. ')}`);
    return written;
  } catch (error) {
    void tellRefused(dialogs, file, error);
    return undefined;
  }
}

type Ask = Omit<Requests['convert']['ask'], 'lossy'>;

async function agreed(services: Services, file: string, first: Conversion, ask: Ask): Promise<Conversion | undefined> {
  const message = `${KIND_NAMES[first.to]} has no place for ${lossText(first.losses)}: ${countOf(first.lossy, 'example')} would lose it. The original file is not changed.`;
  if ((await services.dialogs.warn(message, ALL_THE_SAME)) !== ALL_THE_SAME) return undefined;
  return await withProgress(services, file, { ...ask, lossy: true });
}

async function withProgress({ client }: Services, file: string, ask: Ask & { lossy: boolean }): Promise<Conversion> {
  const title = `Converting ${path.basename(file)}`;
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, (_, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => {
      abort.abort(new vscode.CancellationError());
    });
    return client.ask('convert', ask, { signal: abort.signal });
  });
}

async function chooseKind(dialogs: Dialogs): Promise<DatasetKind | undefined> {
  const items = KINDS.map((kind) => ({ label: KIND_NAMES[kind], description: SHAPES[kind] }));
  const chosen = await dialogs.pick(items, 'The format to write');
  return KINDS.find((kind) => KIND_NAMES[kind] === chosen?.label);
}

const SHAPES: Readonly<Record<DatasetKind, string>> = {
  qa: 'question, answer',
  alpaca: 'instruction, input, output',
  sharegpt: 'conversations: from, value',
  messages: 'messages: role, content',
  'prompt-completion': 'prompt, completion',
};

async function chooseLayout(dialogs: Dialogs, file: string): Promise<Layout | undefined> {
  const lines = /\.(?:jsonl|ndjson)$/i.test(file);
  const layouts: readonly Layout[] = lines ? ['jsonl', 'json'] : ['json', 'jsonl'];
  const items = layouts.map((layout) => ({ label: LAYOUTS[layout] }));
  const chosen = await dialogs.pick(items, 'How to store the examples');
  return layouts.find((layout) => LAYOUTS[layout] === chosen?.label);
}

/** Where to write: never over a file that stands there, unless the person says so. */
async function freeName(
  dialogs: Dialogs,
  base: string,
  extension: string,
): Promise<{ out: string; replace: boolean } | undefined> {
  const out = base + extension;
  if (!existsSync(out)) return { out, replace: false };
  const answer = await dialogs.warn(`${path.basename(out)} exists already.`, REPLACE, BESIDE);
  if (answer === REPLACE) return { out, replace: true };
  if (answer !== BESIDE) return undefined;
  for (let number = 2; ; number++) {
    const numbered = `${base}-${number}${extension}`;
    if (!existsSync(numbered)) return { out: numbered, replace: false };
  }
}
