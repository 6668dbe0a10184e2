import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { follow, sft, SFT, smallConfig, temporaryFolder, type Line } from './sft';
import { NO_SIGNALS } from '../system-limits';

const folder = temporaryFolder();
const points = (lines: readonly Line[]): readonly Line[] => lines.filter(({ type }) => type === 'point');

describe('sft find-lr', () => {
  for (const [name, values] of [
    ['LoRA', { lora_dropout: 0.1 }],
    ['full training', { training_type: 'full', lora_dropout: undefined }],
    ['4 bits', { load_in_4bit: true, optim: 'adamw_8bit' }],
  ] as const) {
    it(`gives the curve and a rate for ${name}, and leaves nothing`, async () => {
      const config = smallConfig(folder, values);
      const before = readFileSync(config, 'utf8');
      const { code, lines, err } = await follow(['find-lr', config, '--steps', '24'], () => undefined);
      assert.equal(code, 0, err);
      const rates = points(lines).map(({ rate }) => rate as number);
      assert.ok(rates.length >= 15 && rates.every((rate, at) => at === 0 || rate > rates[at - 1]!), rates.join(' '));
      // The rate of a step shows in the next one: at the first, the weights are those of the start.
      const [first] = points(lines);
      assert.ok(Math.abs((first!['loss'] as number) - (first!['start'] as number)) < 1, JSON.stringify(first));
      const result = lines.at(-1)!;
      assert.equal(result.type, 'result');
      const suggested = result['suggested'] as number;
      assert.ok(suggested > rates[0]! && suggested < rates.at(-1)!, String(suggested));
      assert.equal(result['learning_rate'], 1e-3);
      assert.equal(readFileSync(config, 'utf8'), before);
      assert.equal(existsSync(path.join(folder, 'runs')), false);
    });
  }

  it('is the same each time, and says what it found in words', () => {
    const config = smallConfig(folder, { lora_dropout: 0, learning_rate: 5e-5 });
    const [once, again] = [0, 1].map(() => sft(['find-lr', config, '--steps', '20', '--from', '1e-5']));
    assert.equal(once!.code, 0, once!.err);
    assert.equal(once!.out, again!.out);
    assert.match(once!.out, /lowest\n[^]*Two fifths of that[^]*suggested: "learning_rate": [\d.]+e-\d \(it is 5e-5\)/);
  });

  it('stops when it is asked to', { skip: NO_SIGNALS }, async () => {
    const config = smallConfig(folder);
    let asked = false;
    const { code, lines, err } = await follow(['find-lr', config, '--steps', '1000'], (line, signal) => {
      // A second signal would end it at once.
      if (line.type === 'point' && !asked) signal('SIGINT');
      asked ||= line.type === 'point';
    });
    assert.equal(code, 1);
    assert.match(err, /stopped; nothing was kept/);
    assert.ok(points(lines).length < 20, String(points(lines).length));
  });

  it('waits for who has the device', { skip: NO_SIGNALS }, async () => {
    const config = smallConfig(folder, { max_steps: 400, save_steps: null, eval_steps: null });
    let tested: Promise<readonly Line[]> | undefined;
    let asked = false;
    await follow(['train', config, '--run', path.join(folder, 'long')], (line, signal) => {
      if (line.type !== 'step' || tested !== undefined) return;
      tested = follow(['find-lr', config, '--steps', '20'], ({ type }) => {
        if (type === 'progress' && !asked) signal('SIGINT');
        asked ||= type === 'progress';
      }).then(({ lines }) => lines);
    });
    const lines = await tested!;
    assert.match(String(lines[0]!['message']), /waits for .*long.* on the cpu device/);
    assert.equal(lines.at(-1)!.type, 'result');
  });

  it('refuses what no run would be made of, and rates that are no range', () => {
    const config = smallConfig(folder, { dataset: 'nowhere.json' });
    assert.match(sft(['find-lr', config]).err, /nowhere\.json does not exist/);
    const fine = smallConfig(folder);
    const wrong = spawnSync(process.execPath, [SFT, 'find-lr', fine, '--from', '0.1', '--to', '1e-3'], {
      encoding: 'utf8',
    });
    assert.equal(wrong.status, 2);
    assert.match(wrong.stderr, /--from 1e-1 is not below --to 1e-3/);
  });
});
