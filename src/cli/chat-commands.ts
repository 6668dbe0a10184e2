import type { Conversation } from './conversation';

interface ChatCommand {
  readonly usage: string;
  readonly help: string;
  /** @returns what to say of it */
  readonly run: (conversations: readonly Conversation[], text: string) => string;
}

/** Ends the conversation: the loop that reads lines knows it. */
export const EXIT = '/exit';

const COMMANDS: Readonly<Record<string, ChatCommand>> = {
  '/help': { usage: '/help', help: 'list these commands', run: () => commandList() },
  '/new': {
    usage: '/new',
    help: 'forget the conversation and start a new one',
    run: (conversations) => {
      for (const one of conversations) one.clear();
      return 'a new conversation';
    },
  },
  '/undo': {
    usage: '/undo',
    help: 'take back the last question and its answer',
    run: (conversations) => {
      const undone = conversations.filter((one) => one.undo());
      return undone.length > 0 ? 'the last question was taken back' : 'there is no question to take back';
    },
  },
  '/system': {
    usage: '/system TEXT',
    help: 'start a new conversation with this system message; without TEXT, with the one of the run or of the command line',
    run: (conversations, text) => {
      for (const one of conversations) one.setSystem(text);
      return text === '' ? 'a new conversation' : 'a new conversation with that system message';
    },
  },
  [EXIT]: { usage: EXIT, help: 'end (or Ctrl-D)', run: () => '' },
};

function commandList(): string {
  const commands = Object.values(COMMANDS);
  const width = Math.max(...commands.map(({ usage }) => usage.length));
  return commands.map(({ usage, help }) => `${usage.padEnd(width)}  ${help}`).join('\n');
}

/**
 * Carries out a line that is a command. One word after a slash that is none is told, not asked: a question that begins with a slash has
 * more words.
 * @returns what to say of it; undefined where the line is a question
 */
export function runChatCommand(line: string, conversations: readonly Conversation[]): string | undefined {
  const [, name, text] = /^(\/[a-z]+)(?:\s+(.*))?$/s.exec(line) ?? [];
  if (name === undefined) return undefined;
  const command = COMMANDS[name];
  const takesText = command?.usage.includes(' ') === true;
  if (text !== undefined && !takesText) return undefined;
  if (command === undefined) return `${name} is not a command; /help lists them`;
  return command.run(conversations, text ?? '');
}
