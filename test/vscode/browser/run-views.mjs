// What the suites that train in VS Code have alike: where a dashboard says how far its run is, the chat that is asked
// afterwards, and a folder to train in.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../../scripts/setup.mjs';
import { within } from '../pace.mjs';

export const trainingLimit = () => within(240_000);

/** Of a dashboard. */
export const progress = '[role=progressbar][aria-label="Steps done"]';

/** Asks in the chat that the dashboard's button opens. @returns its frame, in which base and tuned model have answered */
export async function askBoth(window, question) {
  const dashboard = await window.frameWith(progress);
  await dashboard.locator('[data-action=chat]').click();
  const chat = await window.frameWith('.composer textarea');
  await chat.locator('.composer textarea').fill(question);
  await chat.locator('.composer textarea').press('Enter');
  for (const side of ['left', 'right']) await chat.locator(`.reply.${side}.done`).waitFor({ timeout: trainingLimit() });
  return chat;
}

/** Makes a folder with the example's model, sixty of its examples, and a configuration that trains the one on the other. */
export function writeWorkspace(folder, values) {
  mkdirSync(folder);
  cpSync(path.join(root, 'examples/tiny-llama'), path.join(folder, 'tiny-llama'), { recursive: true });
  const examples = JSON.parse(readFileSync(path.join(root, 'examples/nigeria-services.json'), 'utf8')).slice(0, 60);
  writeFileSync(path.join(folder, 'faq.json'), `${JSON.stringify(examples, undefined, 2)}\n`);
  const config = { model_name: 'tiny-llama', dataset: 'faq.json', ...values };
  writeFileSync(path.join(folder, 'sft.config.json'), `${JSON.stringify(config, undefined, 2)}\n`);
}
