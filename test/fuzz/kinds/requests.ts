import { asApiError, ApiError } from '../../../src/serve/api-error';
import { parseChatRequest, parseTextRequest } from '../../../src/serve/completion-request';
import type { FuzzKind } from '../kind';
import { mutateJson, oneIn, pick, writeJson } from '../mutations';

const COMMON = {
  model: 'base',
  temperature: 0.7,
  top_p: 0.9,
  top_k: 40,
  do_sample: true,
  seed: 7,
  stop: ['\n', 'END'],
  stream: true,
  stream_options: { include_usage: true },
  n: 1,
  logit_bias: {},
  frequency_penalty: 0,
  user: 'me',
  prediction: null,
};
const CHATS: readonly object[] = [
  { ...COMMON, messages: [{ role: 'user', content: 'Where is it?' }], max_tokens: 4, logprobs: true, top_logprobs: 2 },
  {
    model: 'base',
    messages: [
      { role: 'system', content: [{ type: 'text', text: 'Be brief.' }] },
      { role: 'user', content: [{ type: 'text', text: 'Why?' }] },
      { role: 'assistant', content: 'So.' },
    ],
    tools: [],
    tool_choice: 'auto',
    response_format: { type: 'text' },
  },
  {
    model: 'base',
    messages: [
      { role: 'user', content: 'What is the fee?' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'fee', arguments: '{"item": 1.0}' } }],
      },
      { role: 'tool', tool_call_id: 'c1', content: '100' },
    ],
    tools: [{ type: 'function', function: { name: 'fee', parameters: { type: 'object', properties: {} } } }],
  },
];
const TEXTS: readonly object[] = [
  { ...COMMON, prompt: ['The office', 'A bank'], max_tokens: 3, echo: true, logprobs: 1 },
  { model: 'base', prompt: [[5, 6, 7], [8]], max_tokens: 0, echo: true, logprobs: 5, best_of: 1, suffix: '' },
  { model: 'base', prompt: [5, 6], return_token_ids: true },
];
const LONGEST_REFUSAL = 400;

/** What a client asks the server, as its JSON body gives it. */
export const requests: FuzzKind = {
  name: 'requests',
  run(fuzz) {
    const { random } = fuzz;
    const chat = oneIn(random, 2);
    const body = writeJson(mutateJson(random, pick(random, chat ? CHATS : TEXTS)));
    const json: unknown = JSON.parse(body);
    if (typeof json !== 'object' || json === null || Array.isArray(json)) return;
    const fields = json as Readonly<Record<string, unknown>>;
    try {
      if (chat) parseChatRequest(fields, body);
      else parseTextRequest(fields);
    } catch (error) {
      const refusal = asApiError(error, (line) => {
        fuzz.seen('the log of the server', line);
      });
      if (!(error instanceof ApiError) || refusal.status !== 400 || refusal.param === undefined) {
        fuzz.problem(`a request is refused without its field: ${String(error)} of ${body.slice(0, 400)}`);
      }
      if (refusal.message.length > LONGEST_REFUSAL) fuzz.problem(`a refusal of ${refusal.message.length} characters`);
    }
  },
};
