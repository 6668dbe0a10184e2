// What a person sees: the packed extension installed in a VS Code of its own, in a browser. Screenshots go to .cache/vscode-screenshots,
// one of each view in each theme. A view's tests are a file in views/ and a line here.
import { mkdirSync, rmSync } from 'node:fs';
import { startServer } from '../../../scripts/vscode-host.mjs';
import { makeWorkspace, userSettings } from '../workspace.mjs';
import { runTests } from './run-tests.mjs';
import { Window, shots, themeSettings } from './window.mjs';
import { chatTests } from './views/chat.mjs';
import { dashboardTests } from './views/dashboard.mjs';
import { hintTests } from './views/hints.mjs';
import { learnTests } from './views/learn.mjs';
import { previewTests } from './views/preview.mjs';
import { problemTests } from './views/problems.mjs';
import { ratesTests } from './views/rates.mjs';
import { reportTests } from './views/report.mjs';
import { runsTests } from './views/runs.mjs';
import { statusTests } from './views/status.mjs';

/** Test names and their bodies, which are given the Window; they run in this order, each on what the one before left open. */
const tests = {
  ...problemTests,
  ...hintTests,
  ...statusTests,
  ...previewTests,
  ...reportTests,
  ...dashboardTests,
  ...ratesTests,
  ...chatTests,
  ...learnTests,
  ...runsTests,
};

/** @returns the results, as the extension-host suite gives them */
export async function browserSuite({ browser, vsix, scratch }) {
  rmSync(shots, { recursive: true, force: true });
  mkdirSync(shots, { recursive: true });
  const server = await startServer({ settings: { ...userSettings, ...themeSettings }, vsix });
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, colorScheme: 'dark' });
  // Asked for by whoever copies; nobody is there to answer.
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.origin });
  const window = new Window(await context.newPage(), server, makeWorkspace(scratch, 'browser'));
  try {
    return await runTests(tests, window, { suite: 'browser', shown: () => window, server });
  } finally {
    await context.close();
    await server.stop();
  }
}
