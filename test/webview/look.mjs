// Shows the built webviews in Chromium under their own content security policy, in three themes, and takes pictures:
//   node scripts/build.mjs && node test/webview/look.mjs FOLDER [VIEW...]
// Fails where a page logs an error, breaks the policy, sends what the protocol refuses, or cannot be used by keyboard.
import * as v from 'valibot';
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { root } from '../../scripts/setup.mjs';
import { bundle } from '../../scripts/build-tests.mjs';
import { launchBrowser } from '../../scripts/vscode-host.mjs';
import { nextFrames, openPage, servePages } from './pages.mjs';
import { themes } from './themes.mjs';
import { chat } from './views/chat.mjs';
import { dashboard } from './views/dashboard.mjs';
import { preview } from './views/preview.mjs';
import { rates } from './views/rates.mjs';
import { report } from './views/report.mjs';

/** Each gives the shape of what its view sends, its widths, the messages that bring it into each state, and its use by keyboard. */
const views = { dashboard, report, preview, chat, rates };

const [folder, ...chosen] = process.argv.slice(2);
const wrong = chosen.find((name) => !Object.hasOwn(views, name));
if (folder === undefined || wrong !== undefined) {
  console.error(`usage: node test/webview/look.mjs FOLDER [VIEW...]; views: ${Object.keys(views).join(', ')}`);
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
process.chdir(root);
const [bundled] = await bundle(['test/webview/data.ts']);
const data = createRequire(import.meta.url)(bundled);
const pages = await servePages(data.webviewPage);
const browser = await launchBrowser();
try {
  for (const [name, make] of Object.entries(views)) {
    if (chosen.length > 0 && !chosen.includes(name)) continue;
    const view = await make(data);
    for (const theme of Object.keys(themes)) {
      for (const state of Object.keys(view.states)) await look(theme, name, view, state);
    }
  }
} finally {
  await browser.close();
  pages.stop();
}

async function look(theme, name, view, state) {
  const place = { theme, variables: themes[theme], width: view.width };
  const { page, errors } = await openPage(browser, `${pages.origin}/${name}`, place);
  const begin = Date.now();
  await page.evaluate((values) => values.forEach((value) => window.postMessage(value, '*')), view.states[state]);
  await page.waitForSelector('#root[aria-busy=false]');
  await view.prepare?.(page, state);
  await nextFrames(page);
  console.log(`${theme} ${name} ${state}: drawn after ${Date.now() - begin} ms`);
  await page.screenshot({ path: path.join(folder, `${name}-${state}-${theme}.png`), fullPage: true });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(overflow <= 0, `${name} ${state} is ${overflow} px too wide`);
  for (const width of [...(view.wider ?? []), view.narrow]) {
    const shown = width === view.narrow ? 'narrow' : width;
    await page.setViewportSize({ width, height: 800 });
    await nextFrames(page);
    await page.screenshot({ path: path.join(folder, `${name}-${state}-${theme}-${shown}.png`), fullPage: true });
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(over <= 0, `${name} ${state} is ${over} px too wide for ${width} px`);
  }
  await view.useByKeyboard(page, state);
  for (const value of await page.evaluate(() => window.sent)) {
    assert.ok(v.is(view.shape, value), JSON.stringify(value));
  }
  assert.deepEqual(errors, [], `${name} ${state} ${theme}`);
  await page.close();
}
