import type { Input } from './input';
import { TOOLS } from './tool-inputs';

const lines = (...values: readonly unknown[]): string => values.map((value) => JSON.stringify(value)).join('\n');
const user = (content: unknown): object => ({ role: 'user', content });
const assistant = (content: unknown): object => ({ role: 'assistant', content });
const CHAT = [user('Where?'), assistant('Here.')];
const ROWS = [
  { question: 'Where?', answer: 'Here.' },
  { question: 'When?', answer: 'Now.' },
];

/** Keys with meaning, and keys of other names. */
const KEYS: readonly Input[] = [
  {
    name: 'Q&A with a context',
    file: 'a.jsonl',
    text: lines({ question: 'When?', context: 'It began in May.', answer: 'In May.' }),
    read: 'qa 1',
    first: ['When?\n\nIt began in May.', 'In May.'],
  },
  {
    name: 'Q&A with an empty context',
    file: 'a.jsonl',
    text: lines({ question: 'When?', context: '', answer: 'In May.' }),
    read: 'qa 1',
    first: ['When?', 'In May.'],
  },
  {
    name: 'Dolly as it is published',
    file: 'a.jsonl',
    text: lines({ instruction: 'When?', context: 'In May.', response: 'May.', category: 'closed_qa' }),
    read: 'alpaca 1',
    first: ['When?\n\nIn May.', 'May.'],
  },
  {
    name: 'OpenOrca as it is published',
    file: 'a.jsonl',
    text: lines({ id: 'x.1', system_prompt: 'Be brief.', question: '2+2?', response: '4' }),
    read: 'qa 1',
    first: ['system: Be brief.', '2+2?', '4'],
  },
  {
    name: 'an empty system prompt',
    file: 'a.jsonl',
    text: lines({ system_prompt: '', question: '2+2?', answer: '4' }),
    read: 'qa 1',
    first: ['2+2?', '4'],
  },
  {
    name: 'Alpaca with a history of two rounds',
    file: 'a.json',
    text: JSON.stringify([
      {
        instruction: 'And then?',
        output: 'Go home.',
        history: [
          ['a?', 'b'],
          ['c?', 'd'],
        ],
      },
    ]),
    read: 'alpaca 1',
    first: ['user: a?', 'assistant: b', 'user: c?', 'assistant: d', 'And then?', 'Go home.'],
  },
  {
    name: 'a history that is no list of pairs',
    file: 'a.jsonl',
    text: lines({ instruction: 'And then?', output: 'Go.', history: ['a?', 'b'] }),
    read: '-',
    told: ['wrong-type@1', 'wrong-type@1'],
  },
  {
    name: 'nulls where an export has nothing',
    file: 'a.jsonl',
    text: lines({ instruction: 'Go?', input: null, output: 'Yes.', system: null, history: null, agency: null }),
    read: 'alpaca 1',
    first: ['Go?', 'Yes.'],
  },
  {
    name: 'prompt and completion with a system prompt',
    file: 'a.jsonl',
    text: lines({ system: 'Be brief.', prompt: 'Go?', completion: 'Yes.' }),
    read: 'prompt-completion 1',
    first: ['system: Be brief.', 'Go?', 'Yes.'],
  },
  {
    name: 'prompt and completion with a context, which is not used',
    file: 'a.jsonl',
    text: lines({ prompt: 'Go?', context: 'The gate is open.', completion: 'Yes.' }),
    read: 'prompt-completion 1',
    told: ['unused-key@1'],
  },
  {
    name: 'Q&A with an instruction and tools',
    file: 'a.jsonl',
    text: lines({ question: 'Go?', instruction: 'Be kind.', tools: [{ name: 'x' }], answer: 'Yes.' }),
    read: 'qa 1',
    told: ['unused-key@1', 'unused-key@1'],
  },
  {
    name: 'messages with pictures beside them',
    file: 'a.jsonl',
    text: lines({ messages: CHAT, images: ['a.png'] }),
    read: 'messages 1',
    told: ['unused-key@1'],
  },
  {
    name: 'ShareGPT with system_prompt',
    file: 'a.jsonl',
    text: lines({
      conversations: [
        { from: 'human', value: 'Go?' },
        { from: 'gpt', value: 'Yes.' },
      ],
      system_prompt: 'Be brief.',
    }),
    read: 'sharegpt 1',
    first: ['system: Be brief.', 'Go?', 'Yes.'],
  },
  {
    name: 'prompt and response',
    file: 'a.jsonl',
    text: lines({ prompt: 'Go?', response: 'Yes.' }),
    read: 'prompt-completion 1',
  },
  {
    name: 'KTO, where a false label marks what is not wanted',
    file: 'a.jsonl',
    text: lines({ prompt: 'Go?', completion: 'No!', label: false }),
    read: 'prompt-completion 1',
    told: ['unused-key@1'],
  },
  {
    name: 'answers as a list',
    file: 'a.jsonl',
    text: lines({ question: 'Where?', answer: ['In Ikeja.', 'Ikeja'] }),
    read: 'qa 1',
    told: ['other-format@1'],
    first: ['Where?', 'In Ikeja.'],
  },
  {
    name: "SQuAD's answers as the Hub has them",
    file: 'a.jsonl',
    text: lines({
      id: '1',
      title: 'x',
      context: 'C.',
      question: 'Where?',
      answers: { text: ['Here.'], answer_start: [3] },
    }),
    read: 'qa 1',
    told: ['other-format@1'],
    first: ['Where?\n\nC.', 'Here.'],
  },
  {
    name: 'an empty list of answers',
    file: 'a.jsonl',
    text: lines({ question: 'Where?', answers: { text: [], answer_start: [] } }),
    read: '-',
    told: ['blank-text@1'],
  },
];

/** Numbers, lists and lists as text. */
const VALUES: readonly Input[] = [
  {
    name: 'numbers, lists, objects and null in further keys',
    file: 'a.jsonl',
    text: lines({ id: 1, question: 'Go?', answer: 'Yes.', score: 0.5, tags: ['a'], meta: { x: null }, url: null }),
    read: 'qa 1',
  },
  {
    name: 'a number as the answer',
    file: 'a.jsonl',
    text: lines({ question: '2+2?', answer: 4 }),
    read: '-',
    told: ['wrong-type@1'],
  },
  {
    name: "a Python list as text under AfriQA's key",
    file: 'a.jsonl',
    text: lines({ question: 'Odun wo?', answers: "['1914']" }),
    read: 'qa 1',
    told: ['list-as-text@1'],
  },
  {
    name: 'a JSON list as text',
    file: 'a.jsonl',
    text: lines({ question: 'Who?', answer: '["Ada", "Bola"]' }),
    read: 'qa 1',
    told: ['list-as-text@1'],
  },
  {
    name: 'a Python list that was asked for',
    file: 'a.jsonl',
    text: lines({ question: 'Write a Python list of one name.', answer: "['Ada']" }),
    read: 'qa 1',
  },
  {
    name: 'a reference in brackets, which is no list',
    file: 'a.jsonl',
    text: lines({ question: 'Where does it stand?', answer: "[1] in Ada's book" }),
    read: 'qa 1',
  },
  {
    name: 'a key twice in a turn',
    file: 'a.jsonl',
    text: '{"messages":[{"role":"user","content":"a","content":"b"},{"role":"assistant","content":"c"}]}',
    read: 'messages 1',
    told: ['duplicate-key@1'],
    first: ['b', 'c'],
  },
  {
    name: 'a key twice in an object of a further key',
    file: 'a.jsonl',
    text: '{"question":"Go?","answer":"Yes.","meta":{"a":{"b":1,"b":2}}}',
    read: 'qa 1',
    told: ['duplicate-key@1'],
  },
  {
    name: 'the same key in two turns',
    file: 'a.jsonl',
    text: lines({ messages: CHAT }),
    read: 'messages 1',
  },
  {
    name: 'half of an emoji',
    file: 'a.jsonl',
    text: '{"question":"Go \\ud83d?","answer":"Yes."}',
    read: 'qa 1',
    told: ['control-characters@1'],
  },
  {
    name: 'a whole emoji in escapes',
    file: 'a.jsonl',
    text: '{"question":"Go \\ud83d\\ude00?","answer":"Yes."}',
    read: 'qa 1',
  },
  {
    name: "Python's NaN in a further key of a row",
    file: 'a.jsonl',
    text: '{"question":"Go?","answer":"Yes.","score":NaN}\n{"question":"Stay?","answer":"No.","score":1}',
    read: 'qa 1',
    told: ['invalid-value@1'],
  },
  {
    name: "Python's NaN and Infinity in all rows",
    file: 'a.json',
    text: '[{"question":"NaN?","answer":"Yes.","score":NaN}, {"question":"Stay?","answer":"No.","score":-Infinity}]',
    read: 'convert qa 2',
    told: ['invalid-value@1', 'invalid-value@1'],
    first: ['NaN?', 'Yes.'],
  },
  {
    name: 'a made-up password whose example says so',
    file: 'a.jsonl',
    text: lines({
      question: 'A password?',
      answer: 'Take rT8$jLpZ as the password: rT8$jLpZ.',
      'sft-ignore': 'personal-data',
    }),
    read: 'qa 1',
  },
];

/** One meaning, other spellings. */
const CONVERSATIONS: readonly Input[] = [
  {
    name: 'content as typed parts, two in one turn',
    file: 'a.jsonl',
    text: lines({
      messages: [
        user([
          { type: 'text', text: 'Where?' },
          { type: 'text', text: 'And when?' },
        ]),
        assistant([{ type: 'text', text: 'Here.' }]),
      ],
    }),
    read: 'messages 1',
    first: ['Where?\nAnd when?', 'Here.'],
  },
  {
    name: 'parts of the Responses API',
    file: 'a.jsonl',
    text: lines({
      messages: [user([{ type: 'input_text', text: 'Where?' }]), assistant([{ type: 'output_text', text: 'Here.' }])],
    }),
    read: 'messages 1',
    first: ['Where?', 'Here.'],
  },
  {
    name: 'a list of plain texts as content',
    file: 'a.jsonl',
    text: lines({ messages: [user(['Where?']), assistant('Here.')] }),
    read: 'messages 1',
    first: ['Where?', 'Here.'],
  },
  {
    name: 'a picture among the parts',
    file: 'a.jsonl',
    text: lines({
      messages: [
        user([
          { type: 'text', text: 'What?' },
          { type: 'image_url', image_url: { url: 'a.png' } },
        ]),
        assistant('A cat.'),
      ],
    }),
    read: '-',
    told: ['wrong-type@1'],
  },
  {
    name: 'an empty list of parts',
    file: 'a.jsonl',
    text: lines({ messages: [user([]), assistant('A cat.')] }),
    read: '-',
    told: ['wrong-type@1'],
  },
  {
    name: "Bedrock's system and parts",
    file: 'a.jsonl',
    text: lines({
      schemaVersion: 'bedrock-conversation-2024',
      system: [{ text: 'Be brief.' }],
      messages: [user([{ text: 'Where?' }]), assistant([{ text: 'Here.' }])],
    }),
    read: 'messages 1',
    first: ['system: Be brief.', 'Where?', 'Here.'],
  },
  {
    name: 'prompt and completion as lists of messages',
    file: 'a.jsonl',
    text: lines({
      prompt: [{ role: 'system', content: 'Be brief.' }, user('Where?')],
      completion: [assistant('Here.')],
    }),
    read: 'messages 1',
    first: ['system: Be brief.', 'Where?', 'Here.'],
  },
  {
    name: 'a prompt of messages with a completion of text',
    file: 'a.jsonl',
    text: lines({ prompt: [user('Where?')], completion: 'Here.' }),
    read: 'messages 1',
    first: ['Where?', 'Here.'],
  },
  {
    name: 'conversations with role and content',
    file: 'a.jsonl',
    text: lines({ conversations: CHAT }),
    read: 'messages 1',
    first: ['Where?', 'Here.'],
  },
  {
    name: 'messages with from and value',
    file: 'a.jsonl',
    text: lines({
      messages: [
        { from: 'human', value: 'Where?' },
        { from: 'gpt', value: 'Here.' },
      ],
    }),
    read: 'sharegpt 1',
    first: ['Where?', 'Here.'],
  },
  {
    name: 'one conversation under "conversation"',
    file: 'a.jsonl',
    text: lines({ conversation: CHAT }),
    read: 'messages 1',
  },
  {
    name: 'messages of human and ai',
    file: 'a.jsonl',
    text: lines({
      messages: [
        { role: 'human', content: 'Where?' },
        { role: 'ai', content: 'Here.' },
      ],
    }),
    read: 'messages 1',
    first: ['Where?', 'Here.'],
  },
  {
    name: "Claude's export of a chat",
    file: 'a.json',
    text: JSON.stringify([
      {
        uuid: 'x',
        name: 'n',
        chat_messages: [
          { sender: 'human', text: 'Where?' },
          { sender: 'assistant', text: 'Here.' },
        ],
      },
    ]),
    read: 'messages 1',
    first: ['Where?', 'Here.'],
  },
  {
    name: 'null for tool calls that an export has not',
    file: 'a.jsonl',
    text: lines({ messages: [user('Where?'), { role: 'assistant', content: 'Here.', tool_calls: null }] }),
    read: 'messages 1',
  },
  {
    name: "a blank turn of Gemini's, at its own place",
    file: 'a.jsonl',
    text: lines({
      contents: [
        { role: 'user', parts: [{ text: '' }] },
        { role: 'model', parts: [{ text: 'Here.' }] },
      ],
    }),
    read: '-',
    told: ['blank-text@1'],
  },
];

/** Tables. */
const TABLES: readonly Input[] = [
  {
    name: 'a title with quotes in a TSV',
    file: 'a.tsv',
    text: 'question\tanswer\nWhich?\t"Arrow of God"',
    read: 'qa 1',
    first: ['Which?', '"Arrow of God"'],
  },
  {
    name: 'one quote at the start of a TSV cell',
    file: 'a.tsv',
    text: 'question\tanswer\na?\t"No\nb?\t6"\nc?\tAda',
    read: 'qa 3',
    first: ['a?', '"No'],
  },
  {
    name: 'a quote in the first cell of a TSV',
    file: 'a.tsv',
    text: 'question\tanswer\n"Go" means?\tLeave\nb?\tc',
    read: 'qa 2',
    first: ['"Go" means?', 'Leave'],
  },
  {
    name: "pandas' doubled quotes in a TSV",
    file: 'a.tsv',
    text: 'question\tanswer\na?\t"say ""go"""\n',
    read: 'qa 1',
    first: ['a?', 'say "go"'],
  },
  {
    name: "pandas' line end in a TSV",
    file: 'a.tsv',
    text: 'question\tanswer\na?\t"b\nc"\nd?\te\n',
    read: 'qa 2',
    first: ['a?', 'b\nc'],
  },
  { name: 'a table named .tab', file: 'a.tab', text: 'question\tanswer\na?\tb\n', read: 'qa 1' },
  {
    name: 'tabs in a .csv, with quotes that are text',
    file: 'a.csv',
    text: 'question\tanswer\na?\t"b"\n',
    read: 'qa 1',
    first: ['a?', '"b"'],
  },
  {
    name: 'rows swallowed by a quote in a CSV',
    file: 'a.csv',
    text: 'question,answer\na?,"No\nb?,6"\nc?,d',
    read: 'qa 2',
    told: ['csv-columns@2'],
  },
  {
    name: 'an answer of two lines in a CSV',
    file: 'a.csv',
    text: 'question,answer\na?,"First, go.\nThen stay."\n',
    read: 'qa 1',
  },
  { name: "pandas' index", file: 'a.csv', text: ',question,answer\n0,a?,b\n', read: 'qa 1', told: ['csv-header@1'] },
  {
    name: "pandas' index read and written again",
    file: 'a.csv',
    text: 'Unnamed: 0,question,answer\n0,a?,b\n',
    read: 'qa 1',
  },
  {
    name: 'columns of nothing behind',
    file: 'a.csv',
    text: 'question,answer,,,\na?,b,,,\n',
    read: 'qa 1',
    told: ['csv-header@1'],
  },
  {
    name: 'rows of nothing at the end',
    file: 'a.csv',
    text: 'question,answer\na?,b\n,\n,\n',
    read: 'qa 1',
    told: ['csv-columns@3'],
  },
  { name: "Excel's sep line with a comma", file: 'a.csv', text: 'sep=,\nquestion,answer\na?,b\n', read: 'qa 1' },
  { name: "Excel's sep line with a tab", file: 'a.csv', text: 'sep=\t\nquestion\tanswer\na?\tb\n', read: 'qa 1' },
  {
    name: 'two tables joined',
    file: 'a.csv',
    text: '\ufeffquestion,answer\na?,b\n\ufeffquestion,answer\nc?,d\n',
    read: 'qa 2',
    told: ['csv-header@3'],
  },
  { name: 'a header in capitals', file: 'a.csv', text: 'QUESTION,Answer\na?,b\n', read: 'qa 1' },
  {
    name: 'a row with too many cells',
    file: 'a.csv',
    text: 'question,answer\na?,b,c\nd?,e\n',
    read: 'qa 1',
    told: ['csv-columns@2'],
  },
  {
    name: 'Alpaca with empty inputs, as a spreadsheet pads it',
    file: 'a.csv',
    text: 'instruction;input;output;\na;;b;\n',
    read: 'alpaca 1',
    told: ['csv-header@1'],
  },
];

/** Messages that mislead. */
const NAMES: readonly Input[] = [
  { name: 'Q and A', file: 'a.json', text: JSON.stringify([{ Q: 'a?', A: 'b' }]), read: '-', told: ['missing-key@1'] },
  {
    name: 'names that nothing is near to',
    file: 'a.json',
    text: JSON.stringify([{ message_id: '1', body: 'x' }]),
    read: '-',
    told: ['missing-key@1'],
  },
  {
    name: 'a slip in a key',
    file: 'a.json',
    text: JSON.stringify([{ question: 'a?', anser: 'b' }]),
    read: '-',
    told: ['misspelt-key@1'],
  },
  {
    name: 'two slips in a long key',
    file: 'a.json',
    text: JSON.stringify([{ instructon: 'a?', output: 'b' }]),
    read: '-',
    told: ['misspelt-key@1'],
  },
  {
    name: 'a further key of another word',
    file: 'a.json',
    text: JSON.stringify([{ question: 'a?', answer: 'b', agent: 'c', urgency: 'd' }]),
    read: 'qa 1',
  },
];

/** Exports of other tools, example by example. */
const EXPORTS: readonly Input[] = [
  {
    name: "Gemini's contents with snake case and a plain instruction",
    file: 'a.jsonl',
    text: lines({
      system_instruction: { parts: [{ text: 'Be brief.' }] },
      contents: [
        { role: 'user', parts: [{ text: 'Where?' }] },
        { role: 'model', parts: [{ text: 'Here.' }, { text: 'And there.' }] },
      ],
    }),
    read: 'messages 1',
    told: ['other-format@1'],
    first: ['system: Be brief.', 'Where?', 'Here.\nAnd there.'],
  },
  {
    name: 'a pair of texts with a prompt',
    file: 'a.jsonl',
    text: lines({ prompt: 'Go?', chosen: 'Yes.', rejected: 'No.' }),
    read: 'messages 1',
    told: ['other-format@1'],
    first: ['Go?', 'Yes.'],
  },
  {
    name: 'a pair of conversations',
    file: 'a.jsonl',
    text: lines({ chosen: CHAT, rejected: [user('Where?'), assistant('No.')], score_chosen: 8 }),
    read: 'messages 1',
    told: ['other-format@1'],
    first: ['Where?', 'Here.'],
  },
  {
    name: 'a pair with system and question (Orca)',
    file: 'a.jsonl',
    text: lines({ system: 'Be brief.', question: 'Go?', chosen: 'Yes.', rejected: 'No.' }),
    read: 'messages 1',
    told: ['other-format@1'],
    first: ['system: Be brief.', 'Go?', 'Yes.'],
  },
  {
    name: 'a pair of transcripts (HH)',
    file: 'a.jsonl',
    text: lines({ chosen: '\n\nHuman: Go?\n\nAssistant: Yes.', rejected: '\n\nHuman: Go?\n\nAssistant: No.' }),
    read: 'messages 1',
    told: ['other-format@1'],
    first: ['Go?', 'Yes.'],
  },
  {
    name: "LLaMA-Factory's pair with turns before it",
    file: 'a.jsonl',
    text: lines({
      conversations: [{ from: 'human', value: 'Go?' }],
      chosen: { from: 'gpt', value: 'Yes.' },
      rejected: { from: 'gpt', value: 'No.' },
    }),
    read: 'messages 1',
    told: ['other-format@1'],
    first: ['Go?', 'Yes.'],
  },
  ...(
    [
      [
        'ChatML',
        '<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nGo?<|im_end|>\n<|im_start|>assistant\nYes.<|im_end|>\n',
        true,
      ],
      ['Llama 2', '<s>[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\nGo? [/INST] Yes. </s>', true],
      ['Mistral, two rounds', '<s>[INST] a? [/INST] b </s><s>[INST] Go? [/INST] Yes.</s>', false],
      [
        'Llama 3',
        '<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nGo?<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nYes.<|eot_id|>',
        true,
      ],
      ['Gemma', '<bos><start_of_turn>user\nGo?<end_of_turn>\n<start_of_turn>model\nYes.<end_of_turn>\n', false],
      ['Zephyr', '<|system|>\nBe brief.</s>\n<|user|>\nGo?</s>\n<|assistant|>\nYes.</s>', true],
      ['Vicuna', 'Be brief. USER: Go? ASSISTANT: Yes.</s>', true],
      [
        'Alpaca',
        'Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n### Instruction:\nGo?\n\n### Response:\nYes.',
        false,
      ],
      ['Guanaco', '### Human: Go?### Assistant: Yes.', false],
      ['Question and Answer', 'Question: Go?\nAnswer: Yes.', false],
    ] as const
  ).map(([name, text, system]): Input => ({
    name: `text by the template of ${name}`,
    file: 'a.jsonl',
    text: lines({ text }),
    read: 'messages 1',
    told: ['other-format@1'],
    first: [
      ...(system ? ['system: Be brief.'] : []),
      ...(name.startsWith('Mistral') ? ['user: a?', 'assistant: b'] : []),
      'Go?',
      'Yes.',
    ],
  })),
  {
    name: "the viewer's rows, taken out of their file",
    file: 'a.jsonl',
    text: lines({ row_idx: 0, row: ROWS[0], truncated_cells: [] }),
    read: 'qa 1',
    told: ['other-format@1'],
    first: ['Where?', 'Here.'],
  },
  {
    name: 'text without a prompt, 3 rows',
    file: 'a.jsonl',
    text: lines({ text: 'Once.' }, { text: 'Twice.' }, { text: 'Thrice.' }),
    read: '-',
    told: ['other-format@1'],
  },
  {
    name: 'texts with labels',
    file: 'a.jsonl',
    text: lines({ text: 'Good.', label: ['positive'] }, { text: 'Bad.', label: [] }),
    read: '-',
    told: ['other-format@1'],
  },
  {
    name: "Prodigy's tasks",
    file: 'a.jsonl',
    text: lines({ text: 'x', _input_hash: 1, _task_hash: 2, answer: 'accept' }),
    read: '-',
    told: ['other-format@1'],
  },
  {
    name: 'token ids',
    file: 'a.jsonl',
    text: lines({ input_ids: [1, 2], labels: [1, 2] }),
    read: '-',
    told: ['other-format@1'],
  },
];

const SQUAD = {
  version: 'v2.0',
  data: [
    {
      title: 'x',
      paragraphs: [
        {
          context: 'C.',
          qas: [
            { id: '1', question: 'Where?', is_impossible: false, answers: [{ text: 'Here.', answer_start: 0 }] },
            { id: '2', question: 'Who?', is_impossible: true, answers: [] },
          ],
        },
      ],
    },
  ],
};

/** Files that hold no list of examples. */
const WHOLE: readonly Input[] = [
  {
    name: 'SQuAD',
    file: 'a.json',
    text: JSON.stringify(SQUAD),
    read: 'convert qa 1',
    told: ['top-level@1'],
    first: ['Where?\n\nC.', 'Here.'],
  },
  {
    name: 'SQuAD in one line of JSONL',
    file: 'a.jsonl',
    text: JSON.stringify(SQUAD),
    read: 'convert qa 1',
    told: ['other-format@1'],
  },
  {
    name: "the dataset viewer's file",
    file: 'a.json',
    text: JSON.stringify({ features: [], rows: ROWS.map((row, row_idx) => ({ row_idx, row })), num_rows_total: 2 }),
    read: 'convert qa 2',
    told: ['top-level@1'],
  },
  {
    name: 'a list under "data"',
    file: 'a.json',
    text: JSON.stringify({ version: 1, data: ROWS }),
    read: 'convert qa 2',
    told: ['top-level@1'],
  },
  {
    name: 'train and test in one object',
    file: 'a.json',
    text: JSON.stringify({ test: ROWS, train: ROWS }),
    read: 'convert qa 2',
    told: ['top-level@1'],
  },
  {
    name: "pandas' to_json",
    file: 'a.json',
    text: JSON.stringify({ question: { 0: 'Where?', 1: 'When?' }, answer: { 0: 'Here.', 1: 'Now.' } }),
    read: 'convert qa 2',
    told: ['top-level@1'],
    first: ['Where?', 'Here.'],
  },
  {
    name: "pandas' orient='index'",
    file: 'a.json',
    text: JSON.stringify({ 0: ROWS[0], 1: ROWS[1] }),
    read: 'convert qa 2',
    told: ['top-level@1'],
  },
  {
    name: "pandas' orient='split'",
    file: 'a.json',
    text: JSON.stringify({ columns: ['question', 'answer'], index: [0], data: [['Where?', 'Here.']] }),
    read: 'convert qa 1',
    told: ['top-level@1'],
  },
  {
    name: "pandas' orient='table'",
    file: 'a.json',
    text: JSON.stringify({ schema: { fields: [] }, data: [{ index: 0, ...ROWS[0] }] }),
    read: 'convert qa 1',
    told: ['top-level@1'],
  },
  {
    name: "pandas' orient='values'",
    file: 'a.json',
    text: JSON.stringify([['Where?', 'Here.']]),
    read: 'convert qa 1',
    told: ['other-format@1'],
    first: ['Where?', 'Here.'],
  },
  {
    name: 'columns as lists',
    file: 'a.json',
    text: JSON.stringify({ prompt: ['Where?', 'When?'], completion: ['Here.', 'Now.'] }),
    read: 'convert prompt-completion 2',
    told: ['top-level@1'],
  },
  {
    name: 'columns of our own names as lists',
    file: 'a.json',
    text: JSON.stringify({ question: ['Where?', 'When?'], answer: ['Here.', 'Now.'], agency: ['a', 'b'] }),
    read: 'convert qa 2',
    told: ['top-level@1'],
    first: ['Where?', 'Here.'],
  },
  {
    name: 'examples under the key of turns',
    file: 'a.json',
    text: JSON.stringify({ conversations: [{ messages: CHAT }, { messages: CHAT }], version: 1 }),
    read: 'convert messages 2',
    told: ['top-level@1'],
    first: ['Where?', 'Here.'],
  },
  {
    name: 'one column of lists of turns',
    file: 'a.json',
    text: JSON.stringify({ messages: [CHAT, CHAT] }),
    read: 'convert messages 2',
    told: ['top-level@1'],
    first: ['Where?', 'Here.'],
  },
  {
    name: 'lists of turns, one a line',
    file: 'a.jsonl',
    text: lines(CHAT, CHAT),
    read: 'convert messages 2',
    told: ['other-format@1'],
    first: ['Where?', 'Here.'],
  },
  {
    name: 'a list of lists of turns',
    file: 'a.json',
    text: JSON.stringify([CHAT, CHAT]),
    read: 'convert messages 2',
    told: ['wrong-bracket@1', 'other-format@1'],
    first: ['Where?', 'Here.'],
  },
  {
    name: 'one list of turns',
    file: 'a.json',
    text: JSON.stringify(CHAT),
    read: 'convert messages 1',
    told: ['other-format@1'],
    first: ['Where?', 'Here.'],
  },
  {
    name: 'one conversation with its functions, as many as it has turns',
    file: 'a.json',
    text: JSON.stringify({ messages: CHAT, tools: [{ name: 'a' }, { name: 'b' }] }),
    read: '-',
    told: ['top-level@1'],
  },
  {
    name: 'prompt and response as columns, as in JSON',
    file: 'a.csv',
    text: 'prompt,Response\nWhere?,Here.\nWhen?,\n',
    read: 'prompt-completion 1',
    told: ['blank-text@3'],
    first: ['Where?', 'Here.'],
  },
  {
    name: 'Dolly as a table',
    file: 'a.csv',
    text: 'instruction,context,response,category\nWhen?,In May.,May.,closed_qa\n',
    read: 'alpaca 1',
    first: ['When?\n\nIn May.', 'May.'],
  },
  {
    name: 'preference pairs as a table',
    file: 'a.csv',
    text: 'prompt,chosen,rejected\nWhere?,Here.,There.\n',
    read: 'messages 1',
    told: ['other-format@2'],
    first: ['Where?', 'Here.'],
  },
  {
    name: 'choices that nobody would see',
    file: 'a.jsonl',
    text: lines({ question: 'Which?', options: { A: 'x', B: 'y' }, answer: 'A' }),
    read: 'qa 1',
    told: ['unused-key@1'],
  },
  {
    name: 'marks of turns at an example',
    file: 'a.jsonl',
    text: lines(
      { question: 'Where?', answer: 'Here.', weight: 0 },
      { question: 'When?', answer: 'Now.', train: false },
    ),
    read: 'qa 2',
    told: ['unused-key@1', 'unused-key@2'],
  },
  {
    name: 'an object of requests and answers, which is no table',
    file: 'a.json',
    text: JSON.stringify({ request: { messages: CHAT }, response: { choices: [] } }),
    read: '-',
    told: ['top-level@1'],
  },
  {
    name: 'questions as keys',
    file: 'a.json',
    text: JSON.stringify({ 'Where is it?': 'Here.', 'When is it?': 'Now.' }),
    read: 'convert qa 2',
    told: ['top-level@1'],
  },
  {
    name: 'intents of a chat bot',
    file: 'a.json',
    text: JSON.stringify({ intents: [{ tag: 'hi', patterns: ['Hello', 'Hi'], responses: ['Good day.', 'Hey.'] }] }),
    read: 'convert qa 2',
    told: ['top-level@1'],
    first: ['Hello', 'Good day.'],
  },
  {
    name: "OpenAssistant's tree",
    file: 'a.jsonl',
    text: lines(
      { message_id: 'a', parent_id: null, text: 'Hello', role: 'prompter' },
      { message_id: 'b', parent_id: 'a', text: 'Hi', role: 'assistant' },
      { message_id: 'c', parent_id: 'a', text: 'Good day', role: 'assistant' },
      { message_id: 'd', parent_id: 'b', text: 'Bye', role: 'prompter' },
    ),
    read: 'convert messages 2',
    told: ['other-format@1'],
  },
  {
    name: "ChatGPT's export",
    file: 'a.json',
    text: JSON.stringify([
      {
        title: 't',
        mapping: {
          r: { id: 'r', message: null, parent: null },
          a: {
            id: 'a',
            parent: 'r',
            message: { author: { role: 'user' }, content: { content_type: 'text', parts: ['Where?'] } },
          },
          b: {
            id: 'b',
            parent: 'a',
            message: { author: { role: 'assistant' }, content: { content_type: 'text', parts: ['Here.'] } },
          },
        },
      },
    ]),
    read: 'convert messages 1',
    told: ['other-format@1'],
    first: ['Where?', 'Here.'],
  },
  {
    name: "Label Studio's tasks",
    file: 'a.json',
    text: JSON.stringify([
      {
        id: 1,
        data: { text: 'Where?' },
        annotations: [{ result: [{ type: 'textarea', value: { text: ['Here.'] } }] }],
      },
    ]),
    read: 'convert qa 1',
    told: ['other-format@1'],
    first: ['Where?', 'Here.'],
  },
  {
    name: "Argilla's records",
    file: 'a.json',
    text: JSON.stringify([
      { fields: { prompt: 'Where?' }, responses: { reply: [{ value: 'Here.', status: 'submitted' }] } },
    ]),
    read: 'convert qa 1',
    told: ['other-format@1'],
    first: ['Where?', 'Here.'],
  },
  {
    name: "Anki's notes as text",
    file: 'a.txt',
    text: '#separator:tab\n#html:true\n#tags column:3\nWhere?\tHere.<br>There.\tx\n"a ""b"""\tc\t\n',
    read: 'convert qa 2',
    told: ['other-format@1'],
    first: ['Where?', 'Here.\nThere.'],
  },
  {
    name: "Anki's notes in a .csv",
    file: 'a.csv',
    text: '#separator:Comma\nWhere?,"Here, there"\n',
    read: 'convert qa 1',
    told: ['other-format@1'],
    first: ['Where?', 'Here, there'],
  },
  {
    name: 'splits within an object',
    file: 'a.json',
    text: JSON.stringify({ version: 2, data: { train: ROWS, test: ROWS.slice(1) } }),
    read: 'convert qa 2',
    told: ['top-level@1'],
    first: ['Where?', 'Here.'],
  },
  {
    name: 'two files with byte-order marks, one after the other',
    file: 'a.jsonl',
    text: ROWS.map((row) => `\uFEFF${JSON.stringify(row)}\r\n`).join(''),
    read: 'qa 2',
    told: ['unexpected-text@2'],
    first: ['Where?', 'Here.'],
  },
  {
    name: 'marks of turns that are no marks',
    file: 'a.jsonl',
    text: lines(
      { messages: [user('Where?'), { ...assistant('Here.'), weight: '0' }] },
      { messages: [user('When?'), { ...assistant('Now.'), train: 'false' }] },
      { messages: [user('Why?'), { ...assistant('So.'), train: true, weight: null }] },
    ),
    read: 'messages 3',
    told: ['unused-key@1', 'unused-key@2'],
    first: ['Where?', 'Here.'],
  },
  {
    name: 'a package.json',
    file: 'a.json',
    text: JSON.stringify({ name: 'x', version: '1.0.0', scripts: { test: 'x' } }),
    read: '-',
    told: ['top-level@1'],
  },
];

export const INPUTS: readonly Input[] = [
  ...KEYS,
  ...VALUES,
  ...CONVERSATIONS,
  ...TABLES,
  ...NAMES,
  ...EXPORTS,
  ...WHOLE,
  ...TOOLS,
];
