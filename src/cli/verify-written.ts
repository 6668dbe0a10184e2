import { formatError, SftError } from '../base/errors';
import type { ExportSource } from '../export/exporter';
import type { RunSummary } from '../runs/read-runs';
import type { OthersChoice } from '../verify/other-programs';
import { testQuestions, type TestQuestions } from '../verify/test-questions';
import { notVerified, verifyExport } from '../verify/verify-export';
import type { Verification } from '../verify/verification';
import { giveUpOnSignal } from './interrupt';
import { showProgress } from './progress';
import type { OptionHelp, OptionValues, Terminal } from './verb';
import { othersChoice, verifyAmount, VERIFY_OPTIONS, type VerifyAmount } from './verify-options';

/** The options of what verifies an export that it has just written. */
export const WRITTEN_OPTIONS: Readonly<Record<string, OptionHelp>> = {
  'no-verify': { type: 'boolean', help: 'do not verify the export' },
  ...VERIFY_OPTIONS,
};

/** What was found of an export before it is handed over. */
export interface Outcome {
  readonly verification?: Verification;
  /** Why it was not verified. */
  readonly notes: readonly string[];
  /** Whether a person ended it with Ctrl-C: the export is whole, and not verified. */
  readonly stopped?: true;
}

/** How an export that was just written is to be verified; undefined where it is not. */
export interface WrittenChoice extends VerifyAmount {
  readonly others: OthersChoice;
}

/** @param ollama the model's name in Ollama, if it is made there @throws SftError usage */
export function writtenChoice(options: OptionValues, ollama: string | undefined): WrittenChoice | undefined {
  const choice = { ...verifyAmount(options), others: othersChoice(options, ollama) };
  return options['no-verify'] === true ? undefined : choice;
}

/** Where an export lies that was just written. */
export interface WrittenPlace {
  /** Aside, until it was asked. */
  readonly written: string;
  /** What a person knows it by: where it will lie. */
  readonly name: string;
}

/**
 * Loads an export again and asks it. Ctrl-C ends that alone, for the export is whole.
 * @param signal gives the export up
 * @throws SftError export-differs, and what is wrong with its files; the signal's reason where it is aborted
 */
export async function verifyWritten(
  { written, name }: WrittenPlace,
  run: RunSummary,
  source: ExportSource,
  choice: WrittenChoice,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<Outcome> {
  const unverified = (error: SftError): Outcome => ({ notes: [`not verified: ${formatError(error)}`] });
  let questions: TestQuestions;
  try {
    questions = await testQuestions(run, source.chat, choice.questions);
  } catch (error) {
    // The data may be gone since, which is no fault of the export.
    if (error instanceof SftError) return unverified(error);
    throw error;
  }
  const asking = giveUpOnSignal('run `sft verify`');
  try {
    const original = { source, config: run.run.config, questions };
    const found = await verifyExport(written, original, {
      maxNewTokens: choice.maxNewTokens,
      others: choice.others,
      withBase: false,
      signal: AbortSignal.any([signal, asking.signal]),
      onProgress: (text) => {
        showProgress(terminal, text);
      },
    });
    const verification = { ...found, place: name };
    if (found.differences.length > 0) throw notVerified(verification, written !== name);
    return { verification, notes: [] };
  } catch (error) {
    if (asking.signal.aborted) return { notes: [], stopped: true };
    // A model that was made in Ollama is whole, whether or not one answers for it now.
    if (error instanceof SftError && ['no-room', 'ollama-failed'].includes(error.code)) return unverified(error);
    throw error;
  } finally {
    asking.end();
  }
}
