// WebGPU without a graphics card, for the tests: Mesa's software Vulkan (Debian's packages, unpacked into a cached folder and installed
// nowhere) and the npm package `webgpu` beside it. `node scripts/software-vulkan.mjs node dist/sft.js devices` runs a command with both.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { attempt, Unavailable } from './system-packages.mjs';

/** Another number makes a new folder. */
const VERSION = 1;
const WEBGPU = 'webgpu@0.6.2';
/** Debian 12's Mesa gives Dawn no adapter, its backport does. */
const [SUITE, BACKPORTS] = ['bookworm', 'bookworm-backports'];
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
/** What must be the machine's own: its C library and what is loaded with every program. */
const OWN = /^(libc6|libgcc-s1|libstdc\+\+6|gcc-\d+-base)_/;
const LIBRARIES = 'usr/lib/x86_64-linux-gnu';

/** What Debian offers is taken from where this machine takes its own packages, if that is Debian. */
function mirror() {
  const listed = spawnSync('apt-get', ['indextargets', '--format', '$(REPO_URI)'], { encoding: 'utf8' }).stdout ?? '';
  const found = listed.split('\n').find((uri) => /\/debian\/?$/.test(uri));
  if (found === undefined) throw new Unavailable('apt-get names no place that has the packages of Debian');
  return found;
}

function requirePlatform() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Unavailable(`it is for Linux x64, this is ${process.platform} ${process.arch}`);
  }
  const version = process.report.getReport().header.glibcVersionRuntime ?? '0.0';
  const [major, minor] = version.split('.').map(Number);
  if (major < 2 || (major === 2 && minor < 36)) throw new Unavailable(`it needs glibc 2.36, this is ${version}`);
  for (const file of ['/usr/bin/apt-get', '/usr/bin/dpkg', KEYRING]) {
    if (!existsSync(file))
      throw new Unavailable(`${file} is missing, with which Debian's packages are fetched and checked`);
  }
}

function unpackMesa(folder) {
  const apt = path.join(folder, 'apt');
  for (const name of ['lists/partial', 'packages/partial']) mkdirSync(path.join(apt, name), { recursive: true });
  writeFileSync(path.join(apt, 'status'), '');
  const line = (suite) => `deb [signed-by=${KEYRING}] ${mirror()} ${suite} main\n`;
  writeFileSync(path.join(apt, 'sources.list'), line(SUITE) + line(BACKPORTS));
  const options = {
    'Dir::Etc::SourceList': path.join(apt, 'sources.list'),
    'Dir::Etc::SourceParts': '/dev/null',
    'Dir::State::Lists': path.join(apt, 'lists'),
    'Dir::State::status': path.join(apt, 'status'),
    'Dir::Cache': path.join(apt, 'cache'),
    'Dir::Cache::archives': path.join(apt, 'packages'),
    'Debug::NoLocking': '1',
    'APT::Architecture': 'amd64',
    'APT::Architectures': 'amd64',
    'APT::Sandbox::User': '',
  };
  const set = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  attempt('apt-get', ['update', ...set]);
  const wanted = ['mesa-vulkan-drivers', 'libvulkan1'];
  attempt('apt-get', [
    'install',
    '-y',
    '--download-only',
    '--no-install-recommends',
    '-t',
    BACKPORTS,
    ...set,
    ...wanted,
  ]);
  const packages = readdirSync(path.join(apt, 'packages')).filter((name) => name.endsWith('.deb') && !OWN.test(name));
  for (const name of packages) attempt('dpkg', ['-x', path.join(apt, 'packages', name), path.join(folder, 'mesa')]);
  rmSync(apt, { recursive: true });
}

function install(home) {
  requirePlatform();
  console.error('[webgpu] installing software Vulkan and the package webgpu for the tests (about 30 s, 400 MB)');
  mkdirSync(path.dirname(home), { recursive: true });
  const folder = mkdtempSync(`${home}-`);
  try {
    unpackMesa(folder);
    writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n');
    attempt('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', WEBGPU], {
      cwd: folder,
    });
    // Two processes may do this at once: the first one stays.
    if (!existsSync(home)) renameSync(folder, home);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The driver's description with the driver's place in it. */
function writeDriver(home) {
  const mesa = path.join(home, 'mesa');
  const driver = JSON.parse(readFileSync(path.join(mesa, 'usr/share/vulkan/icd.d/lvp_icd.json'), 'utf8'));
  driver.ICD.library_path = path.join(mesa, LIBRARIES, 'libvulkan_lvp.so');
  const file = path.join(home, 'driver.json');
  writeFileSync(file, JSON.stringify(driver));
  return file;
}

/** @returns what the environment of a process needs, or the reason why it cannot be had */
export function softwareVulkan() {
  const cache = process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache');
  const home = path.join(cache, 'sft-workbench', `software-vulkan-${VERSION}`);
  try {
    if (!existsSync(home)) install(home);
    const driver = writeDriver(home);
    return {
      env: {
        LD_LIBRARY_PATH: path.join(home, 'mesa', LIBRARIES),
        VK_DRIVER_FILES: driver,
        VK_ICD_FILENAMES: driver,
        MESA_SHADER_CACHE_DIR: path.join(home, 'shaders'),
        SFT_WEBGPU: home,
      },
    };
  } catch (error) {
    if (error instanceof Unavailable) return { reason: error.message };
    throw error;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { env, reason } = softwareVulkan();
  if (env === undefined) {
    console.error(`software Vulkan cannot be had here: ${reason}`);
    process.exit(1);
  }
  const [command, ...args] = process.argv.slice(2);
  if (command === undefined)
    console.log(
      Object.entries(env)
        .map(([name, value]) => `${name}=${value}`)
        .join('\n'),
    );
  else process.exit(spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env } }).status ?? 1);
}
