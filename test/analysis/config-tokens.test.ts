import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { exampleRow } from '../../src/analysis/example-table';
import { nearestConfig } from '../../src/analysis/nearest-config';
import { OpenTexts } from '../../src/analysis/open-texts';
import type { AnalysisResult, AnalysisSettings } from '../../src/analysis/protocol';
import { isHeld, placesHeld } from '../../src/base/spans';
import { loadConfig } from '../../src/config/parse-config';
import { OUR_COLUMNS } from '../../src/dataset/columns';
import { CPU_TRAITS } from '../../src/compute/cpu/cpu-device';
import { DryDevice } from '../../src/compute/dry/dry-device';
import { openBase } from '../../src/runs/worker/prepare';
import { readEncoded } from '../../src/train/examples/encode-dataset';

const MODEL = path.resolve('examples/tiny-llama');
const PROMPT = 'You answer questions about public services, briefly and kindly.';
const NONE = { version: 0, complete: false } as const;

/** A dataset beside its configuration, open in the editor's analysis. */
describe('tokens of a dataset beside a configuration', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'sft-config-tokens-'));
  const file = path.join(root, 'data/train.json');
  const config = path.join(root, 'sft.config.json');
  let result: Pick<AnalysisResult, 'version' | 'complete'> = NONE;
  let wake: (error?: Error) => void;
  const texts = new OpenTexts(
    (_uri, latest) => {
      result = latest;
      if (latest.complete) wake();
    },
    (_uri, _version, error) => {
      wake(new Error('the analysis failed', { cause: error }));
    },
  );

  before(() => {
    mkdirSync(path.dirname(file));
    // Another template: it writes a system message of its own.
    cpSync(MODEL, path.join(root, 'other'), { recursive: true });
    const template =
      "{% if messages[0].role != 'system' %}{{ 'system: short answers\\n' }}{% endif %}" +
      "{% for m in messages %}{{ m.role + ': ' + m.content + eos_token + '\\n' }}{% endfor %}" +
      "{% if add_generation_prompt %}{{ 'assistant: ' }}{% endif %}";
    writeFileSync(path.join(root, 'other/chat_template.jinja'), template);
    const questions = (JSON.parse(readFileSync('examples/nigeria-services.json', 'utf8')) as object[]).slice(0, 20);
    const own = {
      messages: [
        { role: 'system', content: 'Say it in one word.' },
        { role: 'user', content: 'Which office issues passports?' },
        { role: 'assistant', content: 'Immigration.' },
      ],
    };
    const written = questions.map((example) => {
      const { question, answer } = example as { question: string; answer: string };
      const turns = [
        { role: 'user', content: question },
        { role: 'assistant', content: answer },
      ];
      return { messages: turns };
    });
    writeFileSync(file, JSON.stringify([own, ...written], undefined, 1));
  });
  after(() => {
    rmSync(root, { recursive: true });
  });

  /** The complete result after a step that starts an analysis. */
  const analysed = async (step: () => void): Promise<AnalysisResult> => {
    result = NONE;
    await new Promise<void>((resolve, reject) => {
      wake = (error) => {
        if (error === undefined) resolve();
        else reject(error);
      };
      step();
    });
    return result as AnalysisResult;
  };

  /** As the editor does when a configuration is saved. */
  const configured = async (): Promise<AnalysisSettings> => {
    const nearest = await nearestConfig(path.dirname(file));
    assert.ok(nearest !== undefined);
    const { modelFolder, maxSeqLength, systemPrompt } = nearest;
    return { modelFolder, maxSeqLength, systemPrompt, rules: {}, nearDuplicateThreshold: 0.8 };
  };

  const cases: readonly (readonly [string, object])[] = [
    ['the model alone', {}],
    ['a system prompt', { system_prompt: PROMPT }],
    ['an empty system prompt', { system_prompt: '' }],
    ['no system prompt, written out', { system_prompt: null }],
    ['a system prompt with a short limit', { system_prompt: PROMPT, max_seq_length: 60 }],
    ['another system prompt', { system_prompt: `${PROMPT} Never guess.`, max_seq_length: 60 }],
    ['a short limit', { max_seq_length: 60 }],
    ['another template', { model_name: 'other' }],
    ['another template with a system prompt', { model_name: 'other', system_prompt: PROMPT }],
  ];
  const totals = new Set<string>();
  let opened = false;
  for (const [name, keys] of cases) {
    it(`are the trainer's with ${name}: hints, findings and preview`, async () => {
      writeFileSync(config, JSON.stringify({ model_name: MODEL, dataset: 'data/train.json', ...keys }));
      const settings = await configured();
      const { examples, count, findingsByRule, version } = await analysed(() => {
        if (opened) texts.configure('a', settings);
        else texts.open('a', file, 1, readFileSync(file, 'utf8'), settings);
        opened = true;
      });

      const run = await loadConfig(config, []);
      const session = await openBase(new DryDevice(CPU_TRAITS), run);
      const source = { file, columns: OUR_COLUMNS };
      const { encoded } = await readEncoded(source, session.chat, { maxSeqLength: run.max_seq_length });
      assert.equal(count, encoded.length);
      for (const [index, { ids, trained, totalTokens, truncatedTokens }] of encoded.entries()) {
        const row = exampleRow(examples, index);
        assert.deepEqual(
          [row.tokens, row.trained, row.truncated],
          [totalTokens, placesHeld(trained), truncatedTokens],
          `example ${index}`,
        );
        const sequence = await texts.sequence({ uri: 'a', version, index });
        const kept = sequence?.tokens.filter(({ cut }) => !cut) ?? [];
        assert.deepEqual(
          kept.map((token) => [token.id, token.trained]),
          Array.from(ids, (id, at) => [id, isHeld(trained, at)]),
        );
        const parts = await texts.tokenParts({ uri: 'a', version, index });
        assert.equal(parts?.tokens, totalTokens);
      }
      const lost = encoded.filter(({ trained }) => trained.length === 0).length;
      const over = encoded.filter(({ truncatedTokens }) => truncatedTokens > 0).length - lost;
      assert.equal(findingsByRule['answer-lost'] ?? 0, lost);
      assert.equal(findingsByRule['over-length'] ?? 0, over);
      const total = encoded.reduce((sum, { totalTokens }) => sum + totalTokens, 0);
      totals.add(`${total} ${lost} ${over}`);
      session.close();
    });
  }

  it('differ with each of these configurations', () => {
    // No prompt, written out or not, is the same.
    assert.equal(totals.size, cases.length - 1);
    assert.ok(
      [...totals].some((total) => Number(total.split(' ')[1]) > 0),
      'an answer is lost in one of them',
    );
  });

  it('count what a configuration has that is being written', async () => {
    writeFileSync(config, `{"model_name": "other", "system_prompt": ${JSON.stringify(PROMPT)}, "max_seq_length": `);
    const { modelFolder, maxSeqLength, systemPrompt } = await configured();
    assert.deepEqual([modelFolder, maxSeqLength, systemPrompt], [path.join(root, 'other'), 1024, PROMPT]);
  });

  it('are estimated with the system prompt where there is no model', async () => {
    const estimate = async (systemPrompt: string | undefined): Promise<number> => {
      const settings = { ...(await configured()), modelFolder: undefined, systemPrompt };
      const { estimated, examples } = await analysed(() => {
        texts.configure('a', settings);
      });
      assert.ok(estimated);
      return exampleRow(examples, 1).tokens;
    };
    const without = await estimate(undefined);
    assert.ok(Math.abs((await estimate(PROMPT)) - without - PROMPT.length / 4) <= 1);
  });
});
