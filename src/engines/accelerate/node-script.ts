import { rm } from 'node:fs/promises';
import { writeFileAtomic } from '../../base/files';
import { shellWord } from '../../base/shell-word';
import type { ResolvedConfig } from '../../config/config-schema';
import type { EngineFolder } from './engine-folder';
import { environment, launcherWords } from './launcher';
import { findScript } from './python/find-script';
import type { Setting } from './setting';

/**
 * Writes the script by which the other machines of a run join it: each sees the run folder, the model, Python and this program under the
 * same paths.
 * @param words of the script, after the verb and the folder
 * @returns what a person is told; undefined where there is one machine
 */
export async function writeNodeScript(
  folder: EngineFolder,
  { machine, python, device }: Setting,
  config: ResolvedConfig,
  words: readonly string[],
): Promise<string | undefined> {
  const { nodes, address } = machine;
  if (nodes === 1) return undefined;
  const program = `"\${SFT_PYTHON:-${python.found.executable}}"`;
  const script = [findScript('sft_accelerate.py'), 'train', folder.root, ...words].map(shellWord);
  const lines = [
    '#!/bin/sh',
    `# Joins this machine to the run: sh ${folder.node} NUMBER, from 1 to ${nodes - 1}. Machine 0 is the one that started it.`,
    `NUMBER="\${1:?say which machine this is, from 1 to ${nodes - 1}}"`,
    ...Object.entries(environment(device, machine, config)).map(
      ([name, value]) => `export ${name}=${shellWord(value ?? '')}`,
    ),
    `exec ${program} ${launcherWords(machine, folder.root, '"$NUMBER"')
      .map((word) => (word === '"$NUMBER"' ? word : shellWord(word)))
      .join(' ')} ${script.join(' ')}`,
  ];
  await writeFileAtomic(folder.node, `${lines.join('\n')}\n`);
  const found = `${nodes} machines train together and find each other at ${address ?? ''}`;
  // Where a scheduler says which machine is which, the others join by themselves.
  if ((process.env['SFT_NODE'] ?? '') !== '') return found;
  const which = nodes === 2 ? '1' : `NUMBER, from 1 to ${nodes - 1},`;
  return `${found}: run sh ${shellWord(folder.node)} ${which} on each of the others`;
}

/** No other machine is to join any more. */
export function removeNodeScript({ node }: EngineFolder): Promise<void> {
  return rm(node, { force: true });
}
