import { createRandom } from '../base/random';
import { SftError } from '../base/errors';
import { generate } from '../generate/generate';
import { createStreamingDecoder } from '../text/streaming-decoder';
import { MODEL_OPTIONS, openModelOption } from './open-model';
import { requiredOption } from './option-values';
import { SAMPLING_OPTIONS, samplingChoice } from './sampling-options';
import type { Verb } from './verb';

export const generateVerb: Verb = {
  name: 'generate',
  summary: 'answer one prompt with a model, with or without an adapter',
  usage: 'sft generate --model DIR [--adapter DIR] --prompt TEXT [options]',
  options: {
    ...MODEL_OPTIONS,
    prompt: { type: 'string', value: 'TEXT', help: 'the question' },
    raw: { type: 'boolean', help: 'continue the text as it is, without the chat template' },
    ...SAMPLING_OPTIONS,
  },
  teach: `The prompt is put into the model's own chat template, as training does, and the model's answer is printed as it comes.
With temperature 0 (the default) the answer is always the same; a higher temperature gives variety.

  sft generate --model examples/base --adapter .sft/runs/<run>/adapter --prompt "How do I renew my passport?"`,
  async run(invocation) {
    const { options, json, terminal } = invocation;
    const prompt = requiredOption(options, 'prompt', 'give a question: --prompt "How do I ...?"');
    const { sampling, maxNewTokens, seed } = samplingChoice(options);
    const { session, model } = await openModelOption(invocation);
    const { chat } = session;
    const ids =
      options['raw'] === true ? chat.tokenizer.encode(prompt) : chat.encodePrompt([{ role: 'user', content: prompt }]);
    if (ids.length === 0) {
      throw new SftError('usage', 'the prompt is empty', {
        remedy: 'give some text: --prompt "How do I ...?"',
        exitCode: 2,
      });
    }
    const random = createRandom(seed);
    const decoder = createStreamingDecoder(chat.tokenizer);
    let text = '';
    const show = (piece: string): void => {
      text += piece;
      if (!json) terminal.write(piece);
    };
    const [result] = await generate(model, [ids], {
      sampling,
      maxNewTokens,
      stopTokenIds: chat.stopTokenIds,
      random: () => () => random.nextFloat(),
      onToken: (_, id) => {
        show(decoder.push(id));
      },
    });
    show(decoder.end());
    if (json) terminal.out(JSON.stringify({ text, token_ids: result!.tokenIds, stop: result!.stop }));
    else terminal.out('');
    session.close();
    return 0;
  },
};
