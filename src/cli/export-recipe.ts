import path from 'node:path';
import { makeFolder, writeFolderAtomic } from '../base/files';
import { listDevices } from '../compute/registry';
import type { Recipe, RecipeSource } from '../export/recipes/recipe';
import { writeRecipe } from '../export/recipes/write-recipe';
import { openRecipe } from '../runs/open-recipe';
import { giveUpOnSignal } from './interrupt';
import { textOption } from './option-values';
import type { OptionValues, Terminal } from './verb';

/** What the verb was given besides the place and the folder to write. */
interface RecipeCall {
  readonly options: OptionValues;
  readonly json: boolean;
  readonly terminal: Terminal;
}

/**
 * Writes the recipe of a run or a configuration, and says what differs.
 * @param out where nothing is yet
 * @throws SftError what opening and writing throw
 */
export async function exportRecipe(
  recipe: Recipe,
  place: string,
  out: string,
  { options, json, terminal }: RecipeCall,
): Promise<0> {
  const stop = giveUpOnSignal('run it again', ['SIGINT', 'SIGTERM']);
  let source: RecipeSource;
  let differences: readonly string[] = [];
  try {
    source = await openRecipe(place, await listDevices(), textOption(options, 'model'));
    await makeFolder(path.dirname(out));
    await writeFolderAtomic(out, async (temporary) => {
      differences = await writeRecipe(recipe, source, temporary);
      stop.signal.throwIfAborted();
    });
  } finally {
    stop.end();
  }
  if (json) terminal.out(JSON.stringify({ form: recipe.name, folder: out, base_model: source.baseModel, differences }));
  else terminal.out(`${recipe.name}: ${out} (README.md explains how to run it)`);
  for (const line of differences) terminal.log(`note: ${line}`);
  return 0;
}
