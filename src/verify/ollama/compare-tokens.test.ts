import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { loadTokenizer, type TextTokenizer } from '../../text/tokenizer';
import { compareTokens } from './compare-tokens';

describe('an answer beside that of Ollama', () => {
  let llama: TextTokenizer;
  let mistral: TextTokenizer;

  before(async () => {
    llama = await loadTokenizer('test/reference/text/tokenizers/llama-3');
    mistral = await loadTokenizer('test/reference/text/tokenizers/mistral');
  });

  const spelled = (tokenizer: TextTokenizer, ids: readonly number[]): string[] =>
    ids.map((id) => tokenizer.decode([id]));

  it('is compared by tokens, where texts go on together for longer', () => {
    const ids = llama.encode('in the office');
    const [first, ...rest] = spelled(llama, ids);
    assert.deepEqual(compareTokens(llama, ids, [first!, ...rest]), { at: ids.length, readable: ids.length });
    const cutElsewhere = [first!.slice(0, 1), first!.slice(1), ...rest];
    assert.deepEqual(compareTokens(llama, ids, cutElsewhere), { at: 0, readable: ids.length });
    assert.deepEqual(compareTokens(llama, ids, [first!]), { at: 1, readable: ids.length });
  });

  it('has the blanks and special tokens that Ollama writes out', () => {
    const ids = mistral.encode('days</s>days');
    assert.ok(ids.some((id) => mistral.isSpecial(id)));
    const texts = ids.map((id) => mistral.tokenText(id).replaceAll('\u2581', ' '));
    assert.deepEqual(compareTokens(mistral, ids, texts), { at: ids.length, readable: ids.length });
  });

  it('is compared as far as its bytes are whole characters', () => {
    const emoji = llama.encode('\u{1f600}');
    assert.ok(emoji.length > 1, 'it takes several tokens');
    const bytes = emoji.map(() => '\uFFFD');
    assert.deepEqual(compareTokens(llama, emoji, bytes), { at: emoji.length, readable: emoji.length });
    const cut = [...llama.encode('Yes'), ...emoji.slice(0, -1)];
    const yes = llama.encode('Yes').length;
    assert.deepEqual(compareTokens(llama, cut, spelled(llama, llama.encode('Yes'))), { at: yes, readable: yes });
    // Ollama leaves out the lone byte, and here what follows it too.
    const lone = [...llama.encode('Yes'), emoji.at(-1)!, ...llama.encode(' on the portal')];
    assert.deepEqual(compareTokens(llama, lone, spelled(llama, llama.encode('Yes'))), { at: yes, readable: yes });
  });
});
