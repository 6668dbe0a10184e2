import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { Ajv } from 'ajv';
import { readSafetensorsHeader } from '../../src/base/safetensors';
import { createRandom } from '../../src/base/random';
import { foldEvents } from '../../src/runs/curves';
import type { RunEvent } from '../../src/runs/folder/event-schema';
import { readRun } from '../../src/runs/read-runs';
import { sft, SFT, smallConfig, temporaryFolder } from './sft';

const KILLS = 20;

/** Names of what a writer makes aside; a killed one leaves them, the next one removes them. */
const ASIDE = /\.(tmp|old)-\d+-/;

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}

const schemaFile = (name: string): object => JSON.parse(readFileSync(`schemas/${name}.schema.json`, 'utf8')) as object;
const EVENTS = schemaFile('events');
const STATE = schemaFile('state');

/** Whatever bears the name of a finished file is whole. */
function nothingIsHalfWritten(run: string): void {
  const ajv = new Ajv({ allowUnionTypes: true });
  for (const file of filesBelow(run).filter((name) => !ASIDE.test(name))) {
    if (file.endsWith('.json')) JSON.parse(readFileSync(file, 'utf8'));
    if (file.endsWith('.safetensors')) readSafetensorsHeader(file);
    if (!file.endsWith('.jsonl')) continue;
    const text = readFileSync(file, 'utf8');
    assert.ok(text === '' || text.endsWith('\n'), file);
    for (const line of text.trimEnd().split('\n')) {
      const value: unknown = text === '' ? undefined : JSON.parse(line);
      if (file.endsWith('events.jsonl') && value !== undefined) {
        assert.ok(ajv.validate(EVENTS, value), ajv.errorsText());
      }
    }
  }
  assert.ok(ajv.validate(STATE, JSON.parse(readFileSync(path.join(run, 'state.json'), 'utf8'))));
}

/**
 * Runs the worker until it ends or, `delay` ms after its `lines`-th event, is killed: the delay spreads the kills over what happens
 * between two events, such as the writing of a checkpoint.
 * @returns whether it was killed
 */
async function runAndKill(args: readonly string[], lines: number, delay: number): Promise<boolean> {
  const child = spawn(process.execPath, [SFT, ...args, '--json'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let seen = 0;
  let err = '';
  const kill = (): void => {
    setTimeout(() => child.kill('SIGKILL'), delay);
  };
  if (lines === 0) kill();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const before = seen;
    seen += text.split('\n').length - 1;
    if (before < lines && seen >= lines) kill();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
    child.on('close', (exit, by) => {
      resolve([exit, by]);
    });
  });
  if (signal !== 'SIGKILL') assert.equal(code, 0, err);
  return signal === 'SIGKILL';
}

describe('a worker that is killed', () => {
  it(`at ${KILLS} random moments leaves a run that resumes to the same adapter, byte for byte`, async () => {
    const folder = temporaryFolder();
    const config = smallConfig(folder, { save_steps: 3 });
    const adapter = (run: string): Buffer => readFileSync(path.join(run, 'adapter', 'adapter_model.safetensors'));
    const whole = path.join(folder, 'whole');
    assert.equal(sft(['train', config, '--run', whole]).code, 0);
    const expected = foldEvents(await (await readRun(whole)).folder.readEvents());

    const random = createRandom(20);
    let kills = 0;
    for (let number = 0; kills < KILLS; number++) {
      const run = path.join(folder, `killed-${number}`);
      let killedAtItsEnd = false;
      for (;;) {
        const args = existsSync(path.join(run, 'run.json'))
          ? ['train', '--run', run, '--resume']
          : ['train', config, '--run', run];
        // From before the first event to the last evaluation, until all kills are made.
        const lines = kills < KILLS ? random.below(14) : Infinity;
        // A start takes longer than what is between two events.
        const delay = lines === 0 ? 50 + random.below(400) : random.below(40);
        if (!(await runAndKill(args, lines, delay))) break;
        kills += 1;
        if (!existsSync(path.join(run, 'run.json'))) continue;
        nothingIsHalfWritten(run);
        const { status } = (await readRun(run)).state;
        // The last kill may come when all is written and only the process has not ended yet.
        killedAtItsEnd = status === 'done';
        if (killedAtItsEnd) break;
        assert.equal(status, 'interrupted');
      }
      const { folder: ended, state } = await readRun(run);
      assert.equal(state.status, 'done');
      assert.deepEqual(adapter(run), adapter(whole));
      nothingIsHalfWritten(run);
      // The lock of a process that has died is nobody's, and goes when the next one wants the run.
      const isLock = (file: string): boolean => !killedAtItsEnd && path.basename(file).startsWith('lock-');
      assert.deepEqual(
        filesBelow(run).filter((file) => ASIDE.test(file) || isLock(file)),
        [],
      );
      const events: RunEvent[] = await ended.readEvents();
      const { steps, evaluations } = foldEvents(events);
      assert.deepEqual(steps.step, expected.steps.step);
      assert.deepEqual(steps.loss, expected.steps.loss);
      assert.deepEqual(
        evaluations.map(({ step, loss }) => [step, loss]),
        expected.evaluations.map(({ step, loss }) => [step, loss]),
      );
    }
  });
});
