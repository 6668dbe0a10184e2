// What the library of a platform may need of the system that loads it, and whether it needs more.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './setup.mjs';

/** Libraries that every system has; of Linux those of the C library, of which VS Code needs 2.28. */
const SYSTEM = {
  linux: { libraries: /^(?:lib(?:c|m|pthread|dl|rt)\.so\.\d+|ld-linux-[\w-]+\.so\.\d+)$/, glibc: '2.28' },
  win32: { libraries: /^(?:kernel32|ntdll|api-ms-win-crt-[\w-]+)\.dll$/i, system: '10.0' },
  darwin: { libraries: /^\/usr\/lib\/libSystem\.B\.dylib$|^@rpath\/libsft_cpu\.dylib$/, system: '11.0' },
};

/** @param python one that has lief @returns what scripts/library-needs.py tells */
export function needsOf(library, python) {
  const { stdout, stderr, status } = spawnSync(python, [path.join(root, 'scripts/library-needs.py'), library], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`library-needs.py ${library}: ${stderr}`);
  return JSON.parse(stdout);
}

function isNewer(version, than) {
  const [a, b] = [version, than].map((text) => text.split('.').map(Number));
  const at = b.findIndex((part, i) => part !== (a[i] ?? 0));
  return at >= 0 && (a[at] ?? 0) > b[at];
}

/** @returns what is wrong with the library of a target, as phrases; empty where it is as it should be */
export function wrongWith(target, needs) {
  const allowed = SYSTEM[target.split('-')[0]];
  const declared = readFileSync(path.join(root, 'native/cpu/sft_cpu.h'), 'utf8').match(/\bsft_\w+\s*\(/g);
  const functions = new Set(declared).size;
  const foreign = needs.libraries.filter((name) => !allowed.libraries.test(name));
  return [
    ...foreign.map((name) => `it needs ${name}`),
    ...['glibc', 'system'].flatMap((key) =>
      needs[key] !== null && isNewer(needs[key], allowed[key]) ? [`it needs ${key} ${needs[key]}`] : [],
    ),
    ...(needs.exports === functions ? [] : [`it exports ${needs.exports} of ${functions} functions`]),
  ];
}
