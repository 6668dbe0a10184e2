import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { follow, temporaryFolder, type Line } from '../cli/sft';
import { goneWithin, processesWith } from './processes-of';
import { NO_PYTHON, shortConfig, TIMEOUT, machineFolder } from './with-python';

const folder = temporaryFolder();
const VALUES = { engine: 'accelerate', lora_dropout: 0.1, max_steps: 24, save_steps: 6 };
const config = shortConfig(folder, 'kills', VALUES);
const adapter = (run: string): Buffer => readFileSync(path.join(run, 'adapter', 'adapter_model.safetensors'));

type OnLine = (line: Line, kill: (name: NodeJS.Signals) => void) => void;

function train(run: string, onLine: OnLine = () => undefined, file = config) {
  return follow(['train', file, '--run', run], onLine);
}

async function resumed(run: string): Promise<Buffer> {
  const { code, err } = await follow(['train', '--run', run, '--resume'], () => undefined);
  assert.equal(code, 0, err);
  return adapter(run);
}

const isStep = (line: Line, step: number): boolean => line.type === 'step' && line['step'] === step;

describe('a run of two processes in Python', { skip: NO_PYTHON }, () => {
  const whole = path.join(folder, 'whole');
  let expected: Buffer;
  before(async () => {
    process.env['SFT_PROCESSES'] = '2';
    const { code, err } = await train(whole);
    assert.equal(code, 0, err);
    expected = adapter(whole);
  });

  it('talks over the loopback alone, and listens nowhere else', { timeout: TIMEOUT }, async () => {
    const run = path.join(folder, 'sockets');
    let open: string[] = [];
    let listening: string[] = [];
    const { code } = await train(run, (line, kill) => {
      if (!isStep(line, 3)) return;
      const pids = processesWith('sft_accelerate.py', run);
      const sockets = (words: string): string[] => {
        const lines = execFileSync('ss', [words], { encoding: 'utf8' }).trim().split('\n');
        return lines.filter((one) => pids.some((pid) => one.includes(`pid=${pid},`)));
      };
      open = sockets('-tnpH');
      listening = sockets('-tlnpH');
      kill('SIGINT');
    });
    assert.equal(code, 0);
    assert.ok(open.length > 0);
    for (const line of listening) assert.match(line, /^LISTEN\s+\d+\s+\d+\s+(?:127\.0\.0\.1|\[::1\]):/);
    for (const line of open)
      assert.match(
        line,
        /\s(?:127\.0\.0\.1|\[::1\]|\[::ffff:127\.0\.0\.1\]):\d+\s+(?:127\.0\.0\.1|\[::1\]|\[::ffff:127\.0\.0\.1\]):\d+/,
      );
  });

  it('goes on to the same bytes after a stop', { timeout: TIMEOUT }, async () => {
    const run = path.join(folder, 'stopped');
    const { code, lines, err } = await train(run, (line, kill) => {
      if (isStep(line, 8)) kill('SIGINT');
    });
    assert.equal(code, 0, err);
    assert.equal(lines.at(-1)!.type, 'stopped');
    assert.deepEqual(processesWith(run), []);
    assert.deepEqual(await resumed(run), expected);
  });

  it('goes on to the same bytes after a stop where its weights are spread', { timeout: TIMEOUT }, async () => {
    const spread = shortConfig(machineFolder(folder, { sharding: 'fsdp' }), 'spread', VALUES);
    const [uninterrupted, run] = [path.join(folder, 'spread'), path.join(folder, 'spread-stopped')];
    await train(uninterrupted, undefined, spread);
    const stopAt8: OnLine = (line, kill) => {
      if (isStep(line, 8)) kill('SIGINT');
    };
    const { lines } = await train(run, stopAt8, spread);
    assert.equal(lines.at(-1)!.type, 'stopped');
    assert.deepEqual(await resumed(run), adapter(uninterrupted));
  });

  it('goes on to the same bytes after a pause, in which it has no process', { timeout: TIMEOUT }, async () => {
    const run = path.join(folder, 'paused');
    const control = (command: string): void => {
      writeFileSync(path.join(run, 'control.json'), JSON.stringify({ command }));
    };
    let left: number[] | undefined;
    const { code, err } = await train(run, (line) => {
      if (isStep(line, 8)) control('pause');
      if (line.type !== 'paused') return;
      left = processesWith('sft_accelerate.py', run);
      control('resume');
    });
    assert.equal(code, 0, err);
    assert.deepEqual(left, []);
    assert.deepEqual(adapter(run), expected);
  });

  for (const [victim, find] of [
    [
      'a process',
      (run: string) =>
        processesWith('sft_accelerate.py', run).filter(
          (pid) => !processesWith('sft_accelerate.py launch', run).includes(pid),
        )[1],
    ],
    ['the launcher', (run: string) => processesWith('sft_accelerate.py launch', run)[0]],
  ] as const) {
    it(
      `leaves nothing running where ${victim} is killed, says so, and goes on to the same bytes`,
      { timeout: TIMEOUT },
      async () => {
        const run = path.join(folder, victim.replace(' ', '-'));
        const { code, lines } = await train(run, (line) => {
          if (isStep(line, 8)) process.kill(find(run)!, 'SIGKILL');
        });
        assert.equal(code, 1);
        const failed = lines.at(-1)!;
        assert.equal(failed['code'], 'process-killed', String(failed['message']));
        assert.deepEqual(await goneWithin(5, run), []);
        assert.deepEqual(await resumed(run), expected);
      },
    );
  }

  it(
    'leaves nothing running where its worker is killed, and goes on to the same bytes',
    { timeout: TIMEOUT },
    async () => {
      const run = path.join(folder, 'worker');
      const { signal } = await train(run, (line, kill) => {
        if (isStep(line, 8)) kill('SIGKILL');
      });
      assert.equal(signal, 'SIGKILL');
      assert.deepEqual(await goneWithin(5, run), []);
      assert.deepEqual(await resumed(run), expected);
    },
  );
});
