import { fork } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { SftError } from '../../base/errors';
import type { LlamaCppAnswer, LlamaCppReply, LlamaCppRequest } from './protocol';

const PACKAGE = 'node-llama-cpp';

/**
 * The URL of node-llama-cpp's module: below SFT_LLAMA_CPP where that is set, else in node_modules of this folder or one above.
 * @returns undefined where it is not installed
 */
export function findLlamaCpp(from = process.cwd()): string | undefined {
  const named = process.env['SFT_LLAMA_CPP'];
  if (named !== undefined) return moduleIn(named);
  for (let folder = path.resolve(from); ; folder = path.dirname(folder)) {
    const found = moduleIn(folder);
    if (found !== undefined || folder === path.dirname(folder)) return found;
  }
}

function moduleIn(folder: string): string | undefined {
  const at = path.join(folder, 'node_modules', PACKAGE);
  const manifest = path.join(at, 'package.json');
  if (!existsSync(manifest)) return undefined;
  const { main = 'dist/index.js' } = JSON.parse(readFileSync(manifest, 'utf8')) as { main?: string };
  return pathToFileURL(path.join(at, main)).href;
}

/**
 * Lets llama.cpp answer prompts.
 * @param worker the bundle of llama-cpp-worker.ts
 * @param limit in ms: it is ended then
 * @throws SftError llama-cpp-failed; the signal's reason where it is aborted
 */
export async function askLlamaCpp(
  worker: string,
  request: LlamaCppRequest,
  limit: number,
  signal?: AbortSignal,
): Promise<readonly LlamaCppAnswer[]> {
  const child = fork(worker, [], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let said = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2000)));
  const end = (): void => void child.kill('SIGKILL');
  const late = AbortSignal.timeout(limit);
  for (const each of [late, signal]) each?.addEventListener('abort', end, { once: true });
  try {
    const reply = await new Promise<LlamaCppReply | undefined>((resolve, reject) => {
      child.once('error', reject);
      child.once('message', (message) => {
        resolve(message as LlamaCppReply);
      });
      child.once('exit', () => {
        resolve(undefined);
      });
      child.send(request);
    });
    signal?.throwIfAborted();
    if (reply !== undefined && 'answers' in reply) return reply.answers;
    const reason =
      reply?.error ?? (late.aborted ? `did not answer in ${limit / 1000} seconds` : `ended: ${said.trim()}`);
    throw new SftError('llama-cpp-failed', `llama.cpp ${reason}`, {
      file: request.model,
      remedy: 'leave llama.cpp out with --without llama.cpp, or update node-llama-cpp',
    });
  } finally {
    for (const each of [late, signal]) each?.removeEventListener('abort', end);
    end();
  }
}
