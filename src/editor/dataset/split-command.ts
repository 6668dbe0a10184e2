import path from 'node:path';
import * as vscode from 'vscode';
import type { SplitFile } from '../../dataset/split/split-file';
import { fileOnDisk } from './file-on-disk';
import { tellRefused } from './tell-refused';
import type { Services } from '../services';
import { KEY_OF_PART } from '../../train/data-files';
import { settingsFor } from '../settings';

const SHARES = '80 / 10 / 10';
const SEED = 42;

/** `SFT: Split Dataset…`: train, validation and test files in a folder that the person chooses. Returns what was written. */
export async function splitDataset(
  { client, dialogs }: Services,
  uri?: vscode.Uri,
): Promise<readonly SplitFile[] | undefined> {
  const file = await fileOnDisk(dialogs, uri);
  if (file === undefined) return undefined;
  const answer = await dialogs.text({
    prompt: 'Shares of train / validation / test, in percent',
    value: SHARES,
    validateInput: (text) =>
      readShares(text) === undefined ? 'Three numbers that add up to 100, such as 80 / 10 / 10' : undefined,
  });
  const shares = answer === undefined ? undefined : readShares(answer);
  if (shares === undefined) return undefined;
  const folder = await dialogs.folder('Folder for the split', 'Write the Split Here');
  if (folder === undefined) return undefined;
  const { nearDuplicateThreshold, columns } = await settingsFor(vscode.Uri.file(file));
  const parts = { ...shares, seed: SEED, near_duplicate_threshold: nearDuplicateThreshold };
  try {
    const { files: written, apart } = await client.ask('split', { file, out: folder.fsPath, parts, columns });
    const list = written.map(({ part, examples, file: name }) => `${part} ${examples} (${path.basename(name)})`);
    const keys = written.map(({ part }) => KEY_OF_PART[part]).join(', ');
    void dialogs.info(`Written to ${folder.fsPath}: ${list.join(', ')}. In sft.config.json they are ${keys}.`);
    if (apart !== undefined) void dialogs.warn(apart);
    return written;
  } catch (error) {
    void tellRefused(dialogs, file, error);
    return undefined;
  }
}

function readShares(text: string): { train: number; validation: number; test: number } | undefined {
  const numbers = text
    .split(/[\s/,;]+/)
    .filter((part) => part !== '')
    .map(Number);
  const [train, validation, test] = numbers;
  if (numbers.length !== 3 || train === undefined || validation === undefined || test === undefined) return undefined;
  if (!numbers.every((share) => share >= 0 && share <= 100)) return undefined;
  if (Math.abs(train + validation + test - 100) > 1e-6) return undefined;
  return { train: train / 100, validation: validation / 100, test: test / 100 };
}
