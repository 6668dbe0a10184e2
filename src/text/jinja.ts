import { Environment, parse, tokenize } from '@huggingface/jinja';
import { SftError } from '../base/errors';
import { LimitedInterpreter, limitsFor, type Program } from './limited-interpreter';
import { templateValue } from './python-json';
import { pythonStrip, STRIP_FUNCTION, usePythonStrip } from './python-strip';
import { strftime } from './strftime';
import type { Value } from './template-value';
import { outlineOf, type Outline } from './template-outline';

/** As Jinja's sandbox has it: a template may not ask for more. */
const MAX_RANGE = 100_000;

/** The interpreter types its result as any value; a whole program gives text. */
type RenderedText = Value & { readonly value: string };

/** What a template says through `raise_exception`. */
class TemplateRaised extends Error {}

export interface CompiledTemplate {
  /** Errors: chat-template-raised (the template refuses the conversation), chat-template-failed. */
  render(variables: Readonly<Record<string, unknown>>): string;
  /** What it writes for messages of these roles, whatever they say; undefined where that depends on them. `variables`: as for render, without the messages. */
  outline(roles: readonly string[], variables: Readonly<Record<string, unknown>>): Outline | undefined;
}

/**
 * A chat template with the settings and functions transformers gives it: trim_blocks, lstrip_blocks, raise_exception,
 * strftime_now, range, tojson and namespace. It runs in an interpreter that reaches nothing but what it is given.
 * `file` and `now` are for errors and for strftime_now; `constants` are variables of every text. Error: chat-template-syntax, with the line where it is known.
 */
export function compileTemplate(
  source: string,
  file: string,
  now: Date,
  constants: Readonly<Record<string, unknown>> = {},
): CompiledTemplate {
  let program: Program;
  try {
    program = parseTemplate(source);
    usePythonStrip(program);
  } catch (cause) {
    const reason = reasonOf(cause);
    const line = lineOfSyntaxError(source, reason);
    const inJinja = file.endsWith('.jinja');
    const where = inJinja ? '' : ` (line ${line} of the template)`;
    throw new SftError('chat-template-syntax', `the chat template is not valid Jinja: ${reason}${where}`, {
      file,
      ...(inJinja ? { line } : {}),
      remedy: "fix the template, or download it again from the model's page",
      cause,
    });
  }
  const shared = new Environment();
  for (const [name, value] of Object.entries({ ...globals(now), ...constants })) shared.set(name, value);
  // What a template sets it sets here: nothing of one text gets into the next.
  const environmentOf = (variables: Readonly<Record<string, unknown>>): Environment => {
    const environment = new Environment(shared);
    for (const [name, value] of Object.entries(variables)) environment.setVariable(name, templateValue(value));
    return environment;
  };
  return {
    outline: (roles, variables) => outlineOf(program, environmentOf(variables), roles),
    render(variables) {
      try {
        const interpreter = new LimitedInterpreter(environmentOf(variables), limitsFor(variables));
        return (interpreter.run(program) as RenderedText).value;
      } catch (cause) {
        if (cause instanceof TemplateRaised) {
          throw new SftError('chat-template-raised', `the chat template refuses this conversation: ${cause.message}`, {
            file,
            remedy:
              'change the conversation to what the model supports (often: no system prompt, user and assistant alternating)',
            cause,
          });
        }
        throw new SftError('chat-template-failed', `the chat template could not be rendered: ${reasonOf(cause)}`, {
          file,
          remedy: "fix the template, or download it again from the model's page",
          cause,
        });
      }
    },
  };
}

function parseTemplate(source: string): Program {
  return parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true }));
}

function globals(now: Date): Record<string, unknown> {
  return {
    true: true,
    false: false,
    none: null,
    True: true,
    False: false,
    None: null,
    range,
    [STRIP_FUNCTION]: (text: unknown, method: string, characters?: string | null) =>
      pythonStrip(typeof text === 'string' ? text : '', method, characters ?? null),
    strftime_now: (format: string) => strftime(now, format),
    raise_exception: (message: unknown) => {
      throw new TemplateRaised(typeof message === 'string' ? message : JSON.stringify(message));
    },
  };
}

/** Python's range(stop), range(start, stop), range(start, stop, step). */
function range(start: number, stop?: number, step = 1): number[] {
  const [from, to] = stop === undefined ? [0, start] : [start, stop];
  if (step === 0) throw new Error('range() step must not be zero');
  const length = Math.max(0, Math.ceil((to - from) / step));
  if (length > MAX_RANGE) throw new Error(`range of ${length} values is too long, at most ${MAX_RANGE} are allowed`);
  return Array.from({ length }, (_, index) => from + index * step);
}

/** What the parser or the interpreter says. A stack that overflows is a nesting without end. */
function reasonOf(error: unknown): string {
  if (error instanceof RangeError && error.message.includes('call stack')) return 'it is nested too deeply';
  return error instanceof Error ? error.message : String(error);
}

/**
 * The parser names no place: the line is the first one up to which the template fails with the same message. It reads from start to end, so
 * that what fails up to a line fails up to every later one alike.
 */
function lineOfSyntaxError(source: string, message: string): number {
  const lines = source.split('\n');
  const fails = (count: number): boolean => {
    try {
      parseTemplate(lines.slice(0, count).join('\n'));
      return false;
    } catch (error) {
      return reasonOf(error) === message;
    }
  };
  let [from, to] = [1, lines.length];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if (fails(middle)) to = middle;
    else from = middle + 1;
  }
  return from;
}
