// npm run bench <name> [-- options]: builds bench/<name>.ts and runs it. Without a name, lists the benchmarks.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { root, run, setup } from './setup.mjs';

const [name, ...rest] = process.argv.slice(2);
setup();
const { bundle, filesBelow } = await import('./build-tests.mjs');
const file = `bench/${name}.ts`;
if (!name || !existsSync(path.join(root, file))) {
  const names = filesBelow('bench', '.ts')
    .filter((f) => path.dirname(f) === 'bench')
    .map((f) => path.basename(f, '.ts'));
  console.error(`usage: npm run bench <name>; benchmarks: ${names.join(', ')}`);
  process.exit(2);
}
// Parts that run in a process of their own lie in a folder beside their benchmark.
const [built] = await bundle([file, ...filesBelow('bench', '.ts').filter((f) => f.startsWith(`bench/${name}/`))]);
run(process.execPath, ['--enable-source-maps', built, ...rest]);
