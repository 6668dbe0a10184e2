import type { Input } from './input';

const lines = (...values: readonly unknown[]): string => values.map((value) => JSON.stringify(value)).join('\n');
const user = (content: unknown): object => ({ role: 'user', content });
const assistant = (content: unknown): object => ({ role: 'assistant', content });
const call = (name: unknown, given?: unknown): object => ({
  id: 'c1',
  type: 'function',
  function: { name, ...(given === undefined ? {} : { arguments: given }) },
});
const calls = (...tool_calls: readonly unknown[]): object => ({ role: 'assistant', content: null, tool_calls });
const result = (content: unknown): object => ({ role: 'tool', tool_call_id: 'c1', content });
const DEEP = `${'{"a": '.repeat(20_000)}1${'}'.repeat(20_000)}`;
const WEATHER = { type: 'function', function: { name: 'w', parameters: {} } };
const CALLED = [user('Weather?'), calls(call('w', { at: 'Ikeja' })), result('31 C'), assistant('31 C.')];
const READ = ['user: Weather?', 'assistant: w({"at":"Ikeja"})', 'tool: 31 C', 'assistant: 31 C.'];

/** Conversations that call tools, as other tools write them. */
export const TOOLS: readonly Input[] = [
  {
    name: 'calls with their arguments as an object',
    file: 'a.jsonl',
    text: lines({ messages: CALLED }),
    read: 'messages 1',
    first: READ,
  },
  {
    name: "OpenAI's calls with their arguments as text, and the functions that there are",
    file: 'a.jsonl',
    text: lines({ messages: CALLED.with(1, calls(call('w', '{"at": "Ikeja"}'))), tools: [WEATHER] }),
    read: 'messages 1',
    first: READ.with(1, 'assistant: w({"at": "Ikeja"})').concat(
      'tools: [{"type":"function","function":{"name":"w","parameters":{}}}]',
    ),
  },
  {
    name: 'functions as the text of their list',
    file: 'a.jsonl',
    text: lines({ messages: [user('Hi'), assistant('Hello.')], tools: '[{"name": "w"}]' }),
    read: 'messages 1',
    first: ['Hi', 'Hello.', 'tools: [{"name": "w"}]'],
  },
  {
    name: 'functions and system message once for the whole file, and what has no meaning',
    file: 'a.json',
    text: JSON.stringify({
      version: 2,
      tools: [WEATHER],
      system: 'Be brief.',
      data: [{ messages: CALLED }, { messages: [user('Hi'), assistant('Hello.')], tools: [], system: 'Be long.' }],
    }),
    read: 'convert messages 2',
    told: ['top-level@1'],
    first: ['system: Be brief.', ...READ, 'tools: [{"type":"function","function":{"name":"w","parameters":{}}}]'],
  },
  {
    name: 'functions beside the object that holds the examples',
    file: 'a.json',
    text: JSON.stringify({ functions: [{ name: 'w' }], split: { train: [{ messages: CALLED }] } }),
    read: 'convert messages 1',
    told: ['top-level@1'],
    first: [...READ, 'tools: [{"type":"function","function":{"name":"w"}}]'],
  },
  {
    name: 'functions of none, in three spellings',
    file: 'a.jsonl',
    text: lines(
      { messages: [user('Hi'), assistant('Hello.')], tools: [] },
      { messages: [user('Ho'), assistant('Hello.')], tools: null },
      { messages: [user('He'), assistant('Hello.')], tools: '' },
    ),
    read: 'messages 3',
    first: ['Hi', 'Hello.'],
  },
  {
    name: 'numbers of arguments as they are written',
    file: 'a.jsonl',
    text: `{"messages": [{"role": "user", "content": "Pay"}, {"role": "assistant", "tool_calls": [{"function": {"name": "pay", "arguments": {"sum": 100.0, "to": 12345678901234567890}}}]}]}`,
    read: 'messages 1',
    first: ['user: Pay', 'assistant: pay({"sum":100.0,"to":12345678901234567890})'],
  },
  {
    name: "OpenAI's older functions, and a result without a call",
    file: 'a.jsonl',
    text: lines(
      {
        messages: [
          user('Weather?'),
          { role: 'assistant', content: null, function_call: { name: 'w', arguments: '{}' } },
          { role: 'function', name: 'w', content: '31 C' },
          assistant('31 C.'),
        ],
        functions: [{ name: 'w' }],
      },
      { messages: [user('Now?'), { role: 'function', name: 'w', content: '31 C' }, assistant('31 C.')] },
    ),
    read: 'messages 2',
    told: ['turn-order@2'],
    first: [
      'user: Weather?',
      'assistant: w({})',
      'tool: 31 C',
      'assistant: 31 C.',
      'tools: [{"type":"function","function":{"name":"w"}}]',
    ],
  },
  {
    name: 'two calls at once, a result that is empty, and a call as the last word',
    file: 'a.jsonl',
    text: lines({
      messages: [user('Both?'), calls(call('a', {}), call('b')), result(''), result('2'), calls(call('c', '{}'))],
    }),
    read: 'messages 1',
    first: ['user: Both?', 'assistant: a({}) b({})', 'tool: ', 'tool: 2', 'assistant: c({})'],
  },
  {
    name: 'a result in parts',
    file: 'a.jsonl',
    text: lines({
      messages: CALLED.with(
        2,
        result([
          { type: 'text', text: '31' },
          { type: 'text', text: 'C' },
        ]),
      ),
    }),
    read: 'messages 1',
    first: READ.with(2, 'tool: 31\nC'),
  },
  {
    name: 'prompt and completion as lists, with a call in the completion',
    file: 'a.jsonl',
    text: lines({ prompt: [user('Weather?')], completion: CALLED.slice(1), tools: [{ name: 'w' }] }),
    read: 'messages 1',
    first: [...READ, 'tools: [{"name":"w"}]'],
  },
  {
    name: "LLaMA-Factory's function calls",
    file: 'a.jsonl',
    text: lines({
      conversations: [
        { from: 'human', value: 'Weather?' },
        { from: 'function_call', value: '{"name": "w", "arguments": {"at": "Ikeja", "days": 1.0}}' },
        { from: 'observation', value: '31 C' },
        { from: 'gpt', value: '31 C.' },
      ],
      tools: '[{"name": "w"}]',
    }),
    read: 'sharegpt 1',
    first: [...READ.with(1, 'assistant: w({"at":"Ikeja","days":1.0})'), 'tools: [{"name": "w"}]'],
  },
  {
    name: "Hermes' results, two in a turn",
    file: 'a.jsonl',
    text: lines({
      conversations: [
        { from: 'system', value: 'You may call <tools>[]</tools>.' },
        { from: 'human', value: 'Both?' },
        { from: 'gpt', value: '<tool_call>\n{"name": "a", "arguments": {}}\n</tool_call>' },
        { from: 'tool', value: '<tool_response>\n{"a": 1}\n</tool_response>\n<tool_response>\n2\n</tool_response>' },
        { from: 'gpt', value: '1 and 2.' },
      ],
    }),
    read: 'sharegpt 1',
    first: [
      'system: You may call <tools>[]</tools>.',
      'user: Both?',
      'assistant: <tool_call>\n{"name": "a", "arguments": {}}\n</tool_call>',
      'tool: {"a": 1}',
      'tool: 2',
      'assistant: 1 and 2.',
    ],
  },
  {
    name: 'a call that is not JSON, and one without a name',
    file: 'a.jsonl',
    text: lines(
      ...['w(1)', '{}'].map((value) => ({
        conversations: [
          { from: 'human', value: 'Weather?' },
          { from: 'function_call', value },
          { from: 'observation', value: '31 C' },
          { from: 'gpt', value: '31 C.' },
        ],
      })),
    ),
    read: '-',
    told: ['tool-turns@1', 'tool-turns@2'],
  },
  {
    name: 'arguments that are no object, and functions that are no list',
    file: 'a.jsonl',
    text: lines(
      { messages: CALLED.with(1, calls(call('w', '["Ikeja"]'))) },
      { messages: CALLED.with(1, calls(call('w', 5))) },
      { messages: CALLED.with(1, calls(call(7))) },
      { messages: CALLED, tools: 'w' },
      { messages: CALLED, tools: ['w'] },
    ),
    read: '-',
    told: ['tool-turns@1', 'tool-turns@2', 'tool-turns@3', 'tool-turns@4', 'tool-turns@5'],
  },
  {
    name: 'calls in the parts of turns, told once',
    file: 'a.jsonl',
    text: lines(
      {
        messages: [
          user('W?'),
          { role: 'assistant', content: [{ type: 'tool_use', name: 'w', input: {} }] },
          assistant('31 C.'),
        ],
      },
      {
        contents: [
          { role: 'user', parts: [{ text: 'W?' }] },
          { role: 'model', parts: [{ functionCall: { name: 'w', args: {} } }] },
        ],
      },
      {
        messages: [
          { role: 'user', content: [{ text: 'W?' }] },
          { role: 'assistant', content: [{ toolUse: { name: 'w' } }] },
        ],
      },
    ),
    read: '-',
    told: ['tool-turns@1'],
  },
  {
    name: 'JSON within texts that nests without end',
    file: 'a.jsonl',
    text: lines(
      { messages: CALLED.with(1, calls(call('w', DEEP))) },
      { messages: CALLED, tools: `[${DEEP}]` },
      {
        conversations: [
          { from: 'human', value: 'W?' },
          { from: 'function_call', value: `{"name": "w", "arguments": ${DEEP}}` },
        ],
      },
    ),
    read: '-',
    told: ['tool-turns@1', 'tool-turns@2', 'mixed-format@3'],
  },
  {
    name: 'calls that are no list',
    file: 'a.jsonl',
    text: lines(
      { messages: [user('W?'), { role: 'assistant', content: 'a', tool_calls: 'x' }] },
      { messages: [user('W?'), { role: 'assistant', content: 'a', tool_calls: [null] }] },
      { messages: [user('W?'), { role: 'assistant', content: 'a', tool_calls: [[]] }] },
    ),
    read: '-',
    told: ['wrong-type@1', 'tool-turns@2', 'tool-turns@3'],
  },
  {
    name: 'an empty message with an empty list of calls',
    file: 'a.jsonl',
    text: lines({ messages: [user('Weather?'), { role: 'assistant', content: '', tool_calls: [] }] }),
    read: '-',
    told: ['blank-text@1'],
  },
  {
    name: 'a call that is not to be learned, before an answer that is',
    file: 'a.jsonl',
    text: lines({ messages: CALLED.with(1, { ...calls(call('w', { at: 'Ikeja' })), weight: 0 }), tools: null }),
    read: 'messages 1',
    first: READ.with(1, 'assistant (not learned): w({"at":"Ikeja"})'),
  },
];
