import { Environment } from '@huggingface/jinja';
import {
  known,
  LimitedInterpreter,
  limitsFor,
  type BinaryNode,
  type CallNode,
  type Node,
  type Program,
} from './limited-interpreter';
import { pythonStrip, STRIP_FUNCTION } from './python-strip';
import type { Value } from './template-value';

/** A message where a template writes it. */
export interface WrittenMessage {
  /** Its number in the conversation. */
  readonly message: number;
  /** Python's method that took something off its ends, and of which characters; null = white space. */
  readonly strip?: { readonly method: string; readonly characters: string | null };
}

/** What a template writes: text of its own and messages. */
export type Outline = readonly (string | WrittenMessage)[];

/** A message's text as the template writes it there. */
export function writtenText({ strip }: WrittenMessage, content: string): string {
  return strip === undefined ? content : pythonStrip(content, strip.method, strip.characters);
}

/** Stands around the number of a message in what is written. Of one byte: a text with wider characters is slower to tokenise. */
const MARK = '\0';

/** The template does more with a message than to write it. */
class MessageRead extends Error {}

/** Their output is a text that can be read again, with the messages in it. */
const CAPTURES = new Set(['Macro', 'CallStatement', 'FilterStatement']);

/**
 * What a template writes for messages of these roles, whatever they say: it is rendered with messages that can be written, joined with other
 * text and stripped, and throw when anything else is done to them. `program` is one that `usePythonStrip` went through, `variables` its
 * environment without the messages.
 * @returns undefined where the template reads a message (then what it writes depends on it) or refuses the conversation
 */
export function outlineOf(program: Program, variables: Environment, roles: readonly string[]): Outline | undefined {
  try {
    return new OutlineInterpreter(variables, roles).outline(program);
  } catch {
    // Whatever it is, it is said when the template is rendered with the messages themselves.
    return undefined;
  }
}

class OutlineInterpreter extends LimitedInterpreter {
  private readonly parts = new Map<Value, Outline>();
  private readonly written: WrittenMessage[] = [];

  constructor(environment: Environment, roles: readonly string[]) {
    super(environment, limitsFor(roles));
    environment.set(
      'messages',
      roles.map((role) => ({ role, content: '' })),
    );
    const messages = environment.lookupVariable('messages').value as { value: Map<string, Value> }[];
    for (const [message, fields] of messages.entries()) fields.value.set('content', this.unread([{ message }]));
  }

  outline(program: Program): Outline | undefined {
    const pieces = (this.run(program).value as string).split(MARK);
    // The template may have the mark as well.
    if (pieces.length !== 2 * this.written.length + 1) return undefined;
    const parts = pieces.map((piece, at) => (at % 2 === 0 ? piece : this.written[Number(piece)]));
    return parts.every((part) => part !== undefined) ? parts.filter((part) => part !== '') : undefined;
  }

  override evaluate(node: Node | undefined, environment: Environment): Value {
    if (node !== undefined && (CAPTURES.has(node.type) || (node.type === 'Set' && !node.value)))
      throw new MessageRead();
    return super.evaluate(node, environment);
  }

  protected override sizeOf(value: Value): number {
    return this.parts.has(value) ? 0 : super.sizeOf(value);
  }

  protected override joined(node: BinaryNode, left: Value, right: Value, environment: Environment): Value {
    if (this.parts.has(left) || this.parts.has(right))
      return this.unread([...this.partsOf(left), ...this.partsOf(right)]);
    return super.joined(node, left, right, environment);
  }

  override evaluateCallExpression(node: CallNode, environment: Environment): Value {
    if (node.callee.value !== STRIP_FUNCTION) return super.evaluateCallExpression(node, environment);
    const args = node.args.map((arg) => this.evaluate(arg, environment));
    const parts = this.parts.get(args[0]!);
    if (parts === undefined) return super.evaluateCallExpression({ ...node, args: args.map(known) }, environment);
    const [part] = parts;
    if (parts.length !== 1 || typeof part !== 'object' || part.strip !== undefined) throw new MessageRead();
    const [method, characters = null] = args.slice(1).map(({ value }) => value as string | null);
    return this.unread([{ ...part, strip: { method: method!, characters } }]);
  }

  private partsOf(value: Value): Outline {
    const parts = this.parts.get(value);
    if (parts !== undefined) return parts;
    if (value.type !== 'StringValue') throw new MessageRead();
    return value.value === '' ? [] : [value.value as string];
  }

  /** A string for the interpreter that is these parts and tells nobody what it says. */
  private unread(parts: Outline): Value {
    const value = new Environment().set('text', '');
    Object.defineProperties(value, {
      value: {
        get: () => {
          throw new MessageRead();
        },
      },
      toString: {
        value: () =>
          parts
            .map((part) => (typeof part === 'string' ? part : `${MARK}${this.written.push(part) - 1}${MARK}`))
            .join(''),
      },
    });
    this.parts.set(value, parts);
    return value;
  }
}
