import { categoryField, OUR_COLUMNS, type Columns } from '../columns';
import type { ExampleMessage, QaExample, ToolUse } from '../example';
import { conversationOf } from './conversation';
import type { DatasetKind } from './kind';
import { callText, isToolMessage, toolsOf } from './tool-calls';
import { lastLearnt, messageOf } from './turn-use';

/** An example of any kind as everything but the reading uses it. */
export interface AdaptedExample extends ToolUse {
  readonly value: QaExample;
  /** What stands before the question: the system message and earlier turns. Absent where there is nothing. */
  readonly history?: readonly ExampleMessage[];
  /** Of the answer, where they are written beside it. */
  readonly thoughts?: string;
}

/**
 * @param value an example, by our names, that schema and turn order of its kind accept
 * @param exact the same with numbers as they are written, where it has tools
 */
export function adaptExample(
  kind: DatasetKind,
  value: Readonly<Record<string, unknown>>,
  columns: Columns = OUR_COLUMNS,
  exact = value,
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
  const all = messagesIn(kind, value, exact);
  const turns = all.slice(0, lastLearnt(all) + 1);
  const asked = turns.findLastIndex(({ role }) => role === 'user');
  const { content, thoughts, calls = [] } = turns.at(-1)!;
  const answer = content.trim() === '' ? calls.map(callText).join('\n') : content;
  const tools = kind === 'messages' || kind === 'sharegpt' ? toolsOf(exact) : undefined;
  return {
    value: { question: turns[asked]!.content, answer, ...agency },
    ...(asked === 0 ? {} : { history: turns.slice(0, asked) }),
    ...(thoughts === undefined ? {} : { thoughts }),
    ...(tools === undefined ? {} : { tools }),
    ...(turns.some(isToolMessage) ? { turns } : {}),
  };
}

function messagesIn(
  kind: DatasetKind,
  value: Readonly<Record<string, unknown>>,
  exact: Readonly<Record<string, unknown>>,
): readonly ExampleMessage[] {
  const { turns } = conversationOf(kind, value);
  if (exact === value) return turns.map(messageOf);
  const written = conversationOf(kind, exact).turns;
  return turns.map((turn, at) => {
    const calls = written[at]?.calls;
    return messageOf(calls === undefined ? turn : { ...turn, calls });
  });
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
