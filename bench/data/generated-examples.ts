import { createRandom, type Random } from '../../src/base/random';

const WORDS =
  'the a number office form passport licence registration payment of ₦5,000 is due within ten working days please bring your original documents and one photograph to the nearest centre Ọ̀yọ́ State “online” portal then wait for an SMS'.split(
    ' ',
  );

/** Question/answer rows of seeded words: 50,000 of them, indented by 2, are 31 MB in UTF-8. */
export function generatedExamples(count: number): Record<string, string>[] {
  const random = createRandom(31);
  return Array.from({ length: count }, (_, i) => ({
    question: `${i}: ${sentence(random, 6 + random.below(14))}?`,
    answer: sentence(random, 20 + random.below(116)),
    agency: `Agency ${random.below(12)}`,
  }));
}

/** As generatedExamples, with sentences that end, as those of a set that is nearly clean, and one row in 200 with something wrong. */
export function curatedExamples(count: number): Record<string, string>[] {
  const random = createRandom(32);
  const mistakes = [' padded', 'TODO', 'Write to ada.obi@mail.ng.', 'It costs â‚¬5.', '<p>Come early.</p>', ''];
  return generatedExamples(count).map((row, i) => {
    const wrong = i % 200 === 77 ? mistakes[random.below(mistakes.length)]! : undefined;
    const ended = row['answer']!.replace(/^./u, (c) => c.toUpperCase());
    return { ...row, answer: wrong ?? `${ended} centre.` };
  });
}

function sentence(random: Random, words: number): string {
  return Array.from({ length: words }, () => WORDS[random.below(WORDS.length)]!).join(' ');
}
