import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Activation } from './activation/suite';

// npm run bench activation: what the extension costs a window without datasets, in a real VS Code, a new extension host each time.

const WINDOWS = 7;
const LIMIT_MS = 120_000;

interface Page {
  exposeFunction(name: string, body: (...args: never[]) => void): Promise<void>;
  goto(address: string, options: { timeout: number }): Promise<unknown>;
  close(): Promise<void>;
}

interface VsCodeHost {
  installHost(): void;
  launchBrowser(): Promise<{ newPage(): Promise<Page>; close(): Promise<void> }>;
  startServer(options: {
    args: readonly string[];
    env: Readonly<Record<string, string>>;
  }): Promise<{ origin: string; port: number; stop(): Promise<void> }>;
}

async function main(): Promise<void> {
  const checkout = process.cwd();
  // The test host's scripts are plain modules that are run where they lie, not bundled.
  const host = (await import(pathToFileURL(path.resolve('scripts/vscode-host.mjs')).href)) as VsCodeHost;
  host.installHost();
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'sft-activation-'));
  const workspace = path.join(scratch, 'workspace');
  mkdirSync(workspace);
  writeFileSync(path.join(workspace, 'notes.md'), '# Nothing to train here\n');
  const report = path.join(scratch, 'report.json');
  const server = await host.startServer({
    args: ['--vscode-option', 'enable-smoke-test-driver'],
    env: { SFT_TEST_REPORT: report },
  });
  const browser = await host.launchBrowser();
  const remote = (folder: string): string => `vscode-remote://127.0.0.1:${server.port}${folder}`;
  const payload = JSON.stringify([
    ['extensionDevelopmentPath', remote(checkout)],
    ['extensionTestsPath', remote(path.join(checkout, 'out/bench/activation/suite'))],
  ]);
  const times: number[] = [];
  try {
    for (let window = 0; window < WINDOWS; window++) {
      const page = await browser.newPage();
      const ended = new Promise((resolve, reject) => {
        void page.exposeFunction('codeAutomationLog', () => undefined);
        void page.exposeFunction('codeAutomationExit', resolve);
        setTimeout(reject, LIMIT_MS, new Error('the window did not end')).unref();
      });
      const query = new URLSearchParams({ folder: workspace, payload }).toString();
      await page.goto(`${server.origin}/?${query}`, { timeout: LIMIT_MS });
      await ended;
      await page.close();
      const { activeBefore, load, activate, all } = JSON.parse(readFileSync(report, 'utf8')) as Activation;
      if (activeBefore) {
        console.log('VS Code had activated it by itself');
        continue;
      }
      const [loading, activating] = [load.toFixed(1), activate.toFixed(1)];
      console.log(`loads in ${loading} ms, activates in ${activating} ms; ${all.toFixed(1)} ms with what VS Code does`);
      times.push(load + activate);
    }
  } finally {
    await browser.close();
    await server.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
  times.sort((a, b) => a - b);
  const [median, most] = [times[times.length >> 1], times.at(-1)];
  console.log(`median of ${times.length}: ${median?.toFixed(1)} ms, most ${most?.toFixed(1)} ms (at most 50 ms)`);
}

void main();
