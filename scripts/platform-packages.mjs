// Packs the extension for each platform and looks into every package: its files, what its kernels need of the system, and that packing again
// gives the same bytes; then installs the command line from its npm packages, for this platform, and asks it something.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { checkNames, unpack } from '../test/vscode/package-contents.mjs';
import { needsOf, wrongWith } from './library-needs.mjs';
import { packCommandLine, packKernels } from './package-npm.mjs';
import { cudaKernels, packExtension } from './package.mjs';
import { root } from './setup.mjs';
import { buildFor, TARGETS } from './targets.mjs';
import { installHost } from './vscode-host.mjs';

const here = `${process.platform}-${process.arch}`;

const hashOf = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');

/**
 * @param test runs one by its name
 * @param python as `installTools` gives it
 * @throws Unavailable where they cannot be packed here
 */
export async function testPackages(test, python) {
  installHost();
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'sft-platforms-'));
  try {
    await packAll(test, python, scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function packAll(test, python, scratch) {
  const cudaFor = cudaKernels();
  for (const target of TARGETS) {
    const library = await buildFor(target, python);
    await test(`${target}: the kernels need what every such system has`, () => {
      assert.ok(library, 'it does not build');
      assert.deepEqual(wrongWith(target, needsOf(library, python)), []);
    });
    if (library === undefined) continue;
    await test(`${target}: the package holds what is listed and nothing else`, async () => {
      const [vsix, again] = ['vsix', 'again.vsix'].map((end) => path.join(scratch, `${target}.${end}`));
      const cuda = cudaFor(target);
      packExtension(vsix, target, library, cuda);
      packExtension(again, target, library, cuda);
      assert.equal(hashOf(again), hashOf(vsix), 'packed again it has other bytes');
      const folder = path.join(scratch, target);
      checkNames(await unpack(vsix, folder), target, cuda !== undefined);
      const packed = path.join(folder, 'dist/native', target, path.basename(library));
      assert.equal(hashOf(packed), hashOf(library));
      if (target === here) asks('dist/sft.js', folder);
      rmSync(folder, { recursive: true });
    });
    if (target !== here) continue;
    await test('the command line is installed by npm and needs no compiler', () => {
      const folder = path.join(scratch, 'npm');
      mkdirSync(folder);
      const packages = [packKernels(target, library, cudaFor(target)), packCommandLine()];
      const args = ['install', '--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts', ...packages];
      const { status, stderr } = spawnSync('npm', args, {
        cwd: folder,
        encoding: 'utf8',
        shell: process.platform === 'win32',
      });
      assert.equal(status, 0, stderr);
      asks('node_modules/sft-workbench/dist/sft.js', folder);
    });
  }
}

/** The program answers, away from the checkout. */
function asks(program, folder) {
  const model = path.join(root, 'examples/tiny-llama');
  const args = [program, 'generate', '--model', model, '--prompt', 'Who are you?', '--json'];
  const env = { PATH: process.env.PATH };
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, env, encoding: 'utf8' });
  assert.ok(JSON.parse(stdout || '{}').token_ids?.length > 0, `${stdout}\n${stderr}`);
}
