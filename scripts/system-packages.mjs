// Programs of the system that only tests need: installed where this process may, else what needs them is skipped with a line.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Why something cannot be had here; what needs it is skipped with this line, never failed. */
export class Unavailable extends Error {}

/** Runs a command. @throws Unavailable with the last line that it said */
export function attempt(command, args, options = {}) {
  const result = spawnSync(command, args, { encoding: 'utf8', timeout: 600_000, ...options });
  if (result.status === 0) return result.stdout;
  const said = `${result.stderr ?? ''}${result.stdout ?? ''}`.trim().split('\n').at(-1);
  throw new Unavailable(`${command} ${args[0]}: ${result.error?.message ?? said}`);
}

/**
 * The first of the files that is there, which the packages of Debian or Ubuntu bring.
 * @throws Unavailable where none is, and the packages cannot be installed
 */
export function installedFile(files, packages) {
  const found = () => files.find(existsSync);
  if (found() === undefined && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.error(`[system] installing ${packages.join(', ')}`);
    const install = ['install', '-y', '--no-install-recommends', ...packages];
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    try {
      attempt('apt-get', install, { env });
    } catch {
      attempt('apt-get', ['update'], { env });
      attempt('apt-get', install, { env });
    }
  }
  const file = found();
  if (file === undefined)
    throw new Unavailable(`no ${files[0]} - install ${packages.join(', ')} with the system packages`);
  return file;
}
