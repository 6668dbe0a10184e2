// What a person sees: the packed extension installed in a second VS Code, in a browser. Screenshots go to .cache/vscode-screenshots.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../../scripts/setup.mjs';
import { startServer } from '../../../scripts/vscode-host.mjs';
import { makeWorkspace, userSettings } from '../workspace.mjs';

const limit = 30_000;
const shots = path.join(root, '.cache/vscode-screenshots');
const themes = {
  light: 'Default Light Modern',
  dark: 'Default Dark Modern',
  'high-contrast': 'Default High Contrast',
};

/** @returns the results, as the extension-host suite gives them */
export async function browserSuite({ browser, vsix, scratch }) {
  rmSync(shots, { recursive: true, force: true });
  mkdirSync(shots, { recursive: true });
  const results = [];
  for (const [theme, label] of Object.entries(themes)) {
    const settings = { ...userSettings, 'workbench.colorTheme': label };
    const server = await startServer({ settings, vsix });
    const context = await browser.newContext({ viewport: { width: 1280, height: 1600 } });
    const page = await context.newPage();
    page.setDefaultTimeout(limit);
    const workspace = makeWorkspace(scratch, theme);
    try {
      for (const [name, test] of Object.entries(tests)) {
        const start = performance.now();
        const done = (outcome, detail = '') =>
          results.push({
            name: `${theme}: ${name}`,
            outcome,
            detail,
            milliseconds: Math.round(performance.now() - start),
          });
        try {
          await test({ page, origin: server.origin, workspace, shot: (view) => shoot(page, `${view}-${theme}`) });
          done('passed');
        } catch (error) {
          await shoot(page, `failed-${Object.keys(tests).indexOf(name)}-${theme}`).catch(() => undefined);
          done('failed', `${error.stack}\n${server.log()}`);
        }
      }
    } finally {
      await context.close();
      await server.stop();
    }
  }
  return results;
}

async function shoot(page, name) {
  await page.screenshot({ path: path.join(shots, `${name}.png`) });
}

/** Opens the workspace at one of its files. */
async function openFile({ page, origin, workspace }, name) {
  const payload = JSON.stringify([
    ['openFile', `vscode-remote://${new URL(origin).host}${path.join(workspace, name)}`],
  ]);
  await page.goto(`${origin}/?${new URLSearchParams({ folder: workspace, payload })}`, { timeout: 2 * limit });
  await page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
}

async function runCommand(page, title) {
  await page.keyboard.press('F1');
  const input = page.locator('.quick-input-widget input.input');
  await input.fill(`>${title}`);
  await page.locator('.quick-input-list .monaco-list-row').filter({ hasText: title }).first().waitFor();
  await input.press('Enter');
  await input.waitFor({ state: 'hidden' });
}

/** The findings that the command line has for a file. */
function validated(file) {
  try {
    return JSON.parse(
      execFileSync(process.execPath, [path.join(root, 'dist/sft.js'), 'validate', file, '--json'], {
        encoding: 'utf8',
      }),
    );
  } catch (error) {
    // Exit code 1 says that the data has errors; the JSON is printed all the same.
    return JSON.parse(error.stdout);
  }
}

const tests = {
  async 'squiggles stand in a file with planted mistakes'(view) {
    const { page, shot } = view;
    await openFile(view, 'planted.json');
    await page.locator('.squiggly-error').first().waitFor();
    await page.locator('.squiggly-warning').first().waitFor();
    await shot('squiggles');
  },

  async 'Problems lists the messages'({ page, workspace, shot }) {
    await runCommand(page, 'Problems: Focus on Problems View');
    const panel = page.locator('.markers-panel');
    const findings = validated(path.join(workspace, 'planted.json'));
    assert.ok(findings.length > 0);
    await panel.locator('.monaco-list-row').first().waitFor();
    for (const { message, line, column } of findings) {
      const [reason] = message.split(' - ');
      const row = panel.locator('.monaco-list-row').filter({ hasText: reason });
      await row
        .filter({ hasText: `Ln ${line}, Col ${column}` })
        .first()
        .waitFor();
    }
    await shot('problems');
  },

  async 'token counts stand at the examples'(view) {
    const { page, shot } = view;
    await openFile(view, 'nigeria-services.json');
    await page
      .locator('.view-line', { hasText: /\d+ tok/ })
      .first()
      .waitFor();
    await page
      .locator('.statusbar-item', { hasText: /\d+ tok/ })
      .first()
      .waitFor();
    await shot('token-counts');
  },
};
