import { formatError, SftError } from '../base/errors';
import { nearest } from '../base/nearest';
import { asSftError } from '../base/system-error';
import { VERSION } from '../base/version';
import { mainHelp, verbHelp } from './help';
import { parseVerbArguments, usageError } from './parse';
import type { Terminal, Verb } from './verb';
import { VERBS } from './verbs';

async function loadVerb(name: string): Promise<Verb> {
  const entry = VERBS.find((verb) => verb.name === name);
  if (entry !== undefined) return entry.load();
  const near = nearest(
    name,
    VERBS.map((verb) => verb.name),
  );
  const kind = name.startsWith('-') ? 'option' : 'verb';
  const list = `sft --help lists the ${kind === 'verb' ? 'verbs' : 'verbs and their options'}`;
  throw usageError(
    `unknown ${kind} ${name}`,
    near === undefined || kind === 'option' ? list : `did you mean ${near}? ${list}`,
  );
}

async function allHelp(): Promise<readonly string[]> {
  return mainHelp(await Promise.all(VERBS.map((entry) => entry.load())));
}

async function dispatch(words: readonly string[], terminal: Terminal): Promise<0 | 1 | 2> {
  const [first, ...rest] = words.filter((word, i) => word !== '--verbose' || i > words.indexOf('--'));
  if (first === undefined) {
    terminal.log(...(await allHelp()));
    return 2;
  }
  if (first === '--version' || first === '-v') {
    terminal.out(VERSION);
    return 0;
  }
  if (['--help', '-h', 'help'].includes(first)) {
    terminal.out(...(rest[0] === undefined ? await allHelp() : verbHelp(await loadVerb(rest[0]))));
    return 0;
  }
  const verb = await loadVerb(first);
  const { help, ...invocation } = parseVerbArguments(verb, rest);
  if (help) {
    terminal.out(...verbHelp(verb));
    return 0;
  }
  return verb.run({ ...invocation, terminal });
}

/** What a person can correct is said in a line each; anything else is a bug and says so. Returns the exit code. */
export function report(error: unknown, verbose: boolean, terminal: Terminal): 1 | 2 {
  const told = asSftError(error);
  if (told !== undefined) {
    const problems: unknown = Reflect.get(told, 'problems');
    const all: readonly unknown[] = Array.isArray(problems) ? problems : [told];
    for (const problem of all) if (problem instanceof SftError) terminal.log(formatError(problem));
    if (verbose && told.cause instanceof Error) terminal.log(...(told.cause.stack ?? told.cause.message).split('\n'));
    return told.exitCode;
  }
  const message = error instanceof Error ? error.message : String(error);
  terminal.log(
    `this is a bug in sft: ${message}${verbose ? '' : ' - run it again with --verbose and report what it says'}`,
  );
  if (verbose && error instanceof Error) terminal.log(...(error.stack ?? '').split('\n'));
  return 1;
}

/** Does what the words of a command line say, and says what is wrong. Returns the exit code. */
export async function runCommand(words: readonly string[], terminal: Terminal): Promise<0 | 1 | 2> {
  try {
    return await dispatch(words, terminal);
  } catch (error) {
    return report(error, words.includes('--verbose'), terminal);
  }
}
