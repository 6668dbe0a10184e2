// Packages of npm that are not this platform's, which npm would not install.
import { spawnSync } from 'node:child_process';
import path from 'node:path';

/** @param spec a package with its version @returns the folder that it is unpacked to, in `scratch` */
export function fromRegistry(spec, scratch) {
  const options = { cwd: scratch, encoding: 'utf8', shell: process.platform === 'win32' };
  const got = spawnSync('npm', ['pack', '--silent', spec], options);
  if (got.status !== 0) throw new Error(`${spec} is not in the registry: ${got.stderr}`);
  const unpacked = spawnSync('tar', ['-xzf', got.stdout.trim()], { cwd: scratch, encoding: 'utf8' });
  if (unpacked.status !== 0) throw new Error(`tar: ${unpacked.stderr}`);
  return path.join(scratch, 'package');
}
