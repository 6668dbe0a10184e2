import type { Node } from 'jsonc-parser';
import { byOurNames, type Columns } from '../columns';
import { parseExactly } from '../json/exact-json';
import type { Report, RuleFinding } from '../rule';
import { TURN_KEYS } from './conversation';
import type { DatasetKind } from './kind';
import { nearestNode, type Path, type Places } from './places';
import { isJsonObject, type JsonObject } from './reading';
import { CALL_KEYS, callProblem, callsInText, isCallTurn, toolsProblem, writtenCalls } from './tool-calls';

const LISTS = ['messages', 'conversations', 'conversation', 'prompt', 'completion', 'contents'];

/** What is said of such a file, once: see {@link callsToolsInParts}. */
export const CALLS_IN_PARTS: RuleFinding = {
  rule: 'tool-turns',
  start: 0,
  end: 1,
  message:
    'this conversation, and others like it, calls tools in parts of its turns, which is not supported - write calls as "tool_calls" and results as turns with the role "tool", as OpenAI does, or delete these examples',
};

/** Whether a conversation calls tools as Gemini, Bedrock and Anthropic write it, in parts of a turn: that is not read. */
export function callsToolsInParts(value: unknown): boolean {
  return isJsonObject(value) && LISTS.some((list) => Array.isArray(value[list]) && value[list].some(callsInParts));
}

function callsInParts(turn: unknown): boolean {
  if (!isJsonObject(turn)) return false;
  const parts = turn['content'] ?? turn['parts'];
  return Array.isArray(parts) && parts.some((part) => isJsonObject(part) && isCallPart(part));
}

const PART_KEYS = ['functionCall', 'functionResponse', 'toolUse', 'toolResult', 'tool_use', 'tool_result'];

function isCallPart(part: JsonObject): boolean {
  const { type } = part;
  return type === 'tool_use' || type === 'tool_result' || PART_KEYS.some((key) => isJsonObject(part[key]));
}

/**
 * Whether the tools that an example lists and calls can be read; what cannot is an error `tool-turns` at its place.
 * @param value an example that its schema accepts
 * @param tree gives the example's JSON tree; asked for only where there is something to report
 */
export function checkTools(
  kind: DatasetKind,
  value: JsonObject,
  tree: () => Node,
  report: Report,
  places: Places,
): boolean {
  if (kind !== 'sharegpt' && kind !== 'messages') return true;
  let sound = true;
  const say = (path: Path, message: string): void => {
    sound = false;
    const node = nearestNode(tree(), places.of(path));
    report({ rule: 'tool-turns', start: node.offset, end: node.offset + node.length, message });
  };
  const lists = toolsProblem(value);
  if (lists !== undefined) {
    say(
      [lists.key],
      `"${lists.key}" ${lists.problem} - write it as OpenAI does: [{"type": "function", "function": {…}}]`,
    );
  }
  const { turns, speaker, text } = TURN_KEYS[kind];
  for (const [at, turn] of (value[turns] as readonly JsonObject[]).entries()) {
    const problem = turnProblem(turn, isCallTurn(turn[speaker]) ? String(turn[text]) : undefined);
    if (problem === undefined) continue;
    const key = CALL_KEYS.find((name) => name in turn) ?? text;
    say([turns, at, key], `a call of this turn ${problem} - write {"name": "…", "arguments": {…}}`);
  }
  return sound;
}

/** @param text of a turn that is a call and nothing else */
function turnProblem(turn: JsonObject, text: string | undefined): string | undefined {
  let calls = writtenCalls(turn);
  if (text !== undefined) {
    try {
      calls = callsInText(text);
    } catch {
      return 'is not JSON, or is nested too deeply';
    }
  }
  return calls.map(callProblem).find((problem) => problem !== undefined);
}

/**
 * The example with its numbers as the file writes them, which templates write again in calls and lists of functions (1.0 and 1 are other
 * tokens); as it is where it has none of these.
 * @param again reads an example by our names as `value` was read
 */
export function withExactTools(
  value: JsonObject,
  source: string,
  columns: Columns,
  again: (value: unknown) => { readonly value: JsonObject } | undefined,
): JsonObject {
  const { messages, tools, functions } = value;
  const lists = [tools, functions].some((list) => Array.isArray(list) && list.length > 0);
  const calls = Array.isArray(messages) && messages.some((turn: JsonObject) => writtenCalls(turn).length > 0);
  if (!lists && !calls) return value;
  return again(byOurNames(parseExactly(source), columns))?.value ?? value;
}
