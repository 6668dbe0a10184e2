import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { Finding } from './finding';
import { checkText } from './read';
import { SINGLE_EXAMPLE_RULES } from './rules';
import { findMojibake } from './rules/mojibake-text';

function check(text: string, file = 'x.json'): Finding[] {
  return checkText(file, text, SINGLE_EXAMPLE_RULES).flatMap((item) => (item.type === 'finding' ? [item.finding] : []));
}

function row(question: string, answer: string): string {
  return JSON.stringify([{ question, answer }], null, 2);
}

/** The findings as `rule: the text they cover`, as it stands in the file. */
function found(question: string, answer: string): string[] {
  const text = row(question, answer);
  return check(text).map(({ rule, offset, endOffset }) => `${rule}: ${text.slice(offset, endOffset)}`);
}

const Q = 'How do I renew my passport?';

describe('rules about one example', () => {
  const cases: readonly [string, string, string[]][] = [
    [Q, '  Go to the office.', ['padded-text:   ']],
    [Q, 'Go to the office.\n\t', ['padded-text: \\n\\t']],
    [Q, 'TODO', ['placeholder-answer: TODO']],
    [Q, 'N/A', ['placeholder-answer: N/A']],
    [Q, 'Dear [Name], your form is ready.', ['placeholder-answer: [Name]']],
    [Q, 'Write to <your office> first.', ['placeholder-answer: <your office>']],
    [Q, 'As an AI language model, I cannot travel.', ['placeholder-answer: As an AI language model']],
    [Q, 'Hacer todo el trabajo en un día.', []],
    [Q, `${Q} Go to the office.`, [`repeats-question: ${Q}`]],
    [Q, 'You must bring your birth certificate and the', ['cut-answer: the']],
    [Q, 'Bring your birth certificate, two photographs,', ['cut-answer: photographs,']],
    [Q, 'Save it as a PDF. After that you will rec', ['cut-answer: rec']],
    [Q, 'The U.S. Government office at the gate', []],
    [Q, 'The total of both is 48 + 24 = 72\n#### 72', []],
    [Q, '- passport\n- two photographs\n- form C1', []],
    [Q, 'Ministry of Foreign Affairs', []],
    [
      '1. How do I renew my passport?\n2. What does it cost today?',
      'a.',
      ['merged-questions: 1. How do I renew my passport?\\n2. What does it cost today?'],
    ],
    [
      '- Where is the office?\n- When is it open?',
      'a.',
      ['merged-questions: - Where is the office?\\n- When is it open?'],
    ],
    [
      'a) Where is the office? b) When is it open?',
      'a.',
      ['merged-questions: a) Where is the office? b) When is it open?'],
    ],
    ['Which of these do I bring:\n- a pen\n- a card\n- a photograph?', 'A card.', []],
    ['I lost my card. What now? Can I get another?', 'Yes.', []],
    [Q, 'It costs ‚Ç¶50,000.', ['mojibake: ‚Ç¶']],
    [Q, 'The cafÃ© is open.', ['mojibake: Ã©']],
    [Q, 'CAFÉ” and “NÃO” and √π and l’été', []],
    [Q, 'Stop.<|im_end|> <|im_start|>system', ['control-token: <|im_end|>', 'control-token: <|im_start|>']],
    ['<s>[INST] Hi [/INST]', 'a.</s>', ['<s>', '[INST]', '[/INST]', '</s>'].map((token) => `control-token: ${token}`)],
    [Q, 'The <|> of a <s>cut</s> price is [in] it.', []],
    [Q, 'go\u200bing on', ['control-characters: \u200b']],
    [Q, 'a\u0007b', ['control-characters: \\u0007']],
    [Q, '👩\u200d👩\u200d👧 می\u200cخواهم', []],
    [Q, 'Forms &amp; fees', ['html-remnant: &amp;']],
    [Q, 'Go <b>now</b>', ['html-remnant: <b>', 'html-remnant: </b>']],
    [Q, 'In HTML write <b>now</b> for bold.', []],
    [Q, 'x < y and a > b', []],
    [Q, '## Steps\nGo **now**.', ['markdown-remnant: ## Steps', 'markdown-remnant: **now**']],
    ['What is in the image below?', 'A cat.', ['missing-media: in the image below']],
    [Q, 'Open ![form](form.png) first.', ['missing-media: ![form](form.png)']],
    [Q, 'https://example.com/a?b=c', ['url-only: https://example.com/a?b=c']],
    [Q, 'Apply at https://example.com/a.', []],
    [Q, 'very good very good very good very good.', []],
    [
      Q,
      'go there go there go there go there go there now',
      ['repetition: go there go there go there go there go there'],
    ],
    [Q, `Go${'o'.repeat(25)}`, [`repetition: ${'o'.repeat(26)}`]],
    [Q, 'Write to ada.obi@mail.ng today.', ['personal-data: ada.obi@mail.ng']],
    [Q, 'Call 0803 123 4567 today.', ['personal-data: 0803 123 4567']],
    [Q, 'Card 4111 1111 1111 1112 is no card; 4539 1488 0343 6467 is.', ['personal-data: 4539 1488 0343 6467']],
    [Q, 'IBAN GB82 WEST 1234 5698 7654 32.', ['personal-data: GB82 WEST 1234 5698 7654 32']],
    [Q, 'My NIN is 12345678901.', ['personal-data: 12345678901']],
    [Q, 'The number is 12345678901.', []],
    [Q, 'SSN 219-09-9999.', ['personal-data: 219-09-9999']],
    [Q, 'Use sk-abcdefghij0123456789XYZ now.', ['personal-data: sk-abcdefghij0123456789XYZ']],
  ];
  for (const [question, answer, expected] of cases) {
    it(answer.slice(0, 50).replaceAll('\n', '⏎'), () => {
      assert.deepEqual(found(question, answer), expected);
    });
  }

  it('takes a key for an error and an address for a warning', () => {
    assert.equal(check(row(Q, 'Use sk-abcdefghij0123456789XYZ now.'))[0]!.severity, 'error');
    assert.equal(check(row(Q, 'Write to ada.obi@mail.ng today.'))[0]!.severity, 'warning');
  });

  const repairs: readonly [string, string, string, boolean][] = [
    ['padded-text', ' a.', 'a.', true],
    ['mojibake', 'It costs ‚Ç¶50,000.', 'It costs ₦50,000.', true],
    ['mojibake', 'caf√©', 'café', true],
    ['mojibake', 'donâ€™t', 'don’t', true],
    ['mojibake', 'donâ\u0080\u0099t', 'don’t', true],
    ['mojibake', 'cafÃƒÂ©', 'café', true],
    ['mojibake', '·ªçj', 'ọj', true],
    ['control-characters', 'a\u202eb', 'ab', true],
    ['control-token', 'a<|eot_id|>b', 'ab', false],
    ['html-remnant', 'say &quot;yes&quot; to', 'say "yes&quot; to', true],
    ['html-remnant', 'one<br/>two', 'one\ntwo', false],
    ['repeats-question', `${Q} Go.`, 'Go.', false],
    ['repetition', 'go there go there go there go there now', 'go there now', false],
    ['personal-data', 'to ada.obi@mail.ng now', 'to [email] now', false],
  ];
  for (const [rule, answer, wanted, safe] of repairs) {
    it(`repairs ${rule}: ${answer}`, () => {
      const text = row(Q, answer);
      const fix = check(text).find((one) => one.rule === rule)!.fixes[0]!;
      const [edit] = fix.edits;
      const result = text.slice(0, edit!.start) + edit!.text + text.slice(edit!.end);
      assert.equal(result, row(Q, wanted));
      assert.equal(fix.safe, safe);
    });
  }

  it('repairs every second byte read as Mac Roman', () => {
    const mac = new TextDecoder('macintosh');
    for (let second = 0x80; second < 0xc0; second++) {
      const wanted = new TextDecoder().decode(Uint8Array.of(0xc5, second));
      assert.deepEqual(
        findMojibake(`a${mac.decode(Uint8Array.of(0xc5, second))}b`).map((part) => part.repaired),
        [wanted],
      );
    }
  });

  it('keeps the escapes of the file around a repair', () => {
    const text = '[{"question": "a?", "answer": "\\u20a6 \\/ \\u200b\\"b\\""}]';
    const [edit] = check(text)[0]!.fixes[0]!.edits;
    assert.equal(text.slice(0, edit!.start) + edit!.text + text.slice(edit!.end), text.replace('\\u200b', ''));
  });

  it('looks at every turn of a conversation', () => {
    const text = JSON.stringify({
      messages: [
        { role: 'user', content: 'hi' },
        { role: 'assistant', content: 'cafÃ©' },
        { role: 'user', content: 'and?' },
        { role: 'assistant', content: 'no.' },
      ],
    });
    assert.deepEqual(
      check(`${text}\n${text}`, 'x.jsonl').map(({ rule, line }) => `${line} ${rule}`),
      ['1 mojibake', '2 mojibake'],
    );
  });

  it('says nothing about the project’s own examples', () => {
    const file = 'examples/nigeria-services.json';
    assert.deepEqual(check(readFileSync(file, 'utf8'), file), []);
  });
});
