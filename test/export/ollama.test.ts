import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { conversationParts } from '../../src/export/ollama/conversation-parts';
import { goTemplate } from '../../src/export/ollama/go-template';
import type { ChatMessage } from '../../src/text/chat-template';
import { loadChatTokenizer } from '../../src/text/chat-tokenizer';
import { OllamaModel } from '../../src/verify/ollama/ollama-api';
import { sft, smallConfig, smallDataset, temporaryFolder } from '../cli/sft';
import { NO_OLLAMA, startOllama } from './ollama-server';
import { writeTinyModel, type TinyFamily } from './tiny-model';

const folder = temporaryFolder();
smallDataset(folder, 12);

const FAMILIES: Readonly<Record<string, TinyFamily>> = {
  llama3: { architecture: 'LlamaForCausalLM', tokenizer: 'llama-3', template: 'llama-3' },
  llama31: { architecture: 'LlamaForCausalLM', tokenizer: 'llama-3', template: 'llama-3.1' },
  mistral: { architecture: 'MistralForCausalLM', tokenizer: 'mistral', template: 'mistral' },
  smollm2: { architecture: 'LlamaForCausalLM', tokenizer: 'smol', template: 'chatml' },
  qwen25: { architecture: 'Qwen2ForCausalLM', tokenizer: 'qwen', template: 'qwen2.5' },
  qwen3: { architecture: 'Qwen3ForCausalLM', tokenizer: 'qwen', template: 'qwen3' },
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
  await writeTinyModel(model, FAMILIES[family]!);
  mkdirSync(`${run}-config`);
  const config = { model_name: model, max_steps: 2, learning_rate: 1e-2, max_seq_length: 400, ...values };
  const finished = sft(['train', smallConfig(`${run}-config`, config), '--run', run]);
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
    assert.match(refused.err, /does not find out its pre-tokenizer \(smollm\).* - take --as gguf/);
  });
});

describe('in a real Ollama', { skip: NO_OLLAMA }, () => {
  let ollama: Awaited<ReturnType<typeof startOllama>>;

  before(async () => {
    ollama = await startOllama(folder);
    Object.assign(process.env, ollama.env);
  });

  after(() => {
    ollama.stop();
  });

  const KINDS: readonly (readonly [family: string, kinds: readonly string[]])[] = [
    ['llama3', ['gguf', 'adapter', 'safetensors']],
    ['llama31', ['gguf']],
    ['mistral', ['gguf', 'adapter']],
    ['smollm2', ['gguf', 'adapter']],
    ['qwen25', ['gguf', 'adapter', 'safetensors']],
    ['qwen3', ['gguf']],
  ];
  for (const [family, kinds] of KINDS) {
    it(`${family}: the prompt is that of sft, for one turn, two, with a system message and without`, async () => {
      const { run, model } = await trained(family);
      const chat = await loadChatTokenizer(model);
      for (const kind of kinds) {
        const out = path.join(folder, `${family}-${kind}`);
        const name = `${family}-${kind}`;
        const finished = sft(['export', run, '--to', 'ollama', '--as', kind, '--out', out, '--create', name]);
        assert.equal(finished.code, 0, finished.err);
        const said = finished.err.split('\n').filter((line) => line.startsWith('ollama: '));
        assert.ok(said.length < 20, `each thing that Ollama does is a line: ${finished.err}`);
        assert.doesNotMatch(finished.err, /[\u2800-\u28ff]/);
        const asked = new OllamaModel(ollama.url, name);
        for (const messages of CONVERSATIONS) {
          if (family === 'mistral' && messages[0]!.role === 'system') continue;
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
