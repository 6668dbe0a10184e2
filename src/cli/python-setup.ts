import { sizeText } from '../base/size-text';
import { planSetUp, prepareSetUp, setUp, type SetUpPlan } from '../engines/accelerate/python/set-up';
import type { Installer } from '../engines/accelerate/python/installer';
import type { FoundPython } from '../engines/accelerate/python/probe';
import { agrees } from './agrees';
import { giveUpOnSignal } from './interrupt';
import { showProgress } from './progress';
import type { Terminal } from './verb';

interface Choice {
  readonly yes: boolean;
  /** Whatever is there. */
  readonly repair: boolean;
  readonly lock: string | undefined;
  readonly base: string | undefined;
}

const WHY = {
  none: '',
  whole: 'The existing one will be replaced.',
  broken: 'The existing one is incomplete and will be replaced.',
  other: 'The existing one has other versions and will be replaced.',
} as const;

/**
 * `sft python setup`. With --json it prints what it would do, then what was done; the answer is read from standard input in between.
 * @returns 1 where nobody agreed
 */
export async function setUpPython(choice: Choice, json: boolean, terminal: Terminal): Promise<0 | 1> {
  const plan = await planSetUp(choice.lock);
  if (plan.found !== undefined && plan.state === 'whole' && !choice.repair) {
    tellDone(plan, plan.found, json, terminal);
    return 0;
  }
  const installer = await prepareSetUp(plan, choice.base);
  const stop = giveUpOnSignal('run the command again: what was downloaded is kept by pip or uv', ['SIGINT', 'SIGTERM']);
  try {
    tellPlan(plan, installer, json, terminal);
    if (!choice.yes && !(await agrees(terminal, json ? undefined : 'set it up?', stop.signal))) {
      terminal.log('nothing was downloaded');
      return 1;
    }
    const onLine = (line: string): void => {
      showProgress(terminal, line);
    };
    const found = await setUp(plan, installer, { signal: stop.signal, onLine });
    terminal.status?.('');
    tellDone(plan, found, json, terminal);
    return 0;
  } finally {
    stop.end();
  }
}

function tellPlan({ own, lock, state }: SetUpPlan, { name }: Installer, json: boolean, terminal: Terminal): void {
  const { download } = lock;
  if (json) {
    terminal.out(JSON.stringify({ folder: own.folder, installer: name, download_bytes: download ?? null, state }));
    return;
  }
  const size = download === undefined ? 'of a size that the lock file does not say' : `of about ${sizeText(download)}`;
  terminal.log(
    `A Python environment for training, by ${name}:`,
    `  a download ${size}, about twice as much disk space`,
    `  in ${own.folder}`,
    ...(WHY[state] === '' ? [] : [WHY[state]]),
  );
}

function tellDone({ own }: SetUpPlan, found: FoundPython, json: boolean, terminal: Terminal): void {
  const { python, gpus } = found;
  if (json) terminal.out(JSON.stringify({ program: own.program, python, gpus }));
  else terminal.out(own.program);
  const cards = gpus.map(({ name }) => name);
  const on = cards.length === 0 ? 'the processor: torch sees no GPU' : cards.join(', ');
  terminal.log(`Python ${python} is set up to train on ${on}`);
}
