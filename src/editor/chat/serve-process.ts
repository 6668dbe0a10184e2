import { randomBytes } from 'node:crypto';
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { SftError } from '../../base/errors';

/** How the command line is started: which Node, and which dist/sft.js. */
export interface ServeCommand {
  readonly execPath: string;
  readonly entry: string;
  readonly env: Readonly<Record<string, string>>;
}

/** What `sft serve --json` says when it listens. */
export interface Listening {
  /** As far as `/v1`. */
  readonly url: string;
  readonly models: readonly string[];
}

/** A model of 8 billion parameters on a slow disk takes this long to be mapped and read. */
const START_LIMIT = 300_000;
/** From asking it to end until it is ended. */
const STOP_LIMIT = 5_000;
const LINES_KEPT = 12;

/** One `sft serve`: started here, ended here, and its token known here alone. */
export class ServeProcess {
  /** Never written anywhere. */
  readonly key = randomBytes(32).toString('base64url');
  /** @throws SftError `serve-failed` with what the process said */
  readonly listening: Promise<Listening>;
  /** Resolves when the process is gone, with how it ended. */
  readonly ended: Promise<string>;
  private readonly child: ChildProcess;
  private readonly said: string[] = [];

  /** @param args what follows `sft serve` */
  constructor({ execPath, entry, env }: ServeCommand, args: readonly string[], idleMinutes: number) {
    this.child = spawn(execPath, [entry, 'serve', ...args, '--json', '--idle-minutes', String(idleMinutes)], {
      env: { ...process.env, ...env, SFT_SERVE_TOKEN: this.key },
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    const { child } = this;
    createInterface({ input: child.stderr! }).on('line', (line) => {
      this.said.push(line.replaceAll(this.key, '…'));
      if (this.said.length > LINES_KEPT) this.said.shift();
    });
    this.ended = new Promise((resolve) => {
      child.once('error', (error) => {
        resolve(error.message);
      });
      // Not 'exit': what it said last is still on its way then.
      child.once('close', (code, signal) => {
        resolve(signal === null ? `it exited with code ${String(code)}` : `it was stopped by ${signal}`);
      });
    });
    this.listening = this.firstLine();
    this.listening.catch(() => undefined);
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** The last lines it wrote on standard error. */
  get lastWords(): string {
    return this.said.join('\n');
  }

  async stop(): Promise<void> {
    const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_LIMIT);
    this.child.kill('SIGTERM');
    await this.ended;
    clearTimeout(timer);
  }

  private async firstLine(): Promise<Listening> {
    const lines = createInterface({ input: this.child.stdout! });
    let timer: NodeJS.Timeout | undefined;
    const line = new Promise<string>((resolve) => lines.once('line', resolve));
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(failure(`did not listen after ${START_LIMIT / 1000} s`, this.lastWords));
        void this.stop();
      }, START_LIMIT);
    });
    const gone = this.ended.then((how) => {
      throw failure(`could not start: ${how}`, this.lastWords);
    });
    try {
      return readListening(await Promise.race([line, late, gone]));
    } finally {
      clearTimeout(timer);
    }
  }
}

function readListening(line: string): Listening {
  try {
    const { url, models } = JSON.parse(line) as { url: unknown; models: readonly { id: unknown }[] };
    const ids = models.map(({ id }) => id);
    if (typeof url === 'string' && ids.every((id) => typeof id === 'string')) return { url, models: ids };
  } catch {
    // Falls through to the one error below.
  }
  throw failure('did not print its address', line.slice(0, 200));
}

function failure(what: string, said: string): SftError {
  // The command line's own errors name the remedy.
  const [last] = said.split('\n').slice(-1);
  const words = last === undefined || last === '' ? '' : ` (${last})`;
  return new SftError('serve-failed', `the model server ${what}${words}`, { remedy: 'see the output channel SFT' });
}
