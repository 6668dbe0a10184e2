import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { findOllama } from '../../src/export/ollama/create-model';

const OLLAMA = findOllama();
export const NO_OLLAMA = OLLAMA === undefined && 'Ollama is not installed (SFT_OLLAMA names the program)';

/** Ollama on a port of this test's own, with models of its own. `env` is what its other programs need to find it. */
export async function startOllama(folder: string): Promise<{ env: Record<string, string>; url: string; stop(): void }> {
  const port = await freePort();
  const home = path.join(folder, 'ollama');
  mkdirSync(home);
  const url = `http://127.0.0.1:${port}`;
  const env = { OLLAMA_HOST: url, OLLAMA_MODELS: path.join(home, 'models'), HOME: home, SFT_OLLAMA: OLLAMA! };
  const child = spawn(OLLAMA!, ['serve'], { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'pipe'] });
  await new Promise<void>((resolve, reject) => {
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('Listening on')) resolve();
    });
    child.once('error', reject).once('exit', () => {
      reject(new Error(said));
    });
  });
  return { env, url, stop: () => void child.kill('SIGTERM') };
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
