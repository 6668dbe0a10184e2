import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PARTS, type Recipe, type RecipeFiles, type RecipeSource } from './recipe';
import { exportImpossible } from '../export-impossible';

/**
 * Writes a recipe into an empty folder; the caller writes aside and renames.
 * @returns what differs from a run here, a sentence each
 * @throws SftError export-impossible where the tools have no such method
 */
export async function writeRecipe(recipe: Recipe, source: RecipeSource, folder: string): Promise<readonly string[]> {
  const { training_type: type } = source.config;
  if (type !== 'lora' && type !== 'full') {
    const reason = `${recipe.name} has no training_type ${JSON.stringify(type)}`;
    throw exportImpossible(reason, 'set training_type to lora or full for a recipe');
  }
  const made = recipe.make(source);
  for (const [name, text] of [...made.files, ['README.md', readme(recipe, source, made)] as const]) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  return made.differences;
}

function readme({ name }: Recipe, { title, baseModel, onHub, parts, plan }: RecipeSource, made: RecipeFiles): string {
  const counts = PARTS.filter((part) => parts[part].length > 0).map(
    (part) => `${parts[part].length} to ${PURPOSE[part]}`,
  );
  const model = onHub
    ? []
    : ['', 'The base model is given by its folder on the machine that wrote this: change it to its folder on yours.'];
  const differences = made.differences.length === 0 ? ['- nothing'] : made.differences.map((line) => `- ${line}`);
  return [
    `# ${oneLine(title)}, for ${name}`,
    '',
    `The training of \`${oneLine(baseModel)}\` in SFT Workbench, for ${name}: the same conversations in the same parts (${counts.join(', ')}), ${plan.steps} updates, and the same`,
    'settings as far as the tool has them. Run it in this folder:',
    '',
    '```',
    ...made.use,
    '```',
    ...model,
    '',
    'What differs:',
    '',
    ...differences,
    '- the order of examples and the initial adapter come from another random number generator',
    '',
  ].join('\n');
}

const PURPOSE = { train: 'learn from', validation: 'watch', test: 'test with' } as const;

function oneLine(text: string): string {
  return text.replace(/[\r\n`]/g, ' ');
}
