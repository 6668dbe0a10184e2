import type { ExampleMessage } from '../example';
import type { Turn } from './conversation';

/** Where chat APIs write what a model thought before it answered. */
export const THOUGHT_KEYS = ['reasoning_content', 'reasoning', 'thinking'];

/** A turn with what its further keys say of it: thoughts, and whether it is learnt (OpenAI's `weight`, others' `train`). */
export function messageOf({ role, content, further, calls, name, callId }: Turn): ExampleMessage {
  if (role === 'tool') {
    return { role, content, ...(name === undefined ? {} : { name }), ...(callId === undefined ? {} : { callId }) };
  }
  if (role !== 'assistant') return { role, content };
  const thoughts = THOUGHT_KEYS.map((key) => further[key]).find(
    (value) => typeof value === 'string' && value.trim() !== '',
  );
  return {
    role,
    content,
    ...(typeof thoughts === 'string' ? { thoughts } : {}),
    ...(isLeftOut(further) ? { train: false } : {}),
    ...(calls === undefined ? {} : { calls }),
  };
}

/** Whether the keys of a turn say that it is not to be learnt. */
export function isLeftOut(keys: Readonly<Record<string, unknown>>): boolean {
  return keys['weight'] === 0 || keys['train'] === false;
}

/** Whether an answer is due behind what one of this role says. */
export function isAsking(role: ExampleMessage['role'] | undefined): boolean {
  return role === 'user' || role === 'tool';
}

/**
 * The number of the last answer to a question that is learnt; -1 where there is none. What stands behind it has no part in training.
 * @param turns in order
 */
export function lastLearnt(turns: readonly Pick<ExampleMessage, 'role' | 'train'>[]): number {
  const first = turns.findIndex(({ role }) => role === 'user');
  if (first === -1) return -1;
  return turns.findLastIndex(
    ({ role, train }, at) => role === 'assistant' && train !== false && at > first && isAsking(turns[at - 1]?.role),
  );
}
