// Sets up the checkout, bundles one TypeScript program of it and runs that: `node scripts/run-typescript.mjs scripts/make-base-model.ts`.
import { run, setup } from './setup.mjs';

const [file, ...rest] = process.argv.slice(2);
setup();
const { bundle } = await import('./build-tests.mjs');
const [built] = await bundle([file]);
run(process.execPath, ['--enable-source-maps', built, ...rest]);
