import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { SAYS_DISK_FULL } from '../../../base/disk-room';
import { SftError } from '../../../base/errors';
import { killGroup } from '../kill-group';

/** What tools say where they fail, and what helps. The first that fits is told. */
const CAUSES: readonly { readonly says: RegExp; readonly code: string; readonly remedy: string }[] = [
  {
    says: SAYS_DISK_FULL,
    code: 'disk-full',
    remedy: 'free some space and run the command again',
  },
  {
    says: /do not match the hashes|hash mismatch/i,
    code: 'setup-hash',
    remedy:
      'a file has an unexpected hash: run the command again; if it stays like this, something changes your downloads',
  },
  {
    says: /ensurepip is not available|No module named (ensurepip|venv)/i,
    code: 'setup-venv',
    remedy: 'install uv, or the package of your system that contains venv, such as python3-venv',
  },
  {
    says: /name resolution|dns error|failed to (fetch|connect)|connection (refused|error|broken|timed out)|proxy|timed out|no matching distribution|certificate/i,
    code: 'setup-download',
    remedy: 'check the connection and the proxy (HTTPS_PROXY), and run the command again: what was downloaded is kept',
  },
];

export interface ToolRun {
  /** All that it prints is added to this file. */
  readonly log: string;
  /** Ends it. */
  readonly signal: AbortSignal;
  readonly onLine: (line: string) => void;
}

/**
 * Runs a tool to its end.
 * @throws SftError disk-full, setup-hash, setup-venv, setup-download, setup-failed with what it said last; the signal's reason
 */
export async function runTool(
  [program, ...args]: readonly [string, ...string[]],
  { log, signal, onLine }: ToolRun,
): Promise<void> {
  signal.throwIfAborted();
  const written = createWriteStream(log, { flags: 'a' });
  written.write(`$ ${[program, ...args].join(' ')}\n`);
  const lines: string[] = [];
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PYTHONIOENCODING: 'utf-8', PYTHONUNBUFFERED: '1' },
    // A group of its own, which is ended whole: pip and uv start others.
    detached: true,
    windowsHide: true,
  });
  const end = (): void => {
    if (child.pid !== undefined) killGroup(child.pid);
  };
  signal.addEventListener('abort', end, { once: true });
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      written.write(`${line}\n`);
      if (line.trim() === '') return;
      lines.push(line.trim());
      onLine(line.trim());
    });
  }
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject).once('close', resolve);
    });
    signal.throwIfAborted();
    if (code !== 0) throw failed(lines, log);
  } catch (error) {
    if (error instanceof SftError || signal.aborted) throw error;
    throw failed([`${program} cannot be started: ${error instanceof Error ? error.message : String(error)}`], log);
  } finally {
    signal.removeEventListener('abort', end);
    await new Promise<void>((resolve) => written.end(resolve));
  }
}

function failed(lines: readonly string[], log: string): SftError {
  const told = lines.filter((line) => !/^(?:\[notice\]|hint:)/.test(line));
  const all = lines.join('\n');
  const cause = CAUSES.find(({ says }) => says.test(all));
  const line = (cause && told.find((one) => cause.says.test(one))) ?? told.findLast((one) => /error/i.test(one));
  return new SftError(
    cause?.code ?? 'setup-failed',
    `Python was not set up: ${line ?? told.at(-1) ?? 'no reason given'}`,
    {
      file: log,
      remedy: cause?.remedy ?? 'that file has all the output; run the command again once that is fixed',
    },
  );
}
