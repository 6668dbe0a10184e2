// CUDA without a graphics card, for the tests: the kernels of native/cuda compiled for the processor, behind a driver that runs them there.
// `node scripts/emulated-cuda.mjs node dist/sft.js devices` runs a command with it.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildLibrary, filesIn, findCompiler, missingCompiler, root, unitsOf } from './compile.mjs';

const WARNINGS = '-Wall -Wextra -Wno-unknown-pragmas -Wno-unused-parameter';
// As for nvcc: nothing is contracted but what is written so.
const ROUNDING = '-ffp-contract=off -fno-math-errno';
const FLAGS = `-std=c++17 -O3 -mavx2 -mfma -fPIC -fvisibility=hidden ${WARNINGS} ${ROUNDING}`.split(' ');
const LINK = '-shared -Wl,-z,defs -Wl,-z,nodelete -static-libstdc++ -static-libgcc -Wl,--exclude-libs,ALL'.split(' ');

/** @returns what the environment of a process needs, or the reason why it cannot be had */
export async function emulatedCuda() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return { reason: `it is for Linux x64, this is ${process.platform} ${process.arch}` };
  }
  const command = findCompiler();
  if (command === undefined) return { reason: missingCompiler() };
  const [cuda, home] = [path.join(root, 'native', 'cuda'), path.join(root, '.cache', 'cuda-emulation')];
  const emulation = path.join(cuda, 'emulation');
  const headers = [cuda, emulation].flatMap((folder) => filesIn(folder, '.h'));
  const unit = unitsOf([command], headers, path.join(home, 'objects'));
  const units = [
    ...filesIn(path.join(cuda, 'kernels'), '.cu').map((source) => unit(source, ['-x', 'c++', ...FLAGS])),
    ...filesIn(emulation, '.cpp').map((source) => unit(source, FLAGS)),
  ];
  const library = path.join(home, 'libcuda.so.1');
  if ((await buildLibrary([command], units, LINK, library, path.join(home, 'objects'))) === undefined) {
    throw new Error('the emulation of CUDA does not compile');
  }
  writeFileSync(path.join(home, 'sft_cuda.fatbin'), 'emulated kernels');
  return { env: { SFT_CUDA: home } };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { env, reason } = await emulatedCuda();
  if (env === undefined) {
    console.error(`CUDA cannot be emulated here: ${reason}`);
    process.exit(1);
  }
  const [command, ...args] = process.argv.slice(2);
  if (command === undefined) console.log(`SFT_CUDA=${env.SFT_CUDA}`);
  else process.exit(spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env } }).status ?? 1);
}
