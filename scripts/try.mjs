// npm run try: the packed extension with the sample data in a real VS Code in the browser, for people who want to look first. Everything
// happens in a folder of its own that is removed at the end; Ctrl-C ends it.
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { packExtension } from './package.mjs';
import { root, setup } from './setup.mjs';
import { Unavailable } from './system-packages.mjs';
import { installHost, startServer } from './vscode-host.mjs';

try {
  installHost();
} catch (error) {
  if (!(error instanceof Unavailable)) throw error;
  console.error(`VS Code cannot run here: ${error.message}`);
  process.exit(1);
}
setup();
const workspace = mkdtempSync(path.join(os.tmpdir(), 'sft-try-'));
for (const name of ['service-desk.json', 'service-desk-mistakes.json', 'sft.config.json', 'tiny-llama']) {
  cpSync(path.join(root, 'examples', name), path.join(workspace, name), { recursive: true });
}
console.error('[try] packing the extension and starting VS Code');
const vsix = packExtension(path.join(root, '.cache/sft-workbench.vsix'));
const server = await startServer({ vsix, settings: { 'workbench.colorTheme': 'Default Dark Modern' } });
const payload = JSON.stringify([
  ['openFile', `vscode-remote://127.0.0.1:${server.port}${path.join(workspace, 'service-desk.json')}`],
]);
const address = `${server.origin}/?${new URLSearchParams({ folder: workspace, payload })}`;
console.log(`\nOpen this in a browser on this machine:\n\n  ${address}\n
Then press F1 and type "SFT: Start Training". Ctrl-C here ends it and removes the folder.`);
const opener = { darwin: 'open', linux: 'xdg-open' }[process.platform];
if (process.stdout.isTTY && opener !== undefined) {
  // A machine without a desktop has no such command: the address above is enough.
  spawn(opener, [address], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    void server.stop().then(() => {
      rmSync(workspace, { recursive: true, force: true });
      process.exit(0);
    });
  });
}
