import { parseArgs } from 'node:util';
import { SftError } from '../base/errors';
import { nearest } from '../base/nearest';
import type { OptionHelp, OptionValues, ParseOptions, Verb } from './verb';

/** The flags every verb has. */
export const COMMON_OPTIONS: Readonly<Record<string, OptionHelp>> = {
  json: { type: 'boolean', help: 'print the result as JSON on standard output' },
  verbose: { type: 'boolean', help: 'print the stack trace of an unexpected error' },
  help: { type: 'boolean', short: 'h', help: 'explain this command' },
};

/** Wrong usage: exit code 2. */
export function usageError(reason: string, remedy: string): SftError {
  return new SftError('usage', reason, { remedy, exitCode: 2 });
}

export interface ParsedArguments {
  readonly positionals: readonly string[];
  readonly options: OptionValues;
  readonly json: boolean;
  readonly help: boolean;
}

/**
 * The arguments after the verb's name, checked against its options.
 *
 * @throws SftError `usage` for an unknown option (with the nearest known one), a missing value, a value too many, or an option given twice
 */
export function parseVerbArguments(verb: Verb, words: readonly string[]): ParsedArguments {
  const known = { ...COMMON_OPTIONS, ...verb.options };
  const options: ParseOptions = {};
  for (const [name, { type, short }] of Object.entries(known)) {
    options[name] = short === undefined ? { type } : { type, short };
  }
  const more = `sft ${verb.name} --help lists the options`;
  // Not strict: the errors of parseArgs are for programmers; ours name the nearest option.
  const { tokens } = parseArgs({ args: [...words], options, strict: false, allowPositionals: true, tokens: true });
  const values: Record<string, string | boolean> = {};
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const option = Object.hasOwn(known, token.name) ? known[token.name] : undefined;
    if (option === undefined) {
      const near = token.rawName.startsWith('--') ? nearest(token.name, Object.keys(known)) : undefined;
      throw usageError(
        `unknown option ${token.rawName}`,
        near === undefined ? more : `did you mean --${near}? ${more}`,
      );
    }
    if (Object.hasOwn(values, token.name)) throw usageError(`${token.rawName} is given twice`, 'keep one of them');
    if (option.type === 'boolean') {
      if (token.value !== undefined)
        throw usageError(`${token.rawName} takes no value`, `write ${token.rawName} alone`);
      values[token.name] = true;
      continue;
    }
    // `--model --json` forgot the model; a value that begins with a dash is written `--prompt=-5`.
    if (token.value === undefined || (!token.inlineValue && /^--?[a-z]/i.test(token.value))) {
      const shape = `${token.rawName} ${option.value ?? 'VALUE'}`;
      throw usageError(
        `${token.rawName} needs a value`,
        `write ${shape}, or ${token.rawName}=${option.value ?? 'VALUE'} for one that begins with -`,
      );
    }
    values[token.name] = token.value;
  }
  const own = Object.fromEntries(Object.entries(values).filter(([name]) => !(name in COMMON_OPTIONS)));
  return { positionals, options: own, json: values['json'] === true, help: values['help'] === true };
}
