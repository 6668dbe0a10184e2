import { countOf } from '../base/count-of';
import { sequencesOf } from '../model/batch';
import { scoreExamples } from '../model/score';
import { isThinkingIn } from '../text/enable-thinking';
import { encodeDataset } from '../train/examples/refuse-unfit';
import { MODEL_OPTIONS, openModelOption } from './open-model';
import { COLUMNS_OPTION, columnsOf } from './columns-option';
import { numberOption, onlyPositional } from './option-values';
import type { Verb } from './verb';

export const scoreVerb: Verb = {
  name: 'score',
  summary: 'compute the loss of a model on each answer, example by example',
  usage: 'sft score FILE --model DIR [--adapter DIR] [options]',
  options: {
    ...MODEL_OPTIONS,
    ...COLUMNS_OPTION,
    'max-seq-length': { type: 'string', value: 'N', help: 'cut longer examples at N tokens (1024)' },
  },
  teach: `nll is the negative log likelihood of an answer's tokens, summed: low where the model expected the answer, high where it did not.
After training, examples that keep a high nll are hard, rare or wrong: look at them first.

  sft score train.json --model examples/base --adapter .sft/runs/<run>/adapter`,
  async run(invocation) {
    const { positionals, options, json, terminal } = invocation;
    const file = onlyPositional(positionals, 'FILE');
    const maxSeqLength = numberOption(options, 'max-seq-length', 1024, { min: 2, integer: true });
    const columns = await columnsOf(file, options, terminal);
    const { session, model } = await openModelOption(invocation);
    const chat = session.chat.thinking(await isThinkingIn('auto', [file], columns));
    const { encoded } = await encodeDataset({ file, columns }, chat, { maxSeqLength });
    const { loss, perExample: scores } = await scoreExamples(model, sequencesOf(encoded));
    const total = scores.reduce((sum, score) => sum + score.nll, 0);
    let next = 0;
    const examples = encoded.map((example) => {
      const own = scores.slice(next, (next += sequencesOf([example]).length));
      return {
        index: example.index,
        tokens: example.ids.length,
        trained: own.reduce((sum, score) => sum + score.targets, 0),
        nll: own.reduce((sum, score) => sum + score.nll, 0),
      };
    });
    if (json) {
      terminal.out(JSON.stringify({ examples, nll: total, perplexity: Math.exp(loss) }));
    } else {
      for (const [i, { tokens, trained, nll }] of examples.entries()) {
        const perToken = trained === 0 ? '' : `  ${(nll / trained).toFixed(3)} a token`;
        terminal.out(
          `${encoded[i]!.place}  ${countOf(tokens, 'token')}, ${trained} trained, nll ${nll.toFixed(3)}${perToken}`,
        );
      }
      terminal.out(
        `${countOf(examples.length, 'example')}, loss ${loss.toFixed(4)}, perplexity ${Math.exp(loss).toFixed(2)}`,
      );
    }
    session.close();
    return 0;
  },
};
