import type { ExampleMessage, QaExample } from '../example';
import { conversationOf } from './conversation';
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
  if (kind === 'qa' && !QA_CONTEXT.some((key) => key in value)) return { value: onlyTexts(value) };
  const agency = typeof value['agency'] === 'string' ? { agency: value['agency'] } : {};
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

const QA_CONTEXT = ['context', 'system', 'history'];

/** Further keys that hold no text are nobody's but the file's. */
function onlyTexts(value: Readonly<Record<string, unknown>>): QaExample {
  for (const key in value) {
    if (typeof value[key] === 'string') continue;
    return Object.fromEntries(
      Object.entries(value).filter(([, item]) => typeof item === 'string'),
    ) as unknown as QaExample;
  }
  return value as QaExample;
}
