import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { refused, ServedModel, type Reply } from '../../test/served-model';
import { TOOL_TEMPLATE } from '../../test/tool-template';
import { checkText } from '../dataset/read';

const TOOLS = '[{"type": "function", "function": {"name": "fee", "parameters": {"least": 1.0}}}]';
const TURNS = `[{"role": "user", "content": "What is the fee?"},
  {"role": "assistant", "content": null, "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "fee", "arguments": {"item": 2.0}}}]},
  {"role": "tool", "tool_call_id": "c1", "content": "200"}`;

describe('a request with tools', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'sft-served-tools-'));
  let served: ServedModel;
  before(async () => {
    cpSync('examples/tiny-llama', folder, { recursive: true });
    writeFileSync(path.join(folder, 'chat_template.jinja'), TOOL_TEMPLATE);
    served = await ServedModel.start(folder);
  });
  after(async () => {
    await served.stop();
    rmSync(folder, { recursive: true });
  });

  const ask = (messages: string, fields: string): Promise<Reply> =>
    served.post(
      '/v1/chat/completions',
      `{"model": "base", "temperature": 0, "max_tokens": 6, "messages": ${messages}${fields}}`,
    );
  /** What the model says to these ids. */
  const toIds = async (prompt: readonly number[]): Promise<unknown[]> =>
    said(await served.post('/v1/completions', { model: 'base', temperature: 0, max_tokens: 6, prompt }));
  const said = ({ status, json }: Reply): unknown[] => {
    assert.equal(status, 200, JSON.stringify(json));
    const [choice] = json['choices'] as readonly [
      { readonly message?: { readonly content: string }; readonly text?: string },
    ];
    return [choice.message?.content ?? choice.text, (json['usage'] as Record<string, number>)['prompt_tokens']];
  };

  it('is asked as training asks: functions, calls and results by the template, numbers as they are written', async () => {
    const { chat } = served.catalog;
    const [item] = checkText(
      'a.jsonl',
      `{"messages": ${TURNS.replaceAll('\n', ' ')}, {"role": "assistant", "content": "200."}], "tools": ${TOOLS}}`,
      [],
    );
    assert.ok(item?.type === 'example');
    const { value, ...example } = item.example;
    const asked = chat.encodeQuestion({ ...example, question: value.question });
    const text = chat.tokenizer.decode(asked);
    assert.ok(
      text.includes('{"least": 1.0}') && text.includes('<call>{"name": "fee", "arguments": {"item": 2.0}}</call>'),
      text,
    );
    assert.deepEqual(said(await ask(`${TURNS}]`, `, "tools": ${TOOLS}`)), await toIds(asked));
    assert.deepEqual(said(await ask(`${TURNS}]`, `, "tools": ${TOOLS}, "tool_choice": "auto"`)), await toIds(asked));
    // Not to call one is not to know one.
    const without = chat.encodePrompt(example.turns!.slice(0, -1));
    assert.deepEqual(said(await ask(`${TURNS}]`, `, "tools": ${TOOLS}, "tool_choice": "none"`)), await toIds(without));
  });

  it('is refused where the template leaves something out', async () => {
    const question = '[{"role": "user", "content": "What is the fee?"}]';
    writeFileSync(
      path.join(folder, 'chat_template.jinja'),
      TOOL_TEMPLATE.replace('turn.content }}', "(turn.content if not turn.tool_calls else '') }}"),
    );
    const other = await ServedModel.start(folder);
    try {
      const body = `{"model": "base", "messages": ${TURNS.replace('null', '"I look it up."')}]}`;
      const { json } = await refused(
        other.post('/v1/chat/completions', body),
        400,
        'unsupported_parameter',
        'messages',
      );
      assert.match(JSON.stringify(json), /leaves out what the assistant says next to a call/);
      assert.equal(
        (
          await other.post(
            '/v1/chat/completions',
            `{"model": "base", "max_tokens": 1, "messages": ${question}, "tools": ${TOOLS}}`,
          )
        ).status,
        200,
      );
    } finally {
      await other.stop();
    }
  });
});
