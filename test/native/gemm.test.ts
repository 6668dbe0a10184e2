import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';
import { pathToFileURL } from 'node:url';

interface Compilers {
  readonly findCompiler: () => string | undefined;
  readonly missingCompiler: () => string;
}

interface NativeBuild {
  readonly buildNative: (compiler: string) => Promise<string | undefined>;
}

async function script<T>(name: string): Promise<T> {
  return (await import(pathToFileURL(path.resolve('scripts', name)).href)) as T;
}

/** Runs to its end and returns what was printed; fails with it where the exit status is not 0. */
function run(command: string, args: readonly string[]): string {
  const { status, signal, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  assert.equal(error, undefined);
  assert.equal(status, 0, `${path.basename(command)} ended with ${signal ?? status ?? ''}:\n${stdout}${stderr}`);
  return stdout;
}

it('matrix products agree with plain loops, for every instruction set here, within their arrays', async (t) => {
  if (process.platform === 'win32') {
    t.skip('the program guards its arrays with POSIX memory maps');
    return;
  }
  const { findCompiler, missingCompiler } = await script<Compilers>('compile.mjs');
  const compiler = findCompiler();
  if (compiler === undefined) {
    t.skip(missingCompiler());
    return;
  }
  const { buildNative } = await script<NativeBuild>('build-native.mjs');
  const library = await buildNative(compiler);
  assert.ok(library !== undefined, 'the library does not build');
  const folder = path.dirname(library);
  const program = path.resolve('out/native/gemm_test');
  mkdirSync(path.dirname(program), { recursive: true });
  const link = [`-L${folder}`, '-lsft_cpu', `-Wl,-rpath,${folder}`];
  run(compiler, ['-O3', '-std=c++17', 'native/cpu/test/gemm_test.cpp', '-o', program, ...link]);
  assert.match(run(program, []), /^[1-9]\d* instruction sets, [1-9]\d+ products, 0 failures$/m);
});
