import path from 'node:path';
import { SftError } from '../base/errors';
import type { OthersChoice } from '../verify/other-programs';
import { MOST_QUESTIONS } from '../verify/test-questions';
import { numberOption, textOption } from './option-values';
import type { OptionHelp, OptionValues } from './verb';

const PROGRAMS = ['llama.cpp', 'ollama'] as const;

/** How much an export is asked. */
export interface VerifyAmount {
  readonly questions: number;
  readonly maxNewTokens: number;
}

/** The options of what asks exports. */
export const VERIFY_OPTIONS: Readonly<Record<string, OptionHelp>> = {
  questions: { type: 'string', value: 'N', help: "how many of the run's test questions are asked (3)" },
  'max-new-tokens': { type: 'string', value: 'N', help: 'end an answer after N tokens (32)' },
  without: {
    type: 'string',
    value: 'PROGRAM',
    help: 'programs to leave out: llama.cpp, ollama, or both as llama.cpp,ollama',
  },
};

/** @throws SftError usage */
export function verifyAmount(options: OptionValues): VerifyAmount {
  return {
    questions: numberOption(options, 'questions', 3, { min: 1, max: MOST_QUESTIONS, integer: true }),
    maxNewTokens: numberOption(options, 'max-new-tokens', 32, { min: 1, max: 4096, integer: true }),
  };
}

/**
 * Which other programs are asked.
 * @param ollama name of the model in Ollama, if there is one
 * @throws SftError usage
 */
export function othersChoice(options: OptionValues, ollama: string | undefined): OthersChoice {
  const without = (textOption(options, 'without') ?? '').split(',').filter((name) => name !== '');
  const unknown = without.find((name) => !PROGRAMS.some((known) => known === name));
  if (unknown !== undefined) {
    throw new SftError('usage', `--without ${JSON.stringify(unknown)} is not a program that exports are checked with`, {
      remedy: `use ${PROGRAMS.join(' or ')}`,
      exitCode: 2,
    });
  }
  const threads = numberOption(options, 'threads', 0, { min: 0, max: 1024, integer: true });
  return {
    llamaCpp: !without.includes('llama.cpp'),
    worker: path.join(__dirname, 'llama-cpp-worker.js'),
    threads: threads === 0 ? undefined : threads,
    ollama: without.includes('ollama') ? undefined : ollama,
  };
}
