import { createInterface } from 'node:readline';
import { createRandom } from '../base/random';
import { formatError, SftError } from '../base/errors';
import { generate } from '../generate/generate';
import type { ModelSession } from '../generate/session';
import { createStreamingDecoder } from '../text/streaming-decoder';
import { EXIT, runChatCommand } from './chat-commands';
import { Conversation } from './conversation';
import { MODEL_OPTIONS, openModelOption } from './open-model';
import { openRun } from './open-run';
import { onlyPositional, textOption } from './option-values';
import { SAMPLING_OPTIONS, samplingChoice } from './sampling-options';
import type { Invocation, Verb } from './verb';

export const chatVerb: Verb = {
  name: 'chat',
  summary: 'chat with a tuned model in the terminal, alone or next to its base model',
  usage: 'sft chat RUN [options]   or   sft chat --model DIR [--adapter DIR] [options]',
  options: {
    base: { type: 'boolean', help: 'chat with the base model of RUN instead of the tuned one' },
    both: { type: 'boolean', help: 'let the base model answer before the tuned one; each remembers its own answers' },
    ...MODEL_OPTIONS,
    ...SAMPLING_OPTIONS,
  },
  teach: `Type a question and press Enter; the model remembers the conversation. /new starts afresh, /undo takes the last question back,
/system TEXT sets a system message, /help lists all commands, /exit (or Ctrl-D) ends, Ctrl-C stops an answer. With --json each
answer is one JSON line on standard output.

  sft chat .sft/runs/<run>
  sft chat .sft/runs/<run> --both`,
  async run(invocation) {
    const { session, conversations } = await openChat(invocation);
    const { json, terminal } = invocation;
    const { sampling, maxNewTokens, seed } = samplingChoice(invocation.options);
    const random = createRandom(seed);
    const input = createInterface({
      input: process.stdin,
      output: process.stderr,
      prompt: 'you> ',
      terminal: process.stdin.isTTY,
    });
    let answering: AbortController | undefined;
    input.on('SIGINT', () => {
      if (answering === undefined) input.close();
      else answering.abort();
    });

    const answer = async (conversation: Conversation, question: string, signal: AbortSignal): Promise<void> => {
      const { name, model } = conversation;
      const decoder = createStreamingDecoder(session.chat.tokenizer);
      let text = '';
      const show = (piece: string): void => {
        text += piece;
        if (!json) terminal.write(piece);
      };
      const prompt = conversation.prompt(session.chat, question, maxNewTokens);
      const named = conversations.length > 1;
      if (named && !json) terminal.write(`${name}> `);
      const [result] = await generate(model, [prompt], {
        sampling,
        maxNewTokens,
        stopTokenIds: session.chat.stopTokenIds,
        random: () => () => random.nextFloat(),
        onToken: (_, id) => {
          show(decoder.push(id));
        },
        signal,
      });
      show(decoder.end());
      const { tokenIds: token_ids, stop } = result!;
      if (json) terminal.out(JSON.stringify({ ...(named ? { model: name } : {}), text, token_ids, stop }));
      else terminal.write('\n');
      conversation.answered(question, text);
    };

    const take = async (line: string): Promise<void> => {
      const said = runChatCommand(line, conversations);
      if (said !== undefined) terminal.log(...said.split('\n'));
      if (line === '' || said !== undefined) return;
      answering = new AbortController();
      try {
        for (const conversation of conversations) await answer(conversation, line, answering.signal);
      } finally {
        answering = undefined;
      }
    };

    try {
      input.prompt();
      for await (const typed of input) {
        const line = typed.trim();
        if (line === EXIT) break;
        await take(line).catch((error: unknown) => {
          // Whoever sits before it asks something shorter.
          if (!process.stdin.isTTY || !(error instanceof SftError)) throw error;
          terminal.log(formatError(error));
        });
        input.prompt();
      }
      return 0;
    } finally {
      input.close();
      session.close();
    }
  },
};

async function openChat(invocation: Invocation): Promise<{ session: ModelSession; conversations: Conversation[] }> {
  const { positionals, options } = invocation;
  const [base, both] = [options['base'] === true, options['both'] === true];
  if (base && both)
    throw new SftError('usage', '--base and --both cannot be combined', { remedy: 'give one of them', exitCode: 2 });
  if (positionals.length === 0 && textOption(options, 'model') !== undefined) {
    const { session, model } = await openModelOption(invocation);
    const models = both && model !== session.base ? [session.base, model] : [model];
    return { session, conversations: models.map(named(session)) };
  }
  const { session, tuned } = await openRun(onlyPositional(positionals, 'RUN'), options);
  const models = both ? [session.base, tuned] : [base ? session.base : tuned];
  return { session, conversations: models.map(named(session)) };
}

function named({ base }: ModelSession): (model: ModelSession['base']) => Conversation {
  return (model) => new Conversation(model === base ? 'base' : 'tuned', model);
}
