import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { recordedTerminal } from '../../test/recorded-terminal';
import { parseConfig } from '../config/parse-config';
import { createRun } from '../runs/create-run';
import { runsVerb } from './runs';

const root = mkdtempSync(path.join(tmpdir(), 'sft-runs-verb-'));
after(() => {
  rmSync(root, { recursive: true, force: true });
});
writeFileSync(path.join(root, 'data.json'), '[]');
const configFile = path.join(root, 'sft.config.json');
const runs = path.join(root, 'runs');

const model = (loss: number, f1: number): object => {
  const rouge = { precision: f1, recall: f1, f1, low: null, high: null };
  return { rouge1: rouge, rouge2: rouge, rougeL: rouge, rougeLsum: rouge, count: 40, loss, perplexity: 10 };
};

async function make(values: object, minute: number): Promise<string> {
  const text = JSON.stringify({
    model_name: 'model',
    dataset: 'data.json',
    name: 'faq',
    output_dir: 'runs',
    ...values,
  });
  writeFileSync(configFile, text);
  const now = new Date(new Date().getFullYear(), 0, 2, 10, minute);
  const run = await createRun({ config: parseConfig(text, configFile), configFile, now });
  await run.writeState({ status: 'done', step: 10, total_steps: 10 });
  return run.path;
}

async function list(named: string, json = false) {
  const { terminal, out, log } = recordedTerminal();
  const code = await runsVerb.run({ positionals: [named], options: {}, json, terminal });
  return { code, out, log };
}

describe('sft runs', () => {
  it('lists runs with number, score, what each changed, and when; newest first', async () => {
    await make({ max_steps: 10 }, 1);
    const second = await make({ max_steps: 10, lora_r: 8 }, 2);
    const evaluation = { examples: 40, stemmer: false, max_new_tokens: 64, base: model(4, 0.1), tuned: model(3, 0.25) };
    writeFileSync(path.join(second, 'evaluation.json'), JSON.stringify(evaluation));
    for (const named of [runs, configFile]) {
      const { code, out } = await list(named);
      assert.equal(code, 0);
      assert.deepEqual(out, [
        '#2 faq  done · ROUGE-L 0.25 (+0.15) · lora_r 8 · 2 Jan, 10:02',
        '#1 faq  done · 2 Jan, 10:01',
      ]);
    }
    const { out } = await list(runs, true);
    const printed = JSON.parse(out.join('\n')) as { runs: Record<string, unknown>[]; damaged: unknown[] };
    assert.deepEqual(
      printed.runs.map(({ number, name, status, changed }) => [number, name, status, changed]),
      [
        [2, 'faq', 'done', 'lora_r 8'],
        [1, 'faq', 'done', ''],
      ],
    );
  });

  it('names damaged runs and lists the others, with exit code 1', async () => {
    const damaged = await make({}, 3);
    writeFileSync(path.join(damaged, 'run.json'), '{');
    const { code, out, log } = await list(runs);
    assert.equal(code, 1);
    assert.equal(out.length, 2);
    assert.match(log.join('\n'), /run\.json is damaged: it is not JSON/);
  });

  it('says where there is none', async () => {
    const { code, log } = await list(path.join(root, 'nothing'));
    assert.equal(code, 0);
    assert.match(log.join('\n'), /no run in .*nothing yet: sft train CONFIG creates one/);
  });
});
