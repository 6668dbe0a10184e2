import { isJsonObject, type JsonObject } from './reading';

const LISTS = ['messages', 'conversations', 'conversation', 'prompt', 'completion', 'contents'];
/** Who speaks in turns of tools: OpenAI's and Gemini's names, then ShareGPT's. */
const SPEAKERS: ReadonlySet<unknown> = new Set([
  'tool',
  'function',
  'ipython',
  'function_call',
  'observation',
  'tool_call',
  'tool_response',
]);
const CALLS = ['tool_calls', 'function_call', 'functionCall', 'toolUse', 'tool_use'];

/** Whether a conversation has turns in which tools are called, or answer. */
export function callsTools(value: unknown): boolean {
  return isJsonObject(value) && LISTS.some((list) => Array.isArray(value[list]) && value[list].some(isToolTurn));
}

function isToolTurn(turn: unknown): boolean {
  if (!isJsonObject(turn)) return false;
  if (SPEAKERS.has(turn['role'] ?? turn['from']) || hasCall(turn)) return true;
  const parts = turn['content'] ?? turn['parts'];
  return Array.isArray(parts) && parts.some((part) => isJsonObject(part) && (hasCall(part) || isCallPart(part)));
}

function hasCall(turn: JsonObject): boolean {
  return CALLS.some((key) => turn[key] !== undefined && turn[key] !== null && !isEmptyList(turn[key]));
}

function isCallPart({ type, functionResponse, toolResult }: JsonObject): boolean {
  return type === 'tool_use' || type === 'tool_result' || functionResponse !== undefined || toolResult !== undefined;
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
