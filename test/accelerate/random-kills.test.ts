import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { createRandom } from '../../src/base/random';
import { readRun } from '../../src/runs/read-runs';
import { SFT, temporaryFolder } from '../cli/sft';
import { goneWithin, processesWith } from './processes-of';
import { NO_PYTHON, shortConfig } from './with-python';

/** How many: 20 are a quarter of an hour and passed, the three of a usual run are a few minutes. The seed is in the output. */
const KILLS = Number(process.env['SFT_KILLS'] ?? 3);
const SEED = Number(process.env['SFT_KILL_SEED'] ?? Date.now() % 1_000_000);

const folder = temporaryFolder();
const config = shortConfig(folder, 'random', { engine: 'accelerate', lora_dropout: 0.1, max_steps: 24, save_steps: 6 });

function train(words: readonly string[]) {
  const child = spawn(process.execPath, [SFT, 'train', ...words], { stdio: 'ignore' });
  const ended = new Promise<'ended'>((resolve) => {
    child.once('exit', () => {
      resolve('ended');
    });
  });
  return { child, ended };
}

const adapter = (run: string): Buffer => readFileSync(path.join(run, 'adapter', 'adapter_model.safetensors'));

/** Numbers of the processes of a run: the launcher, and those that train or answer. */
function partsOf(run: string): Readonly<Record<'launcher' | 'process', readonly number[]>> {
  const launcher = processesWith('sft_accelerate.py launch', run);
  const all = processesWith('sft_accelerate.py', run);
  return { launcher, process: all.filter((pid) => !launcher.includes(pid)) };
}

describe('a run of two processes that is killed at random moments', { skip: NO_PYTHON }, () => {
  it(
    `leaves nothing running, says what happened, and comes to the same bytes: ${KILLS} kills, seed ${SEED}`,
    { timeout: 3_600_000 },
    async (context) => {
      process.env['SFT_PROCESSES'] = '2';
      const whole = path.join(folder, 'whole');
      const begun = performance.now();
      await train([config, '--run', whole]).ended;
      const duration = performance.now() - begun;
      const expected = adapter(whole);
      const random = createRandom(SEED);
      let runs = 1;
      let run = path.join(folder, 'run-1');
      for (let kill = 1; kill <= KILLS;) {
        const started = existsSync(path.join(run, 'run.json'));
        const { child, ended } = train(started ? ['--run', run, '--resume'] : [config, '--run', run]);
        const moment = random.nextFloat() * duration;
        const came = await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, moment))]);
        const parts = partsOf(run);
        const kinds = ['launcher', 'process', 'worker'] as const;
        const kind = kinds[random.below(kinds.length)]!;
        const victims = kind === 'worker' ? [child.pid!] : parts[kind];
        const victim = victims[random.below(Math.max(1, victims.length))];
        if (came !== 'ended') {
          // One that is not there yet, or no more, cannot be killed.
          process.kill(victim ?? child.pid!, 'SIGKILL');
          await ended;
        }
        const left = await goneWithin(5, 'sft_accelerate.py', run);
        assert.deepEqual(left, [], `left by ${kind} after ${Math.round(moment)} ms`);
        const { state } = existsSync(path.join(run, 'run.json')) ? await readRun(run) : { state: undefined };
        const what = `${kind} after ${Math.round(moment)} ms: ${state?.status ?? 'no run yet'} ${state?.message ?? ''}`;
        context.diagnostic(`kill ${kill}, ${what}`);
        if (state?.status === 'done') {
          assert.deepEqual(adapter(run), expected, what);
          run = path.join(folder, `run-${++runs}`);
          // It was over before it could be killed.
          if (came === 'ended') continue;
        } else if (state !== undefined) {
          assert.match(state.status, /^(?:failed|interrupted)$/, what);
          const isTold = /was stopped from outside|exited before|lost/.test(state.message ?? '');
          assert.ok(victim === undefined || kind === 'worker' || isTold, what);
        }
        kill += 1;
      }
      if (existsSync(path.join(run, 'run.json'))) {
        await train(['--run', run, '--resume']).ended;
        assert.deepEqual(adapter(run), expected);
      }
    },
  );
});
