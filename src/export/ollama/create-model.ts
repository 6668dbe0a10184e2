import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { SAYS_DISK_FULL } from '../../base/disk-room';
import { SftError } from '../../base/errors';

/** The program that SFT_OLLAMA names, else `ollama` on PATH; undefined where there is none. */
export function findOllama(): string | undefined {
  const named = process.env['SFT_OLLAMA'];
  if (named !== undefined && named !== '') return isProgram(named) ? named : undefined;
  const file = process.platform === 'win32' ? 'ollama.exe' : 'ollama';
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => path.join(folder, file)).find(isProgram);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** @throws SftError ollama-missing */
export function requireOllama(): string {
  const found = findOllama();
  if (found !== undefined) return found;
  throw new SftError('ollama-missing', 'Ollama is not installed, or not on PATH', {
    remedy: 'install it and run the export again, or set SFT_OLLAMA to the program',
  });
}

/** Whether a model in Ollama may be called so: `faq`, `me/faq:v2`. */
export function isOllamaName(name: string): boolean {
  return /^(?:\w[\w.-]*\/)*\w[\w.-]*(?::\w[\w.-]*)?$/.test(name);
}

/** What turns at the end of its lines. */
const SPINNER = /[\u2800-\u28ff]\s*$/;

/**
 * Makes a model in Ollama of a folder with a Modelfile, as `ollama create` does.
 * @param onLine told what it says it is doing
 * @throws SftError disk-full, ollama-failed with its own last words; the signal's reason where it is aborted
 */
export async function createInOllama(
  program: string,
  folder: string,
  name: string,
  onLine: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const child = spawn(program, ['create', name, '-f', 'Modelfile'], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const stop = (): void => void child.kill();
  signal.addEventListener('abort', stop, { once: true });
  let last = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      const line = stripVTControlCharacters(text)
        .split(/[\r\n]/)
        .findLast((one) => one.trim() !== '')
        ?.replace(SPINNER, '')
        .trim();
      if (line === undefined || line === last) return;
      last = line;
      onLine(line);
    });
  }
  try {
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject).once('close', resolve);
    });
    signal.throwIfAborted();
    if (exitCode === 0) return;
  } finally {
    signal.removeEventListener('abort', stop);
  }
  const [code, remedy] = SAYS_DISK_FULL.test(last)
    ? [
        'disk-full',
        'Ollama keeps a copy of the model (OLLAMA_MODELS): free some space there, then `ollama create` the folder again',
      ]
    : ['ollama-failed', 'make sure `ollama serve` is running, then `ollama create` the folder again'];
  const file = path.join(folder, 'Modelfile');
  throw new SftError(code, `ollama create: ${last === '' ? 'it exited without a message' : last}`, { file, remedy });
}
