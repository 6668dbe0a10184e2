import { categoryField, OUR_COLUMNS, type Columns } from '../columns';
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

/** @param value an example, by our names, that schema and turn order of its kind accept */
export function adaptExample(
  kind: DatasetKind,
  value: Readonly<Record<string, unknown>>,
  columns: Columns = OUR_COLUMNS,
): AdaptedExample {
  const agency = categoryOf(value, columns);
  if (kind === 'qa' && !QA_CONTEXT.some((key) => key in value)) {
    const texts = onlyTexts(value);
    // Without `category` the field stands there already.
    if (columns.category === undefined) return { value: texts };
    const own: QaExample = { ...texts };
    delete own.agency;
    return { value: { ...own, ...agency } };
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

/** What the example is grouped by, under the name that the tools have for it. */
function categoryOf(value: Readonly<Record<string, unknown>>, columns: Columns): Pick<QaExample, 'agency'> {
  const found = value[categoryField(columns)];
  if (typeof found === 'string') return { agency: found };
  return columns.category !== undefined && (typeof found === 'number' || typeof found === 'boolean')
    ? { agency: String(found) }
    : {};
}
