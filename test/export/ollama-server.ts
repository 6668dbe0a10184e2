import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, watch } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { findOllama } from '../../src/export/ollama/create-model';

const OLLAMA = findOllama();
export const NO_OLLAMA = OLLAMA === undefined && 'Ollama is not installed (SFT_OLLAMA names the program)';

/** Ollama on a port of this test's own, with models of its own. `env` is what its other programs need to find it. */
export async function startOllama(
  folder: string,
): Promise<{ env: Record<string, string>; url: string; stop(): Promise<void> }> {
  const port = await freePort();
  const home = path.join(folder, 'ollama');
  mkdirSync(home);
  const url = `http://127.0.0.1:${port}`;
  const env = { OLLAMA_HOST: url, OLLAMA_MODELS: path.join(home, 'models'), HOME: home, SFT_OLLAMA: OLLAMA! };
  // Into a file: where nobody reads a pipe, as long as a test waits for a program, Ollama stands still once it is full.
  const log = path.join(home, 'log.txt');
  const output = openSync(log, 'w');
  const child = spawn(OLLAMA!, ['serve'], { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', output] });
  closeSync(output);
  const watched = watch(log);
  await new Promise<void>((resolve, reject) => {
    const look = (): void => {
      if (readFileSync(log, 'utf8').includes('Listening on')) resolve();
    };
    watched.on('change', look);
    look();
    child.once('error', reject).once('exit', () => {
      reject(new Error(readFileSync(log, 'utf8')));
    });
  }).finally(() => {
    watched.close();
    child.removeAllListeners();
  });
  const stop = async (): Promise<void> => {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    // It writes into its folder until then, which is about to be removed.
    await ended;
  };
  return { env, url, stop };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => {
        resolve(port);
      });
    });
  });
}
