import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { benchWork, measure, type Continue } from './work';

// This project's side of `npm run bench serve`: the real `sft serve`, over HTTP.

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { model: { type: 'string' }, vocabulary: { type: 'string' }, threads: { type: 'string' } },
  });
  const args = ['serve', '--model', values.model!, '--threads', values.threads!, '--json'];
  const child = spawn(process.execPath, [path.resolve('dist/sft.js'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, SFT_SERVE_TOKEN: '' },
  });
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('exit', (code) => {
      reject(new Error(`sft serve ended with ${code}`));
    });
  });
  const { url, token } = JSON.parse(line) as { url: string; token: string };
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const post = async (prompt: readonly number[], maxTokens: number): Promise<number[]> => {
    const body = JSON.stringify({
      model: 'base',
      prompt,
      max_tokens: maxTokens,
      temperature: 0,
      return_token_ids: true,
    });
    const response = await fetch(`${url}/completions`, { method: 'POST', headers, body });
    const text = await response.text();
    if (!response.ok) throw new Error(text);
    return (JSON.parse(text) as { choices: { token_ids: number[] }[] }).choices[0]!.token_ids;
  };
  const go: Continue = (prompts, newTokens) => Promise.all(prompts.map((prompt) => post(prompt, newTokens)));
  const side = await measure('sft serve, over HTTP', benchWork(Number(values.vocabulary)), go);
  child.kill('SIGTERM');
  console.log(JSON.stringify(side));
}

void main();
