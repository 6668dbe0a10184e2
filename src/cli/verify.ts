import { stat } from 'node:fs/promises';
import path from 'node:path';
import { SftError } from '../base/errors';
import { CONFIG_NAME } from '../config/names';
import { outputFolders } from '../runs/folder/output-folders';
import { readExports } from '../runs/folder/exports';
import type { ExportEntry } from '../runs/folder/exports-schema';
import { openExport } from '../runs/open-export';
import { listRuns, readRun, type RunSummary } from '../runs/read-runs';
import { readRunWithModel } from '../runs/require-model';
import { exportFiles } from '../verify/export-files';
import { testQuestions } from '../verify/test-questions';
import { likeTheRun } from '../verify/tolerances';
import { verifyExport } from '../verify/verify-export';
import type { Verification } from '../verify/verification';
import { giveUpOnSignal } from './interrupt';
import { DEVICE_OPTIONS, openDeviceOption } from './open-device';
import { onlyPositional, textOption } from './option-values';
import { showProgress } from './progress';
import { verificationText } from './verification-text';
import type { Invocation, Verb } from './verb';
import { othersChoice, verifyAmount, VERIFY_OPTIONS } from './verify-options';

/** An export to be asked, and the run that it was made of. */
type Target = Pick<ExportEntry, 'place' | 'weights' | 'ollama'> & { readonly run: RunSummary };

export const verifyVerb: Verb = {
  name: 'verify',
  summary: 'check that an export answers as the run does',
  usage: 'sft verify EXPORT|RUN [--run RUN] [--questions N] [--ollama NAME] [options]',
  options: {
    run: { type: 'string', value: 'RUN', help: 'the run that was exported, if that is not known' },
    weights: { type: 'string', value: 'NAME', help: 'which weights of the run, as given to sft export (tuned)' },
    ollama: { type: 'string', value: 'NAME', help: 'also ask the model of this name in a running Ollama' },
    ...VERIFY_OPTIONS,
    model: { type: 'string', value: 'DIR', help: 'where the base model of the run is now, if it was moved' },
    ...DEVICE_OPTIONS,
  },
  teach: `An export is loaded from its own files and asked questions of the run's test part: the prompt's tokens must be those that were trained,
the loss of the right answers the run's as exactly as the type of its weights allows, and answers may part only where two tokens are
almost equally likely. A GGUF is asked in a real llama.cpp too, where node-llama-cpp is installed here or in SFT_LLAMA_CPP, and a
model in Ollama through its API. "sft export" does the same with three questions. RUN stands for all of its exports.

  sft verify faq-model
  sft verify model-Q8_0.gguf --run .sft/runs/<run> --questions 20`,
  async run({ positionals, options, json, terminal }) {
    const amount = verifyAmount(options);
    const targets = await targetsOf(path.resolve(onlyPositional(positionals, 'EXPORT')), options);
    const chosen = targets.map((target) =>
      othersChoice(options, textOption(options, 'ollama') ?? target.ollama ?? undefined),
    );
    const device = await openDeviceOption(options);
    const stop = giveUpOnSignal('run it again');
    const found: Verification[] = [];
    try {
      for (const [i, { run, place, weights }] of targets.entries()) {
        const moved = await readRunWithModel(run.folder.path, textOption(options, 'model'));
        const { source, close } = await openExport(device, moved, weights);
        try {
          const questions = await testQuestions(moved, source.chat, amount.questions);
          const original = { source, config: moved.run.config, questions };
          const verification = await verifyExport(place, original, {
            maxNewTokens: amount.maxNewTokens,
            withBase: true,
            others: chosen[i]!,
            signal: stop.signal,
            onProgress: (text) => {
              showProgress(terminal, text);
            },
          });
          terminal.status?.('');
          found.push(verification);
          if (!json) tell(verification, terminal);
        } finally {
          close();
        }
      }
    } finally {
      stop.end();
      terminal.status?.('');
    }
    if (json) terminal.out(JSON.stringify({ exports: found }));
    return found.some(({ differences }) => differences.length > 0) ? 1 : 0;
  },
};

function tell(verification: Verification, terminal: Invocation['terminal']): void {
  const { place, differences, notes } = verification;
  const found = differences.length === 0 ? likeTheRun(verification.type) : 'DOES NOT answer as the run does';
  terminal.out(`${place}: ${found}`);
  terminal.out(...verificationText(verification));
  for (const difference of differences) terminal.log(`error: ${difference}`);
  for (const note of notes) terminal.log(`note: ${note}`);
}

/** @throws SftError usage, no-exports, not-an-export, run-not-known */
async function targetsOf(place: string, options: Invocation['options']): Promise<Target[]> {
  const [named, weights] = [textOption(options, 'run'), textOption(options, 'weights')];
  if (await isRun(place)) {
    const run = await readRun(place);
    const there: ExportEntry[] = [];
    for (const entry of await readExports(place)) if (await exists(entry.place)) there.push(entry);
    if (there.length > 0) return there.map((entry) => ({ ...entry, run }));
    throw new SftError('no-exports', 'no export of this run exists', {
      file: place,
      remedy: 'export it with `sft export`, or give the export and the run: sft verify EXPORT --run RUN',
      exitCode: 2,
    });
  }
  // What is not there, or no export, is said before a run is asked for.
  await exportFiles(place);
  if (named !== undefined) return [{ place, weights: weights ?? 'tuned', ollama: null, run: await readRun(named) }];
  for (const folder of await outputFolders([process.cwd()], [path.resolve(CONFIG_NAME)])) {
    for (const run of (await listRuns(folder)).runs) {
      const entry = (await readExports(run.folder.path)).findLast((one) => one.place === place);
      if (entry !== undefined) return [{ ...entry, weights: weights ?? entry.weights, run }];
    }
  }
  throw new SftError('run-not-known', 'no run in this folder records this export', {
    file: place,
    remedy: 'give the run that was exported: --run RUN',
    exitCode: 2,
  });
}

async function isRun(place: string): Promise<boolean> {
  return exists(path.join(place, 'run.json'));
}

function exists(place: string): Promise<boolean> {
  return stat(place).then(
    () => true,
    () => false,
  );
}
