// Runs suite/ inside the extension host of a real VS Code, which a headless browser opens.
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { bundle } from '../../scripts/build-tests.mjs';
import { root } from '../../scripts/setup.mjs';
import { startServer } from '../../scripts/vscode-host.mjs';
import { statedSlowness, within } from './pace.mjs';
import { makeWorkspace, userSettings } from './workspace.mjs';

/** Milliseconds to the workbench, and between two results: a test's own limit is below it. */
const limit = () => within(120_000);

/** @returns the results that suite/runner.ts wrote; one failure where it wrote none */
export async function extensionHostSuite({ browser, scratch }) {
  await bundle(['test/vscode/suite/index.ts']);
  const report = path.join(scratch, 'extension-host.json');
  const server = await startServer({
    settings: userSettings,
    args: ['--vscode-option', 'enable-smoke-test-driver'],
    env: { SFT_TEST_REPORT: report, SFT_CHECKOUT: root, SFT_SLOWNESS: statedSlowness() },
  });
  const page = await browser.newPage();
  const log = [];
  let timer;
  try {
    const ended = new Promise((resolve) => {
      void page.exposeFunction('codeAutomationLog', (level, parts) =>
        log.push(`${level} ${parts.join(' ')}`.split('\n')[0]),
      );
      void page.exposeFunction('codeAutomationExit', resolve);
    });
    const remote = (folder) => `vscode-remote://127.0.0.1:${server.port}${folder}`;
    const payload = [
      ['extensionDevelopmentPath', remote(root)],
      ['extensionTestsPath', remote(path.join(root, 'out/test/vscode/suite/index'))],
    ];
    const query = new URLSearchParams({ folder: makeWorkspace(scratch, 'host'), payload: JSON.stringify(payload) });
    await page.goto(`${server.origin}/?${query}`, { timeout: limit() });
    let written = 0;
    const late = new Promise((resolve) => {
      timer = setInterval(() => {
        const last = existsSync(report) ? statSync(report).mtimeMs : 0;
        if (last === written) resolve(`no result in ${limit()} ms`);
        written = last;
      }, limit());
    });
    const code = await Promise.race([ended, late]);
    const results = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : [];
    const failed = results.some(({ outcome }) => outcome === 'failed');
    if (results.length === 0 || (code !== 0 && !failed)) {
      const detail = `exit code ${code}\n${log.slice(-40).join('\n')}\n${server.log()}`;
      results.push({ name: 'the extension host', outcome: 'failed', detail, milliseconds: 0 });
    }
    return results;
  } finally {
    clearInterval(timer);
    await page.close();
    await server.stop();
  }
}
