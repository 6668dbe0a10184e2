import type { Node } from 'jsonc-parser';
import type { ExampleMessage } from '../example';
import type { Report } from '../rule';
import { roleOf, TURN_KEYS } from './conversation';
import type { DatasetKind } from './kind';
import { AS_WRITTEN, nearestNode, type Places } from './places';
import { isAsking, isLeftOut, lastLearnt } from './turn-use';

/**
 * Who speaks when, in an example that its schema accepts: the last two turns must be a user's and the assistant's (error
 * `last-turn`), and an answer must be learnt (error `nothing-learnt`); before them users and assistant take turns, and a system message stands first (warning `turn-order`).
 * @param tree gives the example's JSON tree; asked for only where there is something to report
 * @returns whether the example can be used
 */
export function checkTurnOrder(
  kind: DatasetKind,
  value: Readonly<Record<string, unknown>>,
  tree: () => Node,
  report: Report,
  places: Places = AS_WRITTEN,
): boolean {
  if (kind !== 'sharegpt' && kind !== 'messages') return true;
  const keys = TURN_KEYS[kind];
  const turns = value[keys.turns] as readonly Readonly<Record<string, unknown>>[];
  const roles = turns.map((turn) => roleOf(turn[keys.speaker])!);
  const say = (rule: string, at: number, message: string): void => {
    const node = nearestNode(tree(), places.of([keys.turns, at, keys.speaker]));
    report({ rule, start: node.offset, end: node.offset + node.length, message });
  };
  const last = roles.length - 1;
  if (roles[last] !== 'assistant') {
    const message = `the last turn is the ${NAMES[roles[last]!]}'s, so there is no answer to learn - end with the assistant's turn, or delete this one`;
    say('last-turn', last, message);
    return false;
  }
  if (!isAsking(roles[last - 1]) || !roles.includes('user')) {
    const message =
      "there is no question before the last answer - write the user's turn before it, or delete the example";
    say('last-turn', last, message);
    return false;
  }
  const used = turns.map((turn, at) => ({ role: roles[at]!, ...(isLeftOut(turn) ? { train: false as const } : {}) }));
  if (lastLearnt(used) === -1) {
    const message =
      'every answer of this conversation is left out (weight 0, train false), so there is nothing to learn - remove the mark from one, or delete the example';
    say('nothing-learnt', last, message);
    return false;
  }
  for (let at = 0; at < last; at++) {
    const message = disorder(roles, at);
    if (message !== undefined) say('turn-order', at, message);
  }
  return true;
}

const NAMES: Readonly<Record<ExampleMessage['role'], string>> = {
  user: 'user',
  assistant: 'assistant',
  system: 'system',
  tool: 'tool',
};

function disorder(roles: readonly ExampleMessage['role'][], at: number): string | undefined {
  const role = roles[at]!;
  if (role === 'system') return at === 0 ? undefined : 'a system message is between the turns - put it first';
  const before = roles[at - 1];
  if (role === 'tool') {
    return before === 'assistant' || before === 'tool'
      ? undefined
      : "a tool answers before the assistant called one - write the assistant's call before it, or delete this turn";
  }
  if (role === before) {
    return `two turns of the ${NAMES[role]} follow each other - join them, or write the one that is missing`;
  }
  if (role === 'assistant' && (before === undefined || before === 'system')) {
    return "the assistant speaks before anyone asks - write the user's turn first, or delete this one";
  }
  return undefined;
}
