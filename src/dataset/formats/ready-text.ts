import type { ExampleMessage } from '../example';

/** A conversation that a chat template wrote as one text, taken apart again. */
export interface ReadyText {
  /** Of the template. */
  readonly name: string;
  readonly turns: readonly ExampleMessage[];
}

interface Template {
  readonly name: string;
  /** What begins a turn; its first group says who speaks. Global. */
  readonly mark: RegExp;
  /** What ends a turn. */
  readonly end: RegExp;
}

const END = /(?:<\/s>|<\|endoftext\|>|<\|end_of_text\|>|<eos>)\s*$/;
const BEGIN = /^\s*(?:<s>|<\|begin_of_text\|>|<bos>|<\|endoftext\|>)?\s*/;
/** Whole lines that these templates put before the first turn; they say nothing of the example. */
const ALPACA_PREAMBLE = /^Below is an instruction that describes a task[^\n]*\n\s*/;

const TEMPLATES: readonly Template[] = [
  { name: 'ChatML', mark: /<\|im_start\|>(\w+)\n?/g, end: /<\|im_end\|>\s*$/ },
  {
    name: 'Llama 3',
    mark: /<\|start_header_id\|>(\w+)<\|end_header_id\|>\s*/g,
    end: /<\|(?:eot_id|eom_id|end_of_text)\|>\s*$/,
  },
  { name: 'Gemma', mark: /<start_of_turn>(\w+)\n?/g, end: /<end_of_turn>\s*$/ },
  { name: 'Zephyr and Phi', mark: /<\|(system|user|assistant)\|>\s*/g, end: /(?:<\|end\|>|<\/s>|<\|endoftext\|>)\s*$/ },
  {
    name: 'headings',
    mark: /(?:^|\n)#{2,3} ?(System|Instruction|Input|Context|Response|Output|Question|Answer|Human|User|Assistant)\s*:?[ \t]*\n?/gi,
    end: END,
  },
  { name: 'Guanaco', mark: /### (Human|Assistant):[ \t]*/g, end: END },
  { name: 'Vicuna', mark: /(?:^|\s)(SYSTEM|USER|ASSISTANT):[ \t]*/g, end: END },
  { name: 'labels', mark: /(?:^|\n)[ \t]*(Human|User|Assistant|Question|Answer|Q|A):[ \t]*/g, end: END },
];

const ROLES: Readonly<Record<string, ExampleMessage['role'] | 'input'>> = {
  system: 'system',
  user: 'user',
  human: 'user',
  instruction: 'user',
  question: 'user',
  q: 'user',
  input: 'input',
  context: 'input',
  assistant: 'assistant',
  model: 'assistant',
  response: 'assistant',
  output: 'assistant',
  answer: 'assistant',
  a: 'assistant',
};

/** The turns of a text that a known template wrote, which must end with an answer to a question; undefined where there are none. */
export function readyTurns(text: string): ReadyText | undefined {
  const inst = text.includes('[INST]') ? instTurns(text) : undefined;
  if (inst !== undefined) return { name: 'Llama 2 and Mistral', turns: inst };
  for (const { name, mark, end } of TEMPLATES) {
    if (text.search(mark) === -1) continue;
    const turns = markedTurns(text, mark, end);
    if (turns !== undefined) return { name, turns };
  }
  return undefined;
}

function markedTurns(text: string, mark: RegExp, end: RegExp): readonly ExampleMessage[] | undefined {
  const body = text.slice(BEGIN.exec(text)![0].length).replace(ALPACA_PREAMBLE, '');
  const marks = [...body.matchAll(mark)];
  const [first] = marks;
  if (first === undefined) return undefined;
  const turns: { role: ExampleMessage['role']; content: string }[] = [];
  const before = body.slice(0, first.index).trim();
  if (before !== '') turns.push({ role: 'system', content: before });
  for (const [at, match] of marks.entries()) {
    const speaker = match[1]!.toLowerCase();
    if (!Object.hasOwn(ROLES, speaker)) return undefined;
    const role = ROLES[speaker]!;
    const content = body.slice(match.index + match[0].length, marks[at + 1]?.index ?? body.length);
    const said = content.replace(END, '').trim().replace(end, '').trim();
    const last = turns.at(-1);
    if (role !== 'input') turns.push({ role, content: said });
    else if (last?.role !== 'user') return undefined;
    else if (said !== '') last.content = `${last.content}\n\n${said}`;
  }
  return whole(turns);
}

/** `<s>[INST] <<SYS>>…<</SYS>> question [/INST] answer </s>` again and again. */
function instTurns(text: string): readonly ExampleMessage[] | undefined {
  const turns: ExampleMessage[] = [];
  for (const [at, piece] of text.split('[INST]').entries()) {
    const said = piece.replace(/<s>\s*$/, '');
    if (at === 0) {
      if (said.replace(BEGIN, '').trim() !== '') return undefined;
      continue;
    }
    const close = said.indexOf('[/INST]');
    if (close === -1) return undefined;
    const [, system, question] = /^\s*(?:<<SYS>>([^]*?)<<\/SYS>>)?([^]*)$/.exec(said.slice(0, close))!;
    if (system !== undefined) turns.push({ role: 'system', content: system.trim() });
    const answer = said
      .slice(close + '[/INST]'.length)
      .replace(END, '')
      .trim();
    turns.push({ role: 'user', content: question!.trim() }, { role: 'assistant', content: answer });
  }
  return whole(turns);
}

/** The turns, where they say something and end with an answer to a question. */
function whole(turns: readonly ExampleMessage[]): readonly ExampleMessage[] | undefined {
  const [asked, answered] = turns.slice(-2);
  const ends = asked?.role === 'user' && answered?.role === 'assistant';
  return ends && turns.every(({ content }) => content !== '') ? turns : undefined;
}
