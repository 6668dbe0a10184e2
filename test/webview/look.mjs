// Shows the built webviews in Chromium under their own content security policy, in three themes, and takes pictures:
//   node scripts/build.mjs && node test/webview/look.mjs FOLDER
// Fails where a page logs an error, breaks the policy, sends what the protocol refuses, or cannot be used by keyboard.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { root } from '../../scripts/setup.mjs';
import { bundle } from '../../scripts/build-tests.mjs';
import { launchBrowser } from '../../scripts/vscode-host.mjs';
import { themes } from './themes.mjs';

const folder = process.argv[2];
if (folder === undefined) {
  console.error('usage: node test/webview/look.mjs FOLDER');
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
process.chdir(root);
const [bundled] = await bundle(['test/webview/data.ts']);
const data = createRequire(import.meta.url)(bundled);

const types = { '.js': 'text/javascript', '.css': 'text/css', '.map': 'application/json' };
const server = http.createServer((request, response) => {
  const name = path.basename(new URL(request.url, 'http://localhost').pathname);
  const extension = path.extname(name);
  if (extension === '') {
    const origin = `http://${request.headers.host}`;
    const page = { title: name, script: `/${name}.js`, style: `/${name}.css`, styleSource: origin, nonce: 'bG9vaw' };
    response.writeHead(200, { 'content-type': 'text/html' }).end(data.webviewPage(page));
    return;
  }
  try {
    const content = readFileSync(path.join(root, 'dist/webview', name));
    response.writeHead(200, { 'content-type': types[extension] }).end(content);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const origin = `http://127.0.0.1:${server.address().port}`;

const wrong = JSON.stringify([{ question: 'What?', answer: '' }]);
const long = `${'Bring the form, the fee of ₦5,000 and two photographs to the office. '.repeat(9)}\nThen wait 🎉.`;
const messages = {
  report: {
    example: {
      type: 'report',
      report: await data.reportOf('nigeria-services.json', data.exampleText(), 128, 'examples/tiny-llama'),
    },
    none: { type: 'report', report: await data.reportOf('wrong.json', wrong, 1024, undefined) },
    many: {
      type: 'report',
      report: await data.reportOf('many-agencies.json', data.manyExamples(50_000), 200, undefined),
    },
    closed: { type: 'unavailable', reason: 'The file is closed, or is no dataset any more.' },
  },
  preview: {
    short: {
      type: 'preview',
      preview: await data.previewOf('How do I renew\nmy passport?', 'Apply online, then visit the office 🎉.', 1024),
    },
    cut: { type: 'preview', preview: await data.previewOf('Where do I pay?', long, 96) },
    none: { type: 'unavailable', reason: 'Select a model: only its tokenizer knows the exact tokens.' },
  },
};

const browser = await launchBrowser();
try {
  for (const [theme, variables] of Object.entries(themes)) {
    for (const [view, states] of Object.entries(messages)) {
      for (const [state, message] of Object.entries(states)) await look(theme, variables, view, state, message);
    }
  }
} finally {
  await browser.close();
  server.close();
}

async function look(theme, variables, view, state, message) {
  const width = view === 'preview' ? 620 : 1000;
  const page = await browser.newPage({ viewport: { width, height: 800 }, reducedMotion: 'reduce' });
  const errors = [];
  page.on('console', (line) => line.type() === 'error' && errors.push(line.text()));
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.addInitScript(
    ({ theme, variables }) => {
      window.sent = [];
      window.acquireVsCodeApi = () => ({ postMessage: (value) => window.sent.push(value) });
      // When the page is parsed and its module has not run yet.
      document.addEventListener('readystatechange', () => {
        if (document.readyState !== 'interactive') return;
        const { style } = document.documentElement;
        for (const [name, value] of Object.entries(variables)) style.setProperty(`--vscode-${name}`, value);
        document.body.classList.add(`vscode-${theme}`);
      });
      document.addEventListener('securitypolicyviolation', (event) =>
        console.error(`policy: ${event.violatedDirective}`),
      );
    },
    { theme, variables },
  );
  await page.goto(`${origin}/${view}`);
  await page.waitForFunction(() => window.sent.some(({ type }) => type === 'ready'));
  const begin = Date.now();
  await page.evaluate((value) => window.postMessage(value, '*'), message);
  await page.waitForSelector('#root[aria-busy=false]');
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  console.log(`${theme} ${view} ${state}: drawn after ${Date.now() - begin} ms`);
  await page.screenshot({ path: path.join(folder, `${view}-${state}-${theme}.png`), fullPage: true });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(overflow <= 0, `${view} ${state} is ${overflow} px too wide`);
  await page.setViewportSize({ width: 420, height: 800 });
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  await page.screenshot({ path: path.join(folder, `${view}-${state}-${theme}-narrow.png`), fullPage: true });
  const narrow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(narrow <= 0, `${view} ${state} is ${narrow} px too wide for 420 px`);
  await useByKeyboard(page, view, state);
  const sent = await page.evaluate(() => window.sent);
  for (const value of sent) {
    const shape = view === 'report' ? data.fromReport : data.fromPreview;
    assert.equal(shape.problem(value, 'message'), undefined);
  }
  assert.deepEqual(errors, [], `${view} ${state} ${theme}`);
  await page.close();
}

async function useByKeyboard(page, view, state) {
  if (view === 'report' && state !== 'closed') {
    const rule = page.locator('[data-rule]').first();
    await rule.focus();
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => window.sent.some(({ type }) => type === 'reveal'));
    await page.locator('vscode-button').focus();
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => window.sent.some(({ type }) => type === 'export'));
  }
  if (view === 'preview' && state !== 'none') {
    await page.locator('[role=option][tabindex="0"]').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    const chosen = await page.locator('[role=option][aria-selected=true]').getAttribute('title');
    assert.equal(await page.locator('.detail').textContent(), chosen);
    assert.notEqual(chosen, await page.locator('[role=option]').first().getAttribute('title'));
  }
}
