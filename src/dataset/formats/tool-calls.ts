import { isDeeper } from '../../base/nesting';
import { parseExactly, writeJson } from '../json/exact-json';
import { MAX_DEPTH } from '../json/scan';
import type { ExampleMessage, ToolCall } from '../example';
import { isJsonObject, type JsonObject } from './reading';

// How conversations that are read write what tools are there, what is called and what a tool gave.

/** Speakers of ShareGPT's turns that are a call: LLaMA-Factory's name, and another. Their text is the call as JSON. */
const CALLING: ReadonlySet<unknown> = new Set(['function_call', 'tool_call']);

export function isCallTurn(speaker: unknown): boolean {
  return CALLING.has(speaker);
}

/** The keys of a turn that calls. */
export const CALL_KEYS: readonly string[] = ['tool_calls', 'function_call'];

/** The calls of a turn as they are written: OpenAI's `tool_calls`, or its older `function_call`. */
export function writtenCalls(turn: JsonObject): readonly unknown[] {
  const { tool_calls: calls, function_call: call } = turn;
  if (Array.isArray(calls) && calls.length > 0) return calls;
  return isJsonObject(call) ? [call] : [];
}

/** The calls that the text of a ShareGPT turn is. @throws Error where it is not JSON, or is nested deeper than calls do */
export function callsInText(text: string): readonly unknown[] {
  if (parsed(text) === undefined) throw new Error('no JSON');
  const value = parseExactly(text);
  return Array.isArray(value) ? value : [value];
}

/** @param call one that callProblem finds nothing in */
export function readCall(call: unknown): ToolCall {
  const { id, function: own = call } = call as JsonObject;
  const { name, arguments: given } = own as JsonObject;
  return {
    ...(typeof id === 'string' ? { id } : {}),
    name: String(name),
    arguments: typeof given === 'string' && given.trim() !== '' ? given : writeJson(given || {}),
  };
}

/** What keeps a call from being read. */
export function callProblem(call: unknown): string | undefined {
  const own = isJsonObject(call) && call['function'] !== undefined ? call['function'] : call;
  if (!isJsonObject(own)) return 'is not an object with the name of a function and its arguments';
  const { name, arguments: given } = own;
  if (typeof name !== 'string' || name.trim() === '') return 'has no "name" of a function';
  if (given === undefined || given === null || isJsonObject(given)) return undefined;
  if (typeof given !== 'string') return 'has "arguments" that are not an object';
  return given.trim() === '' || isJsonObject(parsed(given))
    ? undefined
    : `has "arguments" whose text is not a JSON object, or is nested deeper than ${MAX_DEPTH}`;
}

/** A call as OpenAI writes it. */
export function openAiCall({ id, name, arguments: given }: ToolCall): JsonObject {
  return { ...(id === undefined ? {} : { id }), type: 'function', function: { name, arguments: given } };
}

/** A call as JSON that a person reads, and ShareGPT's turns hold. */
export function callText({ name, arguments: given }: Pick<ToolCall, 'name' | 'arguments'>): string {
  return `{"name": ${JSON.stringify(name)}, "arguments": ${given}}`;
}

/** Whether a message has a part in the calling of tools. */
export function isToolMessage({ role, calls }: Pick<ExampleMessage, 'role' | 'calls'>): boolean {
  return role === 'tool' || calls !== undefined;
}

/**
 * The functions that an example lists, as JSON: `tools`, a list or its text, or OpenAI's older `functions`; undefined where there are none.
 * @param value an example whose lists toolsProblem finds nothing in
 */
export function toolsOf({ tools, functions }: JsonObject): string | undefined {
  if (typeof tools === 'string' && tools.trim() !== '')
    return (parsed(tools) as unknown[]).length === 0 ? undefined : tools;
  if (Array.isArray(tools) && tools.length > 0) return writeJson(tools);
  if (!Array.isArray(functions) || functions.length === 0) return undefined;
  return writeJson(functions.map((one: unknown) => ({ type: 'function', function: one })));
}

/** What keeps the functions that an example lists from being read, and the key that lists them. */
export function toolsProblem(value: JsonObject): { readonly key: string; readonly problem: string } | undefined {
  for (const key of ['tools', 'functions']) {
    const given = value[key];
    if (given === undefined || given === null || (typeof given === 'string' && given.trim() === '')) continue;
    const list: unknown = typeof given === 'string' && key === 'tools' ? parsed(given) : given;
    if (Array.isArray(list) && list.every(isJsonObject)) continue;
    const problem =
      typeof given === 'string'
        ? 'is not the JSON of a list of functions, or is nested too deeply'
        : 'is not a list of functions';
    return { key, problem };
  }
  return undefined;
}

/** @returns undefined where it is not JSON, or is nested too deeply: what works through it goes as deep as it */
function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return isDeeper(value, MAX_DEPTH) ? undefined : value;
  } catch {
    return undefined;
  }
}
