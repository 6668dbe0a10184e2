import { matchesOf, shown, sourceMatches, textRule, type TextProblem } from './text-rule';

/** Llama's, ChatML's, Mistral's, Gemma's and DeepSeek's; the two of Llama 2 only where they begin or end a text, since HTML has `<s>` too. */
const TOKEN =
  /<\|[a-z][a-z0-9_]{1,40}\|>|\[\/?INST\]|<<\/?SYS>>|<(?:start|end)_of_turn>|<｜[^｜<>\s]{1,40}｜>|^\s*<s>|<\/s>\s*$/gi;
const ANY = /<[|/<\uff5cseS]|\[\/?INST\]/i;

/** Special tokens of chat templates in a text: a conversation that another program has put together, or an attempt to speak as someone else. */
export const controlToken = textRule(
  'control-token',
  'warning',
  sourceMatches(ANY),
  function* ({ value, role }): Generator<TextProblem> {
    if (role === 'agency' || role === 'other' || role === 'transcript') return;
    for (const { from, to, found } of matchesOf(TOKEN, value)) {
      yield {
        from,
        to,
        message: `${shown(found.trim())} is a special token of a chat template, but here it would be learned as plain text - remove it`,
        repair: { title: `Remove ${found.trim()}`, from, to, text: '', safe: false },
      };
    }
  },
);
