import { turnsOf } from '../conversation-reading';
import { isJsonObject, type JsonObject } from '../reading';
import type { WholeFile } from './whole';

interface Link {
  readonly parent: unknown;
  readonly message: JsonObject | undefined;
}

/** Conversations that are lists of turns and nothing else; or one such list. */
export function turnLists(value: unknown): WholeFile | undefined {
  const lists = turnsOf(value) === undefined ? (value as readonly unknown[]) : [value];
  const read = lists.map(turnsOf);
  if (read.length === 0 || read.includes(undefined)) return undefined;
  return { name: 'conversations as lists of turns', rows: read.map((one) => ({ messages: one!.turns })) };
}

/** Messages that name the one they reply to (OpenAssistant): each way from a first message to a last answer is a conversation. */
export function messageTree(value: unknown): WholeFile | undefined {
  const rows = (value as readonly unknown[]).filter(isJsonObject);
  if (rows.length === 0 || !rows.every((row) => 'message_id' in row && 'parent_id' in row && 'text' in row))
    return undefined;
  const links = new Map<unknown, Link>();
  for (const row of rows) {
    const role = row['role'] === 'prompter' ? 'user' : row['role'];
    links.set(row['message_id'], { parent: row['parent_id'], message: { role, content: row['text'] } });
  }
  return conversations('messages of a tree, each with the one it replies to (OpenAssistant)', [links]);
}

/** What ChatGPT exports of its conversations: of each the messages as a tree. */
export function chatGptExport(value: unknown): WholeFile | undefined {
  const rows = (value as readonly unknown[]).filter(isJsonObject);
  if (rows.length === 0 || !rows.every(({ mapping }) => isJsonObject(mapping))) return undefined;
  const trees = rows.map(({ mapping }) => {
    const links = new Map<unknown, Link>();
    for (const [id, node] of Object.entries(mapping as JsonObject)) {
      if (isJsonObject(node)) links.set(id, { parent: node['parent'], message: exported(node['message']) });
    }
    return links;
  });
  return conversations("ChatGPT's export of conversations", trees);
}

function exported(message: unknown): JsonObject | undefined {
  if (!isJsonObject(message) || !isJsonObject(message['author']) || !isJsonObject(message['content'])) return undefined;
  const { role } = message['author'];
  const { parts } = message['content'];
  const text = Array.isArray(parts) ? parts.filter((part) => typeof part === 'string').join('\n') : '';
  return text.trim() === '' || (role !== 'user' && role !== 'assistant') ? undefined : { role, content: text };
}

/** Intents of a chat bot: patterns that a person may write, and responses, of which the first is taken. */
export function intents(value: unknown): WholeFile | undefined {
  const list = isJsonObject(value) && Array.isArray(value['intents']) ? value['intents'].filter(isJsonObject) : [];
  const rows = list.flatMap(({ tag, patterns, responses }) => {
    const [answer] = Array.isArray(responses) ? (responses as unknown[]) : [];
    if (!Array.isArray(patterns) || answer === undefined) return [];
    return patterns.map((question: unknown): JsonObject => ({ question, answer, tag }));
  });
  return rows.length === 0
    ? undefined
    : { name: 'the intents of a chat bot', rows, leftOut: 'responses after the first of each intent' };
}

function conversations(name: string, trees: readonly ReadonlyMap<unknown, Link>[]): WholeFile {
  const rows: JsonObject[] = [];
  for (const links of trees) {
    const parents = new Set([...links.values()].map(({ parent }) => parent));
    for (const [id] of links) {
      if (!parents.has(id)) rows.push(...threadTo(id, links));
    }
  }
  return { name, rows };
}

/** The conversation that ends with a message, up to its last answer; none where nothing was answered. */
function threadTo(id: unknown, links: ReadonlyMap<unknown, Link>): JsonObject[] {
  const messages: JsonObject[] = [];
  const seen = new Set<unknown>();
  for (let at: unknown = id; links.has(at) && !seen.has(at); at = links.get(at)!.parent) {
    seen.add(at);
    const { message } = links.get(at)!;
    if (message !== undefined) messages.unshift(message);
  }
  while (messages.length > 0 && messages.at(-1)!['role'] !== 'assistant') messages.pop();
  return messages.length < 2 ? [] : [{ messages }];
}
