import { partOf } from '../base/count-of';
import { SftError } from '../base/errors';
import { askable } from '../generate/askable';
import { evaluateRun } from '../runs/worker/evaluate-run';
import { changedFile, limited, prepareData } from '../runs/worker/prepare';
import { testKey } from '../train/data-files';
import { measureRetention } from '../train/retention/measure';
import { headline } from '../text/rouge/headline';
import { evaluationTable } from './evaluation-table';
import { DEVICE_OPTIONS } from './open-device';
import { openRun } from './open-run';
import { numberOption, onlyPositional, textOption } from './option-values';
import { showProgress } from './progress';
import type { Verb } from './verb';
import { unicodeOption, WORDS_OPTIONS } from './words-options';

export const evaluateVerb: Verb = {
  name: 'evaluate',
  summary: 'compare the model before and after a run on the held-out test part',
  usage: 'sft evaluate RUN [--stemmer] [--unicode | --no-unicode] [--answers N] [options]',
  options: {
    stemmer: { type: 'boolean', help: 'compare word stems (registering = registered)' },
    ...WORDS_OPTIONS,
    model: { type: 'string', value: 'DIR', help: 'where the base model of the run is now, if it was moved' },
    answers: { type: 'string', value: 'N', help: 'print N questions with both answers (3)' },
    ...DEVICE_OPTIONS,
  },
  teach: `RUN is a run folder, such as .sft/runs/20260102-101500-faq. Both models answer every question of the test part, which training never
saw; ROUGE then compares each answer with yours. Every answer, with its place in your data, goes into predictions.jsonl in the run folder.

  sft evaluate .sft/runs/<run>`,
  async run({ positionals, options, json, terminal }) {
    const folder = onlyPositional(positionals, 'RUN');
    const shown = numberOption(options, 'answers', 3, { min: 0, integer: true });
    const { run, session, tuned } = await openRun(folder, options, textOption(options, 'model'));
    const { config } = run.run;
    const data = await prepareData(config, session);
    const changed = changedFile(run.run, data);
    if (changed !== undefined) {
      throw new SftError(
        'dataset-changed',
        'the dataset is not the one this run was trained on: its test part may contain training examples',
        {
          file: changed,
          remedy: 'restore the original file, or start a new run',
        },
      );
    }
    const unicode = unicodeOption(options);
    const examples = limited(data.test, config);
    if (examples.length === 0) {
      throw new SftError('no-examples', 'the run has no test part', {
        file: folder,
        remedy: 'train with a split that has one, such as 0.8 / 0.1 / 0.1, or with a test_dataset',
      });
    }
    const models = { base: askable(session.base, session.chat), tuned: askable(tuned, session.chat) };
    const retention = await measureRetention(models.base, models.tuned, data.general);
    const { evaluation, predictions } = await evaluateRun(run.artifacts, config, models, examples, {
      stemmer: options['stemmer'] === true,
      retention,
      ...(unicode === undefined ? {} : { unicode }),
      onProgress: (name, done, total) => {
        showProgress(terminal, `the ${name} model answered ${partOf(done, total, 'test question')}`);
      },
    });
    terminal.status?.('');
    if (json) {
      terminal.out(JSON.stringify(evaluation));
    } else {
      for (const line of evaluationTable(evaluation)) terminal.out(line);
      terminal.out('', headline(evaluation));
      for (const { line, question, reference, base, tuned } of predictions.slice(0, shown)) {
        terminal.out('', `${run.run[testKey(config)]!.path}:${line} ${question}`);
        terminal.out(...indented('reference:', reference));
        terminal.out(...indented('base:     ', base.answer), ...indented('tuned:    ', tuned.answer));
      }
      terminal.out('', `all answers: ${run.artifacts.predictionsFile}`);
    }
    session.close();
    return 0;
  },
};

/** A text of several lines under a label: none of its lines can be taken for one of ours. */
function indented(label: string, text: string): string[] {
  return text.split('\n').map((line, i) => `  ${i === 0 ? label : ' '.repeat(label.length)} ${line}`);
}
