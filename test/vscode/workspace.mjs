import { cpSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../scripts/setup.mjs';

/** A workspace folder of its own with the planted files and the example data. @returns its path */
export function makeWorkspace(scratch, name) {
  const folder = path.join(scratch, name);
  cpSync(path.join(root, 'test/vscode/workspace'), folder, { recursive: true });
  cpSync(path.join(root, 'examples/nigeria-services.json'), path.join(folder, 'nigeria-services.json'));
  return folder;
}

/** What a user would set who has the example model. */
export const userSettings = { 'sft.model': path.join(root, 'examples/tiny-llama') };
