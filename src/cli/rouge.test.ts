import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { recordedTerminal } from '../../test/recorded-terminal';
import { SftError } from '../base/errors';
import { rougeVerb } from './rouge';
import type { OptionValues } from './verb';

describe('sft rouge', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sft-rouge-'));
  after(() => {
    rmSync(folder, { recursive: true });
  });

  function written(name: string, content: string): string {
    const file = path.join(folder, name);
    writeFileSync(file, content);
    return file;
  }

  async function rouge(positionals: readonly string[], options: OptionValues = {}, json = false) {
    const { terminal, out, log } = recordedTerminal();
    const code = await rougeVerb.run({ positionals, options, json, terminal });
    return { code, out: out.join('\n'), log: log.join('\n') };
  }

  const targets = written('targets.json', JSON.stringify(['Abuja is the capital', 'You pay the fee online']));
  const predictions = written('predictions.txt', 'The capital is Abuja\nYou paid fees at the bank\n');

  it('prints one JSON document with the fields of the contract', async () => {
    const { code, out, log } = await rouge([targets, predictions], {}, true);
    assert.equal(code, 0);
    const summary = JSON.parse(out) as Record<string, Record<string, number>>;
    assert.deepEqual(Object.keys(summary), ['rouge1', 'rouge2', 'rougeL', 'rougeLsum', 'count', 'stemmer', 'unicode']);
    assert.deepEqual(Object.keys(summary['rouge1']!), ['precision', 'recall', 'f1', 'low', 'high']);
    assert.equal(summary['count'], 2);
    // 4 of 4 words, then you and the: 2 of 6 and 2 of 5.
    assert.ok(Math.abs(summary['rouge1']!['precision']! - (1 + 2 / 6) / 2) < 1e-12);
    assert.ok(Math.abs(summary['rouge1']!['recall']! - (1 + 2 / 5) / 2) < 1e-12);
    assert.match(log, /stemmer off/);
  });

  it('draws a table with interval and bands, the settings and the caveat', async () => {
    const many = [['Abuja is the capital'], ['You pay the fee online']].flatMap((one) =>
      Array<string>(15).fill(one[0]!),
    );
    const given = Array.from({ length: 30 }, (_, at) =>
      at < 15 ? 'The capital is Abuja' : 'You paid fees at the bank',
    );
    const files = [written('t30.json', JSON.stringify(many)), written('p30.json', JSON.stringify(given))];
    const { out } = await rouge(files, { stemmer: true, seed: '7' });
    assert.match(out, /ROUGE-1 +0\.\d{4} +0\.\d{4} +0\.\d{4} +0\.\d{4} - 0\.\d{4} +good/);
    assert.match(out, /30 pairs; stemmer on; .*seed 7/);
    assert.match(out, /not meaning/);
  });

  it('gives a handful of pairs neither an interval nor a verdict', async () => {
    const { out } = await rouge([targets, predictions], { stemmer: true });
    assert.match(out, /2 pairs; stemmer on; .*too few for an interval or a band/);
    assert.doesNotMatch(out, /good|fair|poor|95%/);
    const { out: json } = await rouge([targets, predictions], {}, true);
    assert.equal((JSON.parse(json) as { rouge1: { low: unknown } }).rouge1.low, null);
  });

  it("compares words of every script where Google's sees none in a target, and says so", async () => {
    const files = [
      written('ar-t.json', '["المكتب قرب السوق.","yes"]'),
      written('ar-p.json', '["المكتب قرب السوق.","yes"]'),
    ];
    const { out, log } = await rouge(files, {}, true);
    const summary = JSON.parse(out) as { rouge1: { f1: number }; unicode: boolean };
    assert.deepEqual([summary.rouge1.f1, summary.unicode], [1, true]);
    assert.match(log, /words of every script/);
    const { out: googles } = await rouge(files, { 'no-unicode': true });
    assert.match(googles, /ROUGE-1 +0\.5000[^]*words of a-z and 0-9, Google's/);
    await assert.rejects(rouge(files, { unicode: true, 'no-unicode': true }), /cannot be combined/);
  });

  it('takes the stemmer and every script when asked', async () => {
    const f1 = async (options: OptionValues, ...texts: readonly [string, string]): Promise<number> => {
      const files = [written('t.json', JSON.stringify([texts[0]])), written('p.json', JSON.stringify([texts[1]]))];
      const { out } = await rouge(files, options, true);
      return (JSON.parse(out) as { rouge1: { f1: number } }).rouge1.f1;
    };
    assert.equal(await f1({}, 'paying fees', 'pays fee'), 0);
    assert.equal(await f1({ stemmer: true }, 'paying fees', 'pays fees'), 1);
    assert.equal(await f1({ 'no-unicode': true }, '護照', '護照'), 0);
    assert.equal(await f1({ unicode: true }, '護照', '護照'), 1);
  });

  it('names the first item without a counterpart', async () => {
    const three = written('three.txt', 'a\nb\nc\n');
    await assert.rejects(rouge([targets, three]), (error: unknown) => {
      assert.ok(error instanceof SftError);
      assert.deepEqual([error.file, error.line, error.exitCode], [three, 3, 1]);
      assert.match(error.message, /2 targets, 3 predictions/);
      return true;
    });
  });

  it('refuses wrong usage with exit code 2', async () => {
    for (const [positionals, options] of [
      [[targets], {}],
      [[targets, predictions, predictions], {}],
      [[targets, predictions], { seed: '-1' }],
      [[targets, predictions], { seed: 'x' }],
    ] as const) {
      await assert.rejects(rouge(positionals, options), (error) => error instanceof SftError && error.exitCode === 2);
    }
  });
});
