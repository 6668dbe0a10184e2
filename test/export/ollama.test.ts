import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { conversationParts } from '../../src/export/ollama/conversation-parts';
import { goTemplate } from '../../src/export/ollama/go-template';
import type { ChatMessage } from '../../src/text/chat-template';
import { loadChatTokenizer } from '../../src/text/chat-tokenizer';
import { OllamaModel } from '../../src/verify/ollama/ollama-api';
import type { Verification } from '../../src/verify/verification';
import { sft, temporaryFolder } from '../cli/sft';
import { MODELS, SHAPE } from '../families/models';
import { writeTinyModel, type TokenizerChoice } from '../families/tiny-model';
import { mountSmallDisk, NO_SMALL_DISK } from '../small-disk';
import { NO_OLLAMA, startOllama } from './ollama-server';

const folder = temporaryFolder();

/** Learnt by heart, so that answers are text, no two tokens are almost equally likely, and they end by themselves. */
const LEARNT: readonly (readonly [question: string, answer: string])[] = [
  ['What is BVN?', 'A number of your bank.'],
  ['Who issues a passport?', 'The Immigration Service.'],
  ['What does it cost?', '₦2,500, paid online 😀.'],
  ['How long does it take?', 'Ten (10) working days:\n\n1. apply\n2. wait'],
  ['Where do I pay?', 'At any bank.'],
  ['Can I do it online?', 'Yes, on the portal.'],
];
const data = path.join(folder, 'data.json');
writeFileSync(data, JSON.stringify(LEARNT.map(([question, answer]) => ({ question, answer }))));

const SCALED = { rope_type: 'llama3', factor: 8, low_freq_factor: 1, high_freq_factor: 4 };
const ofLlama = (architecture: string, more?: Readonly<Record<string, unknown>>) => ({
  ...SHAPE,
  num_hidden_layers: 2,
  architectures: [architecture],
  ...more,
});
const GRANITE = [
  `{%- for turn in messages %}{{ '<|start_of_role|>' + turn.role + '<|end_of_role|>' + turn.content + '<|end_of_text|>\\n' }}{% endfor %}`,
  `{%- if add_generation_prompt %}{{ '<|start_of_role|>assistant<|end_of_role|>' }}{% endif %}`,
].join('\n');

const PHI_4_MINI = [
  `{%- for turn in messages %}{{ '<|' + turn.role + '|>' + turn.content + '<|end|>' }}{% endfor %}`,
  `{%- if add_generation_prompt %}{{ '<|assistant|>' }}{% else %}{{ eos_token }}{% endif %}`,
].join('\n');

interface Family {
  readonly json: Readonly<Record<string, unknown>>;
  readonly text: TokenizerChoice;
  /** Of `--as`. */
  readonly kinds: readonly string[];
}

const of = (json: Family['json'], tokenizer: string, template: string, ...kinds: string[]): Family => ({
  json,
  text: { tokenizer, template },
  kinds,
});

const llama31 = ofLlama('LlamaForCausalLM', {
  rope_theta: 500_000,
  rope_scaling: { ...SCALED, original_max_position_embeddings: 64 },
});

const FAMILIES: Readonly<Record<string, Family>> = {
  llama3: of(ofLlama('LlamaForCausalLM'), 'tokenizers/llama-3', 'llama-3', 'gguf', 'adapter', 'safetensors'),
  llama31: of(llama31, 'tokenizers/llama-3', 'llama-3.1', 'gguf', 'adapter', 'safetensors'),
  'llama with yarn': of(MODELS['llama with yarn']!.json, 'tokenizers/llama-3', 'llama-3', 'gguf', 'adapter'),
  mistral: of(ofLlama('MistralForCausalLM'), 'tokenizers/mistral', 'mistral', 'gguf', 'adapter'),
  smollm2: of(
    ofLlama('LlamaForCausalLM', { tie_word_embeddings: true }),
    'tokenizers/smol',
    'chatml',
    'gguf',
    'adapter',
  ),
  qwen25: of(ofLlama('Qwen2ForCausalLM'), 'tokenizers/qwen', 'qwen2.5', 'gguf', 'adapter', 'safetensors'),
  qwen3: of(ofLlama('Qwen3ForCausalLM', { head_dim: 16 }), 'tokenizers/qwen', 'qwen3', 'gguf'),
  granite: of(MODELS['granite']!.json, 'families/granite3', GRANITE, 'gguf', 'adapter'),
  smollm3: of(MODELS['smollm3']!.json, 'families/smollm3', 'chatml', 'gguf', 'adapter'),
  olmo2: of(MODELS['olmo2']!.json, 'families/olmo2', 'chatml', 'gguf', 'adapter'),
  // Ollama's window is a token longer than the model's: none of these texts reaches it.
  gemma3: of({ ...MODELS['gemma3']!.json, sliding_window: 128 }, 'families/gemma3', 'gemma-3', 'gguf'),
  'phi-3': of(MODELS['phi-3']!.json, 'families/phi3', 'phi-3', 'gguf', 'adapter'),
  'phi-4-mini': of(MODELS['phi-4-mini']!.json, 'families/phi4-mini', PHI_4_MINI, 'gguf', 'adapter'),
};

const user = (content: string): ChatMessage => ({ role: 'user', content });
const assistant = (content: string): ChatMessage => ({ role: 'assistant', content });
const system = (content: string): ChatMessage => ({ role: 'system', content });
const CONVERSATIONS: readonly (readonly ChatMessage[])[] = [
  [user('How do I renew my passport?')],
  [user('Hello'), assistant('Good day, what is it?'), user("It's 2,500 or (about) 3000?\n\nSay.")],
  [system('Be brief.'), user('What is BVN?')],
  [system('Be brief.'), user(' One '), assistant('1'), user('\tTwo\n'), assistant('2'), user('{{ .System }} "3"')],
];

const runs = new Map<string, { run: string; model: string }>();

/** A run on a tiny model of a family. @returns its folder and the model's */
async function trained(
  family: string,
  values: Readonly<Record<string, unknown>> = {},
): Promise<{ run: string; model: string }> {
  const run = path.join(folder, `${family}${Object.keys(values).join('')}`);
  const known = runs.get(run);
  if (known !== undefined) return known;
  const model = `${run}-model`;
  const { json, text } = FAMILIES[family]!;
  await writeTinyModel(model, json, text);
  const config = {
    model_name: model,
    dataset: data,
    // All are learnt, so all are asked.
    split: { train: 1, validation: 0, test: 0 },
    max_steps: 80,
    warmup_steps: 5,
    learning_rate: 1e-2,
    lora_dropout: 0,
    per_device_batch_size: LEARNT.length,
    gradient_accumulation_steps: 1,
    max_seq_length: 400,
    save_steps: null,
    eval_steps: null,
    ...values,
  };
  writeFileSync(`${run}.json`, JSON.stringify(config));
  const finished = sft(['train', `${run}.json`, '--run', run]);
  assert.equal(finished.code, 0, finished.err);
  runs.set(run, { run, model });
  return { run, model };
}

describe('sft export --to ollama', () => {
  it('a Modelfile with template, system message, stops and greedy answers', async () => {
    const { run } = await trained('smollm2', { system_prompt: 'Answer in "one" word.' });
    const out = path.join(folder, 'modelfile');
    const finished = sft(['export', run, '--to', 'ollama', '--out', out]);
    assert.equal(finished.code, 0, finished.err);
    const text = readFileSync(path.join(out, 'Modelfile'), 'utf8');
    const lines = text.split('\n');
    assert.ok(lines.includes('FROM ./model-F32.gguf'));
    assert.ok(lines.includes('SYSTEM """Answer in "one" word."""'));
    assert.deepEqual(lines.slice(-7), [
      'PARAMETER stop "<|im_end|>"',
      'PARAMETER temperature 0',
      'PARAMETER repeat_penalty 1',
      'PARAMETER top_k 0',
      'PARAMETER top_p 1',
      'PARAMETER num_ctx 512',
      '',
    ]);
    assert.match(text, /TEMPLATE """.*\{\{ \.Content \}\}\{\{ if \$last \}\}<\|im_end\|>\n<\|im_start\|>assistant\n/s);
  });

  it('says no template of which it cannot be sure: one that reads messages, or counts them', async () => {
    const { model } = await trained('smollm2');
    const turns = `{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}`;
    const header = `{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}`;
    const refused: readonly (readonly [template: string, reason: RegExp])[] = [
      [`{% if '"' in messages[-1].content %}Q: {% endif %}${turns}`, /depends on what the message says/],
      [`{% if messages | length > 4 %}Long. {% endif %}${turns}`, /otherwise in longer conversations/],
      [`${turns}{{ messages[-1].content }}`, /does not write each message once/],
      [turns.replace('m.content', "m.content.strip('\\n')"), /takes some white space off messages and not other/],
    ];
    for (const [template, reason] of refused) {
      writeFileSync(path.join(model, 'chat_template.jinja'), template + header);
      const chat = await loadChatTokenizer(model);
      assert.throws(() => conversationParts(chat), reason);
    }
    writeFileSync(path.join(model, 'chat_template.jinja'), `{{ '{{x}}"""\u200b' }}${turns}${header}`);
    const written = goTemplate(conversationParts(await loadChatTokenizer(model)));
    const quotes = '\\U00000022'.repeat(3);
    assert.ok(written.includes(`{{ "{{" }}x}}{{ "${quotes}" }}{{ "\\U0000200b" }}`), written);
    copyFileSync('test/reference/text/templates/chatml.jinja', path.join(model, 'chat_template.jinja'));
  });

  it('refuses a name that Ollama would refuse once everything is written', async () => {
    const { run } = await trained('smollm2');
    const out = path.join(folder, 'misnamed');
    for (const name of ['Bad Name!', '-x', 'a//b', 'a:', '']) {
      const refused = sft(['export', run, '--to', 'ollama', '--out', out, `--create=${name}`]);
      assert.equal(refused.code, 2, refused.err);
      assert.match(refused.err, /--create .* - /);
      assert.ok(!existsSync(out));
    }
  });

  it('refuses a folder that Ollama would make other tokens of', async () => {
    const { run } = await trained('smollm2');
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
    assert.match(refused.err, /does not detect its pre-tokenizer \(smollm\).* - use --as gguf/);
  });
});

describe('in a real Ollama', { skip: NO_OLLAMA }, () => {
  let ollama: Awaited<ReturnType<typeof startOllama>>;

  before(async () => {
    ollama = await startOllama(folder);
    Object.assign(process.env, ollama.env);
  });

  after(() => ollama.stop());

  it('says so where there is no room for the copy that Ollama keeps', async (context) => {
    const { run } = await trained('smollm2');
    const disk = mountSmallDisk(path.join(folder, 'small-disk'), '256k');
    if (disk === undefined) {
      context.skip(NO_SMALL_DISK);
      return;
    }
    const other = await startOllama(disk.path);
    Object.assign(process.env, other.env);
    try {
      const out = path.join(folder, 'no-room');
      const refused = sft(['export', run, '--to', 'ollama', '--out', out, '--create', 'no-room']);
      assert.equal(refused.code, 1);
      assert.match(refused.err, /no space left on device - Ollama keeps a copy of the model/);
      assert.ok(existsSync(path.join(out, 'Modelfile')), 'the export is kept');
    } finally {
      Object.assign(process.env, ollama.env);
      await other.stop();
      disk.unmount();
    }
  });

  for (const [family, { kinds }] of Object.entries(FAMILIES)) {
    it(`${family}: the prompt is that of sft, for one turn, two, with a system message and without; so are the answers`, async () => {
      const { run, model } = await trained(family);
      const chat = await loadChatTokenizer(model);
      for (const kind of kinds) {
        const name = `${family}-${kind}`.replaceAll(' ', '-');
        const out = path.join(folder, name);
        const asking = ['--threads', '1', '--questions', String(LEARNT.length), '--max-new-tokens', '64'];
        const making = ['export', run, '--to', 'ollama', '--as', kind, '--out', out, '--create', name];
        const finished = sft([...making, ...asking, '--json']);
        assert.equal(finished.code, 0, finished.err);
        const { verified } = JSON.parse(finished.out) as { verified: Verification };
        for (const [i, { answers }] of verified.questions.entries()) {
          const { text, ended, parting } = answers.Ollama!;
          assert.deepEqual(
            { text: text.trim(), ended, parting },
            { text: LEARNT[i]![1], ended: true, parting: undefined },
          );
        }
        const said = finished.err.split('\n').filter((line) => line.startsWith('ollama: '));
        assert.ok(said.length < 20, `each thing that Ollama does is a line: ${finished.err}`);
        assert.doesNotMatch(finished.err, /[\u2800-\u28ff]/);
        const asked = new OllamaModel(ollama.url, name, { threads: 1 });
        for (const messages of CONVERSATIONS) {
          if (family === 'mistral' && messages[0]!.role === 'system') continue;
          // llama.cpp keeps the blanks of these messages, as the export says.
          if (family === 'phi-4-mini' && messages.some(({ content }) => content !== content.trim())) continue;
          const text = await asked.promptText(messages);
          assert.equal(text, chat.promptText(messages));
          const ids = chat.encodePrompt(messages);
          assert.deepEqual(await asked.promptIds(text), ids);
          const { promptTokens } = await asked.ask(messages, 1);
          assert.equal(promptTokens, ids.length, 'no other first token is put before it');
        }
      }
    });
  }
});
