// Damaged inputs of every kind, put through the product: `npm run fuzz -- --cases 10000 --seed 1`. Each case runs in a process that is
// watched from here, so that a crash or a hang is a finding like any other. `--case N` runs one again and keeps its folder.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { KINDS } from './kinds';
import { HANGS_AFTER_MS } from './limits';
import { runCase, type CaseAsked, type CaseResult } from './run-case';

const SHOWN_EVERY = 1000;

if (process.send === undefined) {
  void watch().then((problems) => {
    process.exitCode = problems === 0 ? 0 : 1;
  });
} else {
  process.on('message', (asked: CaseAsked) => {
    void runCase(asked).then((result) => process.send?.(result));
  });
}

async function watch(): Promise<number> {
  const { values } = parseArgs({
    options: {
      cases: { type: 'string', default: '1000' },
      seed: { type: 'string', default: '1' },
      kind: { type: 'string' },
      case: { type: 'string' },
    },
  });
  const seed = Number(values.seed);
  const only = KINDS.findIndex(({ name }) => name === values.kind);
  if (values.kind !== undefined && only === -1) {
    console.error(`no kind ${values.kind}: there are ${KINDS.map(({ name }) => name).join(', ')}`);
    return 1;
  }
  const numbers =
    values.case === undefined
      ? Array.from({ length: Number(values.cases) }, (_, at) => (only === -1 ? at : at * KINDS.length + only))
      : [Number(values.case)];
  let failed = 0;
  let child: ChildProcess | undefined;
  for (const [at, number] of numbers.entries()) {
    const asked = { seed, number, keep: values.case !== undefined };
    const fresh = child === undefined;
    child ??= start();
    let result = await ask(child, asked);
    const problems = [...result.problems];
    const again = result.beyond.length > 0 && !fresh;
    if (result.spent || again) {
      child.kill('SIGKILL');
      child = undefined;
    }
    // What a process has taken by then is not this case's alone.
    if (again) {
      const alone = start();
      result = await ask(alone, asked);
      alone.kill('SIGKILL');
      problems.push(...result.problems.filter((problem) => !problems.includes(problem)));
    }
    problems.push(...result.beyond);
    for (const problem of problems) {
      console.log(`${KINDS[number % KINDS.length]!.name} --seed ${seed} --case ${number}: ${problem}`);
    }
    if (problems.length > 0) failed++;
    if (values.case !== undefined) console.log(`the input is in ${result.folder}`);
    if ((at + 1) % SHOWN_EVERY === 0) console.error(`${at + 1} of ${numbers.length} cases, ${failed} with problems`);
  }
  child?.disconnect();
  console.log(`${numbers.length} cases, ${failed} with problems`);
  return failed;
}

function start(): ChildProcess {
  return fork(__filename, {
    execArgv: ['--enable-source-maps', '--max-old-space-size=1000'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
}

/** The result of a case, also of one that ends its process or never answers. */
async function ask(child: ChildProcess, asked: CaseAsked): Promise<CaseResult> {
  const lost = (problem: string): CaseResult => ({ problems: [problem], beyond: [], folder: '', spent: true });
  const ended = new AbortController();
  const { signal } = ended;
  let said = '';
  const hear = (data: Buffer): void => {
    said = (said + data.toString()).slice(-2000);
  };
  child.stderr?.on('data', hear);
  child.send(asked);
  const timer = setTimeout(() => {
    ended.abort();
  }, HANGS_AFTER_MS);
  try {
    return await Promise.race([
      once(child, 'message', { signal }).then(([result]: unknown[]) => result as CaseResult),
      once(child, 'exit', { signal }).then(([code, by]: unknown[]) =>
        lost(`ends the process: ${String(by ?? code)} ${said}`),
      ),
    ]);
  } catch {
    return lost(`has no end: ended after ${HANGS_AFTER_MS / 1000} s`);
  } finally {
    clearTimeout(timer);
    ended.abort();
    child.stderr?.off('data', hear);
  }
}
