import { Environment, Interpreter, type parse } from '@huggingface/jinja';
import { isContainer, pythonDumps, pythonText, type JsonForm } from './python-text';
import type { Value } from './template-value';

export type Program = ReturnType<typeof parse>;

export interface Node {
  readonly type: string;
  readonly value?: unknown;
}

export interface BinaryNode extends Node {
  readonly operator: { readonly value: string };
  readonly left: Node;
  readonly right: Node;
}

export interface CallNode extends Node {
  readonly callee: Node;
  readonly args: readonly Node[];
}

/** A node whose value is known. */
interface KnownNode extends Node {
  readonly type: 'Known';
  readonly known: Value;
}

export function known(value: Value): KnownNode {
  return { type: 'Known', known: value };
}

function textValue(text: string): Value {
  return new Environment().set('text', text);
}

/** What @huggingface/jinja's interpreter has, its types call it private. Without these methods there is neither a limit nor an outline. */
interface OpenInterpreter {
  run(program: Program): Value;
  evaluate(node: Node | undefined, environment: Environment): Value;
  evaluateBinaryExpression(node: BinaryNode, environment: Environment): Value;
  evaluateCallExpression(node: CallNode, environment: Environment): Value;
  evaluateArguments(args: readonly Node[], environment: Environment): [Value[], Map<string, Value>];
  applyFilter(operand: Value, filter: Node, environment: Environment): Value;
}

const OpenInterpreter = Interpreter as unknown as new (environment: Environment) => OpenInterpreter;

/** What a template may do for a text. */
export interface TemplateLimits {
  /** Parts of the template that are worked out, again and again in a loop; long results count as several. */
  readonly steps: number;
  /** Characters of any text that it makes, the whole output included. */
  readonly characters: number;
}

/** Parts of a template within each other, macros that call themselves included. The stack holds twice as many. */
const DEEPEST = 500;
/** So many characters or elements of a result take about as long as a step. */
const SIZE_OF_STEP = 16;
/** An indentation of more is there to fill the memory. */
const WIDEST = 1000;
/** Their results are made anew, where those of other parts are at hand. */
const MAKE = new Set([
  'BinaryExpression',
  'FilterExpression',
  'CallExpression',
  'Program',
  'For',
  'If',
  'FilterStatement',
]);

/** The template does more than any chat template needs. */
class TemplateLimit extends Error {}

/** Templates of usual families take a hundred steps a message, and write little more than they are given. */
export function limitsFor(variables: unknown): TemplateLimits {
  let [values, characters] = [0, 0];
  const look = (value: unknown): void => {
    values++;
    if (typeof value === 'string') characters += value.length;
    else if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) look(item);
  };
  look(variables);
  return { steps: 300_000 + 1000 * values + 16 * characters, characters: 1_000_000 + 16 * characters };
}

/** The interpreter, ended where a template goes on for ever, grows a text without end, or is nested too deeply. */
export class LimitedInterpreter extends OpenInterpreter {
  private steps = 0;
  private depth = 0;
  /** What is about to be filtered. */
  private operand: Value | undefined;

  constructor(
    environment: Environment,
    private readonly limits: TemplateLimits,
  ) {
    super(environment);
  }

  /** @throws TemplateLimit */
  override evaluate(node: Node | undefined, environment: Environment): Value {
    if (node?.type === 'Known') return (node as KnownNode).known;
    if (++this.depth > DEEPEST) throw new TemplateLimit(`it nests deeper than ${DEEPEST}`);
    const value = super.evaluate(node, environment);
    this.depth--;
    this.steps++;
    if (node !== undefined && MAKE.has(node.type)) this.charge(this.sizeOf(value));
    if (this.steps > this.limits.steps) throw new TemplateLimit('it takes too many steps');
    return value;
  }

  override applyFilter(operand: Value, filter: Node, environment: Environment): Value {
    // Without arguments there is none to be seen; the next call's are none of this filter's.
    this.operand = filter.type === 'Identifier' ? undefined : operand;
    const { value: name } = filter.type === 'Identifier' ? filter : (filter as CallNode).callee;
    if (name === 'tojson') return this.json(operand, filter, environment);
    if (name === 'string' && isContainer(operand)) return textValue(pythonText(operand));
    return super.applyFilter(operand, filter, environment);
  }

  /** A filter makes its result at once: what it will be is seen from what it is given. */
  override evaluateArguments(args: readonly Node[], environment: Environment): [Value[], Map<string, Value>] {
    const { operand } = this;
    this.operand = undefined;
    const given = super.evaluateArguments(args, environment);
    if (operand === undefined) return given;
    for (const value of [...given[0], ...given[1].values()]) {
      if (typeof value.value === 'number' && value.value > WIDEST) {
        throw new TemplateLimit(`it asks a filter for ${value.value}`);
      }
      const size = this.sizeOf(operand) * this.sizeOf(value);
      if (size > SIZE_OF_STEP * this.limits.characters)
        throw new TemplateLimit(`it makes a text of up to ${size} characters`);
    }
    return given;
  }

  /** As transformers' templates have it; the interpreter's own knows nothing of Python's floats. */
  private json(operand: Value, filter: Node, environment: Environment): Value {
    const given =
      filter.type === 'Identifier' ? undefined : this.evaluateArguments((filter as CallNode).args, environment)[1];
    const option = (name: string): unknown => given?.get(name)?.value;
    const indent = option('indent');
    const separators = option('separators') as readonly Value[] | null | undefined;
    const form: JsonForm = {
      indent: typeof indent === 'number' ? indent : null,
      ensureAscii: option('ensure_ascii') === true,
      sortKeys: option('sort_keys') === true,
      separators: separators?.length === 2 ? [pythonText(separators[0]!), pythonText(separators[1]!)] : null,
    };
    return textValue(pythonDumps(operand, form));
  }

  override evaluateBinaryExpression(node: BinaryNode, environment: Environment): Value {
    const { value: operator } = node.operator;
    if (operator !== '+' && operator !== '~') return super.evaluateBinaryExpression(node, environment);
    const left = this.evaluate(node.left, environment);
    return this.joined(node, left, this.evaluate(node.right, environment), environment);
  }

  /** A text joined with a list or an object: `~` takes its text, and `+` is an error, as in Python. */
  protected joined(node: BinaryNode, left: Value, right: Value, environment: Environment): Value {
    const sides = [left, right];
    if (sides.some(isContainer) && sides.some(({ type }) => type === 'StringValue')) {
      if (node.operator.value === '+') throw new Error('a text and a list or an object cannot be joined by +');
      return textValue(sides.map(pythonText).join(''));
    }
    return super.evaluateBinaryExpression({ ...node, left: known(left), right: known(right) }, environment);
  }

  private charge(size: number): void {
    if (size > this.limits.characters) throw new TemplateLimit(`it makes a text of ${size} characters or elements`);
    this.steps += size / SIZE_OF_STEP;
  }

  /** Characters or elements. */
  protected sizeOf(value: Value): number {
    const held: unknown = value.value;
    return typeof held === 'string' || Array.isArray(held) ? held.length : 0;
  }
}
