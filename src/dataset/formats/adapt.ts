import type { ExampleMessage, QaExample } from '../example';
import { alpacaQuestion, conversationOf } from './conversation';
import type { DatasetKind } from './kind';
import { lastLearnt, messageOf } from './turn-use';

/** An example of any kind as everything but the reading uses it. */
export interface AdaptedExample {
  readonly value: QaExample;
  /** What stands before the question: the system message and earlier turns. Absent where there is nothing. */
  readonly history?: readonly ExampleMessage[];
  /** Of the answer, where they are written beside it. */
  readonly thoughts?: string;
}

/** @param value an example that schema and turn order of its kind accept */
export function adaptExample(kind: DatasetKind, value: Readonly<Record<string, unknown>>): AdaptedExample {
  if (kind === 'qa') return { value: value as QaExample };
  const agency = typeof value['agency'] === 'string' ? { agency: value['agency'] } : {};
  if (kind === 'prompt-completion') {
    return { value: { question: String(value['prompt']), answer: String(value['completion']), ...agency } };
  }
  if (kind === 'alpaca' && (value['system'] === undefined || value['system'] === '')) {
    const question = alpacaQuestion(String(value['instruction']), value['input']);
    return { value: { question, answer: String(value['output']), ...agency } };
  }
  const all = conversationOf(kind, value).turns.map(messageOf);
  const turns = all.slice(0, lastLearnt(all) + 1);
  const [asked, answered] = turns.slice(-2);
  const adapted = { question: asked!.content, answer: answered!.content, ...agency };
  return {
    value: adapted,
    ...(turns.length === 2 ? {} : { history: turns.slice(0, -2) }),
    ...(answered!.thoughts === undefined ? {} : { thoughts: answered!.thoughts }),
  };
}
