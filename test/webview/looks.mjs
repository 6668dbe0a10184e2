// Each webview in each of its states, under its own content security policy: drawn without an error, no wider than its page at any width,
// without a serious fault that axe-core knows, used by keyboard. Screenshots go to .cache/vscode-screenshots, in the theme that the tests
// run in; in three with SFT_TEST_THEMES=all.
import assert from 'node:assert/strict';
import path from 'node:path';
import * as v from 'valibot';
import { shots } from '../vscode/browser/window.mjs';
import { seriousFaults } from './accessible.mjs';
import { nextFrames, openPage } from './pages.mjs';
import { themes } from './themes.mjs';
import { chat } from './views/chat.mjs';
import { dashboard } from './views/dashboard.mjs';
import { preview } from './views/preview.mjs';
import { rates } from './views/rates.mjs';
import { report } from './views/report.mjs';

/** Each gives the shape of what its view sends, its widths, the messages that bring it into each state, and its use by keyboard. */
const views = { dashboard, report, preview, chat, rates };

/**
 * @param data test/webview/data.ts
 * @param pages as servePages gives them
 * @returns names and bodies of tests
 */
export async function lookTests(browser, pages, data) {
  const tests = {};
  const shown = process.env.SFT_TEST_THEMES === 'all' ? Object.keys(themes) : ['dark'];
  for (const [name, make] of Object.entries(views)) {
    const view = await make(data);
    for (const state of Object.keys(view.states)) {
      for (const theme of shown) {
        tests[`${name}: ${state}, ${theme}`] = () => look(browser, pages, { theme, name, view, state });
      }
    }
  }
  return tests;
}

async function look(browser, pages, { theme, name, view, state }) {
  const place = { theme, variables: themes[theme], width: view.width };
  const { page, errors } = await openPage(browser, `${pages.origin}/${name}`, place);
  try {
    await page.evaluate((values) => values.forEach((value) => window.postMessage(value, '*')), view.states[state]);
    await page.waitForSelector('#root[aria-busy=false]');
    await view.prepare?.(page, state);
    for (const width of [view.width, ...(view.wider ?? []), view.narrow]) {
      await page.setViewportSize({ width, height: 800 });
      await nextFrames(page);
      await page.screenshot({ path: path.join(shots, `${name}-${state}-${theme}-${width}.png`), fullPage: true });
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(over <= 0, `${over} px too wide for ${width} px`);
      assert.deepEqual(await page.evaluate(cutFigures), [], `of ${width} px`);
    }
    // As high as a view of the side bar is when another stands above it, too: then things scroll that fitted.
    for (const height of [800, 320]) {
      await page.setViewportSize({ width: view.narrow, height });
      await nextFrames(page);
      assert.deepEqual(await seriousFaults(page), []);
    }
    await view.useByKeyboard(page, state);
    for (const value of await page.evaluate(() => window.sent)) {
      assert.ok(v.is(view.shape, value), JSON.stringify(value));
    }
    assert.deepEqual(errors, []);
  } finally {
    await page.close();
  }
}

/** Figures that are wider than their cells. Runs in the page. */
function cutFigures() {
  const cells = [...document.querySelectorAll('.figures dd')];
  return cells.filter((cell) => cell.scrollWidth > cell.clientWidth).map((cell) => cell.textContent);
}
