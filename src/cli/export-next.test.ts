import assert from 'node:assert/strict';
import path from 'node:path';
import { it } from 'node:test';
import { nextOf } from './export-next';

it('each export says what comes after it', () => {
  const told: readonly (readonly [
    form: string,
    out: string,
    single: boolean,
    create: string | undefined,
    next: string,
  ])[] = [
    ['ollama', '/faq', false, 'faq', 'ollama run faq'],
    ['ollama', '/faq', false, undefined, 'create the model in Ollama: ollama create NAME -f /faq/Modelfile'],
    ['merged', '/faq', false, undefined, 'talk to it: sft chat --model /faq'],
    ['gguf', '/faq.gguf', true, undefined, 'talk to it: sft chat --model /faq.gguf'],
    ['gguf', '/faq', false, undefined, 'how to use it: /faq/README.md'],
    ['peft', '/faq', false, undefined, 'how to use it: /faq/README.md'],
    [
      'gguf-lora',
      '/faq.gguf',
      true,
      undefined,
      'for llama.cpp, with a GGUF of the base model: llama-cli -m base.gguf --lora /faq.gguf',
    ],
  ];
  for (const [form, out, single, create, next] of told)
    assert.equal(nextOf(form, out.replaceAll('/', path.sep), single, create), next.replaceAll('/', path.sep));
});

it('what is copied into a shell stays one word', { skip: process.platform === 'win32' }, () => {
  const told = nextOf('merged', "/my models/it's", false, undefined);
  assert.equal(told, "talk to it: sft chat --model '/my models/it'\\''s'");
});
