import { createInterface } from 'node:readline';
import { createRandom } from '../base/random';
import { SftError } from '../base/errors';
import { generate } from '../generate/generate';
import type { ModelSession } from '../generate/session';
import type { LlamaModel } from '../model/llama';
import type { ChatMessage } from '../text/chat-template';
import { createStreamingDecoder } from '../text/streaming-decoder';
import { MODEL_OPTIONS, openModelOption } from './open-model';
import { openRun } from './open-run';
import { onlyPositional, textOption } from './option-values';
import { SAMPLING_OPTIONS, samplingChoice } from './sampling-options';
import type { Invocation, Verb } from './verb';

export const chatVerb: Verb = {
  name: 'chat',
  summary: 'talk to a tuned model (or any model) in the terminal',
  usage: 'sft chat RUN [options]   or   sft chat --model DIR [--adapter DIR] [options]',
  options: {
    base: { type: 'boolean', help: 'talk to the base model of RUN instead of the tuned one' },
    ...MODEL_OPTIONS,
    ...SAMPLING_OPTIONS,
  },
  teach: `Type a question and press Enter; the model remembers the conversation. /new starts afresh, /exit (or Ctrl-D) ends, Ctrl-C
stops an answer. With --json each answer is one JSON line on standard output.

  sft chat .sft/runs/<run>
  sft chat .sft/runs/<run> --base`,
  async run(invocation) {
    const { session, model } = await openChat(invocation);
    const { json, terminal } = invocation;
    const { sampling, maxNewTokens, seed } = samplingChoice(invocation.options);
    const random = createRandom(seed);
    const input = createInterface({
      input: process.stdin,
      output: process.stderr,
      prompt: 'you> ',
      terminal: process.stdin.isTTY,
    });
    let messages: ChatMessage[] = [];
    let answering: AbortController | undefined;
    input.on('SIGINT', () => {
      if (answering === undefined) input.close();
      else answering.abort();
    });
    input.prompt();
    for await (const typed of input) {
      const content = typed.trim();
      if (content === '/exit') break;
      if (content === '/new') messages = [];
      if (content === '' || content === '/new') {
        input.prompt();
        continue;
      }
      messages.push({ role: 'user', content });
      answering = new AbortController();
      const decoder = createStreamingDecoder(session.chat.tokenizer);
      let text = '';
      const show = (piece: string): void => {
        text += piece;
        if (!json) terminal.write(piece);
      };
      const [result] = await generate(model, [fitting(session, model, messages, maxNewTokens)], {
        sampling,
        maxNewTokens,
        stopTokenIds: session.chat.stopTokenIds,
        random: () => () => random.nextFloat(),
        onToken: (_, id) => {
          show(decoder.push(id));
        },
        signal: answering.signal,
      });
      show(decoder.end());
      answering = undefined;
      if (json) terminal.out(JSON.stringify({ text, token_ids: result!.tokenIds, stop: result!.stop }));
      else terminal.write('\n');
      messages.push({ role: 'assistant', content: text });
      input.prompt();
    }
    input.close();
    session.close();
    return 0;
  },
};

async function openChat(invocation: Invocation): Promise<{ session: ModelSession; model: LlamaModel }> {
  const { positionals, options } = invocation;
  if (positionals.length === 0 && textOption(options, 'model') !== undefined) return openModelOption(invocation);
  const { session, tuned } = await openRun(onlyPositional(positionals, 'RUN'), options);
  return { session, model: options['base'] === true ? session.base : tuned };
}

/** The prompt of a conversation; its oldest turns are dropped until the answer has room in the model's context. */
function fitting(
  { chat }: ModelSession,
  { context }: LlamaModel,
  messages: ChatMessage[],
  maxNewTokens: number,
): readonly number[] {
  const limit = context - maxNewTokens;
  for (;;) {
    const ids = chat.encodePrompt(messages);
    if (ids.length <= limit) return ids;
    if (messages.length < 3) {
      messages.pop();
      throw new SftError(
        'prompt-too-long',
        `the question has ${ids.length} tokens, the model has room for ${Math.max(0, limit)}`,
        {
          remedy: 'ask a shorter question, or lower --max-new-tokens',
        },
      );
    }
    messages.splice(0, 2);
  }
}
