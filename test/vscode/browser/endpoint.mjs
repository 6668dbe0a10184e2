// A person's own OpenAI-compatible server: a second `sft serve`, which asks for a key.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { root } from '../../../scripts/setup.mjs';

/** @returns {Promise<{ url: string, stop: () => void }>} when it listens */
export async function startEndpoint(run, key) {
  const child = spawn(process.execPath, [path.join(root, 'dist/sft.js'), 'serve', run, '--json'], {
    env: { ...process.env, SFT_SERVE_TOKEN: key },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // A test that fails does not stop it.
  process.once('exit', () => child.kill());
  for await (const line of createInterface({ input: child.stdout })) {
    return { url: JSON.parse(line).url, stop: () => child.kill() };
  }
  throw new Error('the endpoint ended before it listened');
}
