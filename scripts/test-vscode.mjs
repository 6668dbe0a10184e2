// npm run test:vscode: the extension in a real VS Code, twice: its API from inside the extension host, and what a person sees, in a
// browser. Where this machine cannot have VS Code or a browser it says so in one line and exits 0. `-- browser` or `-- host` runs one.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { browserSuite } from '../test/vscode/browser/suite.mjs';
import { extensionHostSuite } from '../test/vscode/extension-host.mjs';
import { packageSuite } from '../test/vscode/package-contents.mjs';
import { packExtension } from './package.mjs';
import { root, setup } from './setup.mjs';
import { installHost, launchBrowser, Unavailable } from './vscode-host.mjs';

const suites = { package: packageSuite, host: extensionHostSuite, browser: browserSuite };
const chosen = process.argv.slice(2);
const wrong = chosen.find((name) => !Object.hasOwn(suites, name));
if (wrong !== undefined) {
  console.error(`no suite ${wrong} - choose from ${Object.keys(suites).join(', ')}`);
  process.exit(2);
}

try {
  installHost();
} catch (error) {
  if (!(error instanceof Unavailable)) throw error;
  console.log(`skipped: VS Code tests, ${error.message}`);
  console.log('0 passed, 0 failed, 1 skipped');
  process.exit(0);
}
setup();
if (JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).main === undefined) {
  console.error('package.json names no "main": there is no extension to test');
  process.exit(2);
}

const scratch = mkdtempSync(path.join(os.tmpdir(), 'sft-vscode-test-'));
const counts = { passed: 0, failed: 0, skipped: 0 };
const browser = await launchBrowser();
try {
  const vsix = packExtension(path.join(root, '.cache/sft-workbench.vsix'));
  for (const [name, suite] of Object.entries(suites)) {
    if (chosen.length > 0 && !chosen.includes(name)) continue;
    const start = performance.now();
    for (const { name: test, outcome, detail, milliseconds } of await suite({ browser, vsix, scratch })) {
      counts[outcome]++;
      if (outcome === 'failed') console.log(`not ok ${name}: ${test} (${milliseconds} ms)\n${detail}\n`);
      if (outcome === 'skipped') console.log(`skipped ${name}: ${test} (${detail})`);
    }
    console.error(`[vscode] ${name}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
  }
} finally {
  await browser.close();
  rmSync(scratch, { recursive: true, force: true });
}
const { passed, failed, skipped } = counts;
console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exit(failed > 0 ? 1 : 0);
