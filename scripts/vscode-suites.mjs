// The suites in a browser, most in a real VS Code: what is in the package, the forms of the webviews alone, the extension's API from
// inside the extension host, what a person sees, the way from data to a tuned model, the one from nothing to an exported one, and those by
// Python and by a graphics card.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { journeySuite } from '../test/vscode/browser/journey.mjs';
import { loopSuite } from '../test/vscode/browser/loop.mjs';
import { pythonSuite } from '../test/vscode/browser/python.mjs';
import { restrictedSuite } from '../test/vscode/browser/restricted.mjs';
import { browserSuite } from '../test/vscode/browser/suite.mjs';
import { webgpuSuite } from '../test/vscode/browser/webgpu.mjs';
import { extensionHostSuite } from '../test/vscode/extension-host.mjs';
import { measureSlowness } from '../test/vscode/pace.mjs';
import { packageSuite } from '../test/vscode/package-contents.mjs';
import { webviewSuite } from '../test/webview/suite.mjs';
import { packExtension } from './package.mjs';
import { noCounts, slowest } from './reporter.mjs';
import { root, setup } from './setup.mjs';
import { Unavailable } from './system-packages.mjs';
import { installHost, launchBrowser } from './vscode-host.mjs';

const suites = {
  package: packageSuite,
  webview: webviewSuite,
  host: extensionHostSuite,
  browser: browserSuite,
  restricted: restrictedSuite,
  loop: loopSuite,
  journey: journeySuite,
  python: pythonSuite,
  webgpu: webgpuSuite,
};

export const suiteNames = Object.keys(suites);

/**
 * Runs suites and prints their failures and skips. Where this machine cannot have VS Code or a browser, a line says so.
 * @param {readonly string[]} chosen names of suites
 * @returns {Promise<{ passed: number, failed: number, skipped: number, failures: string[] }>} as the reporter counts
 */
export async function runVsCodeSuites(chosen = suiteNames) {
  const counts = noCounts();
  measureSlowness();
  try {
    installHost();
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    console.log(`skipped: VS Code suites (${chosen.join(', ')}): ${error.message}`);
    return { ...counts, skipped: chosen.length };
  }
  setup();
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'sft-vscode-test-'));
  const browser = await launchBrowser();
  try {
    const vsix = packExtension(path.join(root, '.cache/sft-workbench.vsix'));
    for (const name of chosen) {
      console.error(`[vscode] ${name}: ${measureSlowness()}`);
      const start = performance.now();
      const results = await suites[name]({ browser, vsix, scratch }).catch((error) => [
        { name: 'the suite', outcome: 'failed', detail: error.stack, milliseconds: performance.now() - start },
      ]);
      for (const { name: test, outcome, detail, milliseconds } of results) {
        counts[outcome]++;
        if (outcome === 'failed') {
          counts.failures.push(`not ok ${name}: ${test} (${milliseconds} ms)\n${detail}\n`);
          console.log(counts.failures.at(-1));
        }
        if (outcome === 'skipped') console.log(`skipped ${name}: ${test} (${detail})`);
      }
      const seconds = results.map(({ name: test, milliseconds }) => [test, milliseconds / 1000]);
      console.error(`[vscode] ${name}: ${((performance.now() - start) / 1000).toFixed(1)} s, ${slowest(seconds)}`);
    }
  } finally {
    await browser.close();
    // A process that is ending may still write there; what it leaves must not hide what failed.
    rmSync(scratch, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
  }
  return counts;
}
