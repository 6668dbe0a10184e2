import { countOf } from '../base/count-of';
import type { ChatTokenizer } from '../text/chat-tokenizer';
import {
  joinedText,
  JOINED_REMEDY,
  LEFT_OUT_REMEDY,
  type LengthSummary,
  type TokenLength,
} from '../text/token-lengths';
import type { Terminal } from './verb';

/** So many places are listed before the rest is only counted. */
const LISTED = 20;

export interface CountedExample extends TokenLength {
  readonly index: number;
  /** 1-based line of the file. */
  readonly line: number;
}

/** An example in the output of --json. */
export function written({ trainedAnswers, problem, ...example }: CountedExample): object {
  return { ...example, trained_answers: trainedAnswers, ...(problem === undefined ? {} : { problem }) };
}

export function countReport(
  file: string,
  maxSeqLength: number,
  examples: readonly CountedExample[],
  summary: LengthSummary,
): readonly string[] {
  const truncated = examples.filter((example) => example.truncated > 0);
  const lost = truncated.filter((example) => example.trained === 0);
  const sum = (pick: (example: CountedExample) => number): number => examples.reduce((all, one) => all + pick(one), 0);
  const answers = sum((example) => example.answers);
  const trained = sum((example) => example.trainedAnswers);
  const rows: readonly (readonly [string, number, string?])[] = [
    ['examples', examples.length],
    ['tokens', summary.total],
    ['  trained', sum((example) => example.trained), 'answers and their end-of-turn tokens, after truncation'],
    ['  cut off', sum((example) => example.truncated), `beyond ${number(maxSeqLength)} tokens per example`],
    ['p50', summary.p50, 'half of the examples are no longer than this'],
    ['p95', summary.p95, '95% of the examples are no longer than this'],
    ['max', summary.max],
    ['truncated', truncated.length, 'examples'],
    ['answer lost', lost.length, 'examples'],
    ...(answers === examples.length && answers === trained
      ? []
      : ([
          ['answers', answers, 'turns of the assistant'],
          ['  trained', trained, 'the others are context: train_on, weight and train decide which'],
        ] as const)),
  ];
  const width = Math.max(...rows.map(([, value]) => number(value).length));
  const table = rows.map(([name, value, note = '']) =>
    `${name.padEnd(12)} ${number(value).padStart(width)}  ${note}`.trimEnd(),
  );
  const worst = [...lost, ...truncated.filter((example) => example.trained > 0)];
  const places = worst.slice(0, LISTED).map((example) => {
    const what =
      example.trained === 0 ? 'the answer is lost entirely' : `${countOf(example.trained, 'token')} of the answer left`;
    return `${file}:${example.line} ${countOf(example.tokens, 'token')}, ${number(example.truncated)} cut off: ${what}`;
  });
  if (worst.length > LISTED) places.push(`and ${number(worst.length - LISTED)} more`);
  return [...table, ...(places.length === 0 ? [] : ['', ...places])];
}

/** Logs what keeps examples from being trained as they are asked. @returns whether something of it is an error */
export function sayProblems(
  file: string,
  examples: readonly CountedExample[],
  chat: ChatTokenizer,
  terminal: Terminal,
): boolean {
  const refused = examples.filter(({ problem }) => problem?.kind === 'refused');
  const tools = examples.filter(({ problem }) => problem?.kind === 'tools');
  const joined = examples.filter(({ problem }) => problem?.kind === 'joined');
  const dropped = examples.filter(({ problem }) => problem?.kind === 'dropped');
  const cut = examples.filter(({ problem }) => problem?.kind === 'left-out');
  const lost = examples.filter((example) => example.truncated > 0 && example.trained === 0);
  for (const { line, problem } of refused.slice(0, LISTED)) {
    if (problem?.kind === 'refused') terminal.log(`${file}:${line} ${problem.reason}`);
  }
  if (refused.length > 0) {
    terminal.log(
      `${countOf(refused.length, 'example')} refused by the chat template ${chat.template.file} (lines ${lines(refused)}) - change them, or use another model`,
    );
  }
  const [first] = joined;
  if (first?.problem?.kind === 'joined') {
    terminal.log(`${file}:${first.line} ${joinedText(first.problem)} (lines ${lines(joined)}) - ${JOINED_REMEDY}`);
  }
  if (dropped.length > 0) {
    const why = chat.asksForThoughts
      ? 'the chat template leaves them out - write them into the answers as <think>...</think>'
      : 'enable_thinking is false - set it to auto or true to train them';
    terminal.log(
      `the thoughts of ${countOf(dropped.length, 'example')} are not trained (lines ${lines(dropped)}): ${why}`,
    );
  }
  const [calling] = tools;
  if (calling?.problem?.kind === 'tools') {
    terminal.log(
      `${file}:${calling.line} ${calling.problem.reason} (${countOf(tools.length, 'example')}, lines ${lines(tools)})`,
    );
  }
  const [firstCut] = cut;
  if (firstCut?.problem?.kind === 'left-out') {
    terminal.log(
      `the chat template leaves out ${firstCut.problem.what} of ${countOf(cut.length, 'example')} (lines ${lines(cut)}) - ${LEFT_OUT_REMEDY}`,
    );
  }
  if (lost.length > 0) {
    terminal.log(
      `${countOf(lost.length, 'answer')} lost entirely - raise --max-seq-length, or shorten or delete these examples`,
    );
  }
  return refused.length + tools.length + joined.length + lost.length > 0;
}

function lines(examples: readonly CountedExample[]): string {
  const shown = examples.slice(0, LISTED).map(({ line }) => line);
  return `${shown.join(', ')}${examples.length > LISTED ? ', ...' : ''}`;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
