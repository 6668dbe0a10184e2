// What the suites that train in VS Code have alike: where a dashboard says how far its run is, and the chat that is asked afterwards.
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
