import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { stepsFor } from '../../config/plan';
import { loadChatTokenizer, type ChatTokenizer } from '../../text/chat-tokenizer';
import { GENERAL_FACTS } from './general-facts';
import { mixIn, readGeneralQuestions } from './general-questions';
import { GENERAL_TASKS } from './general-tasks';

const CHOICE = {
  retention: true,
  retention_dataset: null,
  retention_mix: 0,
  max_seq_length: 1024,
  enable_thinking: false,
} as const;

describe('general questions', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sft-general-'));
  let chat: ChatTokenizer;
  before(async () => {
    chat = await loadChatTokenizer('examples/tiny-llama');
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  const own = (name: string, examples: readonly unknown[]): string => {
    const file = path.join(folder, name);
    writeFileSync(file, JSON.stringify(examples));
    return file;
  };

  it('are as many facts as tasks, none twice, and are halved into measured ones and a pool with both in each', async () => {
    assert.equal(GENERAL_FACTS.length, GENERAL_TASKS.length);
    const all = [...GENERAL_FACTS, ...GENERAL_TASKS];
    assert.equal(new Set(all.map(([question]) => question)).size, 80);
    const { measured, pool } = await readGeneralQuestions({ ...CHOICE, retention_mix: 0.1 }, chat);
    assert.deepEqual([measured.length, pool.length], [40, 40]);
    assert.equal(new Set([...measured, ...pool].map(({ question }) => question)).size, 80);
    const facts = new Set(GENERAL_FACTS.map(([question]) => question));
    assert.equal(measured.filter(({ question }) => facts.has(question)).length, 20);
    assert.ok(measured.every(({ trained }) => trained.length > 0));
  });

  it('are the same to measure whether or not others are mixed in', async () => {
    const questions = async (mix: number): Promise<string[]> =>
      (await readGeneralQuestions({ ...CHOICE, retention_mix: mix }, chat)).measured.map(({ question }) => question);
    assert.deepEqual(await questions(0), await questions(0.3));
  });

  it('are not read where nothing asks for them', async () => {
    const none = { ...CHOICE, retention: false, retention_dataset: path.join(folder, 'missing.json') };
    assert.deepEqual(await readGeneralQuestions(none, chat), { measured: [], pool: [], file: undefined });
    const mixed = await readGeneralQuestions({ ...CHOICE, retention: false, retention_mix: 0.1 }, chat);
    assert.deepEqual([mixed.measured.length, mixed.pool.length], [0, 40]);
  });

  it('may be a file of the person: every other one is measured, with its hash', async () => {
    const file = own(
      'own.json',
      ['a', 'b', 'c'].map((question) => ({ question, answer: 'x' })),
    );
    const {
      measured,
      pool,
      file: known,
    } = await readGeneralQuestions({ ...CHOICE, retention_dataset: file, retention_mix: 0.1 }, chat);
    assert.deepEqual(
      [measured, pool].map((some) => some.map(({ question }) => question)),
      [['a', 'c'], ['b']],
    );
    assert.deepEqual([known?.file, known?.sha256.length], [file, 64]);
  });

  it('are refused where the file has errors, or holds none to mix in', async () => {
    const broken = own('broken.json', [{ question: 'a' }]);
    await assert.rejects(readGeneralQuestions({ ...CHOICE, retention_dataset: broken }, chat), {
      code: 'dataset-has-errors',
    });
    const single = own('single.json', [{ question: 'a', answer: 'b' }]);
    await assert.rejects(readGeneralQuestions({ ...CHOICE, retention_dataset: single, retention_mix: 0.1 }, chat), {
      code: 'no-general-questions',
      file: single,
    });
  });

  it('pass over those of which max_seq_length leaves no answer', async () => {
    const short = await readGeneralQuestions({ ...CHOICE, max_seq_length: 24 }, chat);
    assert.ok(short.measured.length < 40, `${short.measured.length}`);
    assert.ok(short.measured.every(({ trained }) => trained.length > 0));
  });
});

describe('mixing general questions in', () => {
  const train = Array.from({ length: 90 }, (_, at) => `t${at}`);

  it('makes them the share of the whole that was asked for, evenly spread', () => {
    const mixed = mixIn(train, ['g0', 'g1', 'g2'], 0.1);
    assert.equal(mixed.length, 100);
    assert.deepEqual(
      mixed.filter((one) => one.startsWith('t')),
      train,
    );
    const places = mixed.flatMap((one, at) => (one.startsWith('g') ? [at] : []));
    const gaps = places.slice(1).map((at, i) => at - places[i]!);
    assert.ok(Math.min(...gaps) >= 9 && Math.max(...gaps) <= 11, gaps.join(' '));
    assert.deepEqual(mixed.filter((one) => one.startsWith('g')).slice(0, 4), ['g0', 'g1', 'g2', 'g0']);
  });

  it('leaves the training part as it is where the share is 0', () => {
    assert.equal(mixIn(train, ['g'], 0), train);
  });

  it('lengthens an epoch as the plan of the configuration counts it', () => {
    const batches = { per_device_batch_size: 2, gradient_accumulation_steps: 4 };
    assert.equal(stepsFor(1, mixIn(train, ['g'], 0.5).length, batches), stepsFor(1, 180, batches));
  });
});
