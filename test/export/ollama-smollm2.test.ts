import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ChatMessage } from '../../src/text/chat-template';
import { loadChatTokenizer } from '../../src/text/chat-tokenizer';
import { OllamaModel } from '../../src/verify/ollama/ollama-api';
import type { Verification } from '../../src/verify/verification';
import { DATA, sft, temporaryFolder } from '../cli/sft';
import { NO_OLLAMA, startOllama } from './ollama-server';

/** A folder of HuggingFaceTB/SmolLM2-135M-Instruct. */
const MODEL = process.env['SFT_SMOLLM2'] ?? '';
const NO_MODEL = !existsSync(path.join(MODEL, 'config.json')) && 'SFT_SMOLLM2 names no folder of SmolLM2-135M-Instruct';
const QUESTIONS = 20;

const user = (content: string): ChatMessage => ({ role: 'user', content });
const CONVERSATIONS: readonly (readonly ChatMessage[])[] = [
  [user('How do I renew my passport?')],
  [
    user('Hello'),
    { role: 'assistant', content: 'Good day, what is it?' },
    user("It's ₦2,500 or (about) 3000?\n\nSay."),
  ],
  [{ role: 'system', content: 'Be brief.' }, user('What is BVN?')],
];

const folder = temporaryFolder();

describe('SmolLM2 in a real Ollama', { skip: NO_OLLAMA || NO_MODEL }, () => {
  const run = path.join(folder, 'run');
  let ollama: Awaited<ReturnType<typeof startOllama>>;

  before(async () => {
    ollama = await startOllama(folder);
    Object.assign(process.env, ollama.env);
    const config = path.join(folder, 'sft.config.json');
    const values = {
      model_name: path.resolve(MODEL),
      dataset: DATA,
      split: { train: 0.9, validation: 0, test: 0.1 },
      eval_examples: 1,
      max_steps: 4,
      per_device_batch_size: 4,
      gradient_accumulation_steps: 1,
      warmup_steps: 1,
      learning_rate: 5e-4,
      max_seq_length: 256,
      save_steps: null,
      eval_steps: null,
      max_new_tokens: 8,
    };
    writeFileSync(config, JSON.stringify(values));
    const trained = sft(['train', config, '--run', run, '--threads', '1']);
    assert.equal(trained.code, 0, trained.err);
  });

  after(() => ollama.stop());

  for (const kind of ['gguf', 'adapter']) {
    it(`${kind}: ${QUESTIONS} test questions are answered as by sft, with its prompts`, async () => {
      const [name, out] = [`smollm2-${kind}`, path.join(folder, kind)];
      const made = ['export', run, '--to', 'ollama', '--as', kind, '--type', 'f16', '--out', out, '--create', name];
      const asking = ['--threads', '1', '--questions', String(QUESTIONS), '--max-new-tokens', '64', '--json'];
      const finished = sft([...made, ...asking]);
      assert.equal(finished.code, 0, finished.err);
      const { verified } = JSON.parse(finished.out) as { verified: Verification };
      assert.deepEqual([verified.part, verified.questions.length], ['test', QUESTIONS]);
      let ended = 0;
      for (const { place, answers } of verified.questions) {
        const { parting } = answers.Ollama!;
        assert.ok(parting === undefined || parting.gap <= 0.1, `${place}: ${JSON.stringify(parting)}`);
        if (parting === undefined) assert.equal(answers.Ollama!.ended, answers.run!.ended);
        if (answers.Ollama!.ended) ended++;
      }
      assert.ok(ended > 0, 'it stops by itself');

      const chat = await loadChatTokenizer(MODEL);
      const asked = new OllamaModel(ollama.url, name, { threads: 1 });
      for (const messages of CONVERSATIONS) {
        const text = await asked.promptText(messages);
        assert.equal(text, chat.promptText(messages));
        assert.deepEqual(await asked.promptIds(text), chat.encodePrompt(messages));
      }
    });
  }

  it('a folder is refused, of which Ollama would make other tokens', () => {
    const refused = sft([
      'export',
      run,
      '--to',
      'ollama',
      '--as',
      'safetensors',
      '--out',
      path.join(folder, 'refused'),
    ]);
    assert.equal(refused.code, 2);
    assert.match(refused.err, /does not find out its pre-tokenizer \(smollm\)/);
  });
});
