import { readFileSync } from 'node:fs';
import type { QaExample } from '../../src/dataset/example';

/** A row and the rules that must speak of it; all other rules must be silent. */
export interface LabelledRow {
  readonly example: QaExample;
  readonly rules: readonly string[];
}

type Change = (row: QaExample, other: QaExample, at: number) => QaExample;

const answer =
  (text: (old: string, at: number) => string): Change =>
  (row, _, at) => ({ ...row, answer: text(row.answer, at) });
const question =
  (text: (old: string) => string): Change =>
  (row) => ({ ...row, question: text(row.question) });
/** Puts a text where the first sentence ends. */
const insert = (what: string): Change => answer((old) => old.replace(/(?<=\.)(?: |$)/, ` ${what} `).trim());

/** For each rule, the ways a row is spoilt; several rows for each. */
const PLANTED: Readonly<Record<string, readonly Change[]>> = {
  'padded-text': [
    answer((old) => ` ${old}`),
    answer((old) => `${old}\n`),
    answer((old) => `\t${old}`),
    question((old) => `${old}  `),
    answer((old) => `${old}\u00a0`),
  ],
  'placeholder-answer': [
    answer(() => 'TODO'),
    answer(() => 'N/A'),
    answer(() => 'To be completed.'),
    answer(() => '[Insert answer here]'),
    answer(() => '<your answer>'),
    answer(() => 'As an AI language model, I cannot visit an office for you.'),
    answer(() => 'Lorem ipsum dolor sit amet, consectetur adipiscing elit.'),
    answer(() => 'FIXME: ask the office about it.'),
    insert('Ask for [Name] at the desk.'),
    insert('Send it to [your address] by post.'),
    answer(() => 'Answer goes here.'),
    answer(() => '...'),
    answer(() => "I'm an AI assistant and have no access to that."),
  ],
  'repeats-question': [
    (row) => ({ ...row, answer: `${row.question} ${row.answer}` }),
    (row) => ({ ...row, answer: `${row.question.toUpperCase()}\n${row.answer}` }),
    (row) => ({ ...row, answer: `Q: ${row.question}\nA: ${row.answer}` }),
  ],
  'cut-answer': [
    answer((old) => `${old} You will also need the`),
    answer((old) => `${old} Bring it to the office and`),
    answer((old) => `${old} It takes two weeks,`),
    answer((old) => `${old} They are open from`),
    answer((old) => `${old} The fee (in the bank or`),
    answer((old) => `${old} After that you will rec`),
  ],
  'merged-questions': [
    (row, other) => ({ ...row, question: `1. ${row.question}\n2. ${other.question}` }),
    (row, other) => ({
      ...row,
      question: `${row.question} ${other.question} How long does all of that take in the end?`,
    }),
    (row, other) => ({ ...row, question: `Q1: ${row.question}\nQ2: ${other.question}` }),
    (row, other) => ({ ...row, question: `Tell me:\n- ${row.question}\n- ${other.question}` }),
    (row, other) => ({ ...row, question: `a) ${row.question} b) ${other.question}` }),
  ],
  mojibake: [
    insert('The fee is â‚¦5,000.'),
    insert('The fee is ‚Ç¶50,000.'),
    insert('It is the officeâ€™s own form.'),
    insert('Ask for the cafÃ© entrance.'),
    insert('The desk is in á»ŒÌ€yá»Œ State.'),
    insert('It costs â‚¬20 or more.'),
  ],
  'control-characters': [
    insert('Bring a\u200bcopy.'),
    insert('Bring it\u0007now.'),
    answer((old) => `\ufeff${old}`),
    insert('Sign the \u202eform.'),
  ],
  'html-remnant': [
    answer((old) => `<p>${old}</p>`),
    insert('Come early.<br>'),
    insert('Bring a pen &amp; paper.'),
    insert('The fee&nbsp;is fixed.'),
    insert('It is the office&#8217;s form.'),
    insert('The fee is <b>fixed</b>.'),
    insert('See <a href="/form">the form</a>.'),
  ],
  'markdown-remnant': [
    insert('The fee is **fixed**.'),
    answer((old) => `## Steps\n${old}`),
    insert('Fill in [the form](https://example.com/form).'),
    answer((old) => `${old}\n\`\`\`\nform C1\n\`\`\``),
  ],
  'missing-media': [
    insert('See the image below.'),
    insert('The steps are as shown in Figure 2.'),
    insert('![map](map.png)'),
    insert('Refer to the attached form.'),
    question((old) => `Look at the picture above. ${old}`),
  ],
  'url-only': [
    answer((_, at) => `https://example.com/services/${at}`),
    answer((_, at) => `See https://example.com/faq/${at}.`),
    answer((_, at) => `Visit: www.example.com/help/${at}`),
  ],
  repetition: [
    answer((old) => `${old} ${'Come to the office. '.repeat(5).trim()}`),
    answer((old) => `${old} ${'very '.repeat(7)}early.`),
    answer((old) => `${old} a${'h'.repeat(40)}.`),
  ],
  'personal-data': [
    insert('Write to ada.obi@mail.ng for it.'),
    insert('Call Mr Bello on +234 803 555 0199.'),
    insert('Call 08035550199 before noon.'),
    insert('Pay with card 4539 1488 0343 6467.'),
    insert('Her NIN is 12345678901 there.'),
    insert('Pay into DE89 3704 0044 0532 0130 00.'),
    insert('His number is 219-09-9999 in that file.'),
    insert('Use the token hf_abcdefghijklmnopqrstuvwxyz012345 to log in.'),
    insert('The password is Sunsh1ne2024 for now.'),
  ],
};

/** Other languages, each of them the answer of a row. */
const FOREIGN = [
  'Vous devez présenter votre ancien passeport avec deux photos au bureau, et vous payez les frais sur place dans les deux semaines.',
  'Usted debe llevar el pasaporte anterior y dos fotos a la oficina, donde se paga la tasa antes de que se haga el trámite.',
  'Sie müssen den alten Pass und zwei Fotos mitbringen, und die Gebühr wird bei der Abholung im Büro bezahlt.',
  'Você deve levar o passaporte antigo e duas fotos ao escritório, e a taxa é paga no local até o fim do mês.',
  'Il vecchio passaporto e due foto devono essere portati in ufficio, dove si paga la tassa per il rinnovo e non è possibile farlo online.',
  'U moet het oude paspoort en twee foto’s meenemen naar het kantoor, waar de kosten worden betaald voordat het wordt gemaakt.',
  'Lazima ulete pasipoti ya zamani na picha mbili kwenye ofisi ya wilaya, na ada hii lazima ilipwe kwa benki kabla ya siku ya miadi.',
  'Za ka kawo tsohon fasfo da hotuna biyu zuwa ofishin, kuma za a biya kuɗin a cikin banki kafin ranar da aka ba ka.',
  'Вам нужно принести старый паспорт и две фотографии в отделение и оплатить пошлину на месте.',
  'يجب أن تحضر جواز السفر القديم وصورتين إلى المكتب وتدفع الرسوم هناك قبل الموعد.',
  '您需要把旧护照和两张照片带到办公室，并在那里支付费用，然后等待短信通知。',
  'आपको पुराना पासपोर्ट और दो तस्वीरें कार्यालय में लानी होंगी और वहीं शुल्क देना होगा।',
];

/** Sound rows that look like something else. */
const INNOCENT: readonly (readonly [string, string])[] = [
  [
    'What is a todo list good for?',
    'A todo list keeps the steps of an application in one place, so that none is forgotten.',
  ],
  ['How is a paragraph written in HTML?', 'In HTML a paragraph stands between <p> and </p>.'],
  ['What does &amp; mean in HTML?', 'In HTML, &amp; is the entity for the sign &.'],
  ['Is 5 < 7 and 9 > 3?', 'Yes: 5 < 7 and 9 > 3 are both true.'],
  ['How many naira are 12,345,678 kobo?', 'They are 123,456.78 naira.'],
  [
    'What is the population of the state?',
    'The census counted 1,234,567,890 people in all of the country in that year.',
  ],
  ['Who said "to be or not to be"?', 'Hamlet says it in the third act of the play.'],
  ['What is the smallest prime?', '2'],
  ['Which word is an article in English?', 'The word is "the"'],
  ['What must I bring?', '- passport\n- two photographs\n- form C1'],
  ['How do I write a loop in Python?', 'for i in range(3):\n    print(i)'],
  ['What is 17 times 4?', '17 * 4 = 68'],
  [
    'Where is the office of the Universidad Nacional?',
    'The Universidad Nacional Autónoma de México has its office of records beside the old library, near the gate.',
  ],
  [
    'Which song by Édith Piaf is best known?',
    'It is "La Vie en rose", which she wrote and sang first in the years after the war.',
  ],
  [
    'Translate "good morning, my friend" into French.',
    'Bonjour, mon ami. On dit cela le matin, et le soir on dit bonsoir, mais pas dans les deux cas avec les gens.',
  ],
  ['How do you greet someone in Yoruba?', 'Ẹ káàárọ̀ is said in the morning, and ẹ káàsán in the afternoon.'],
  ['What does the sign ₦ stand for?', 'It stands for the naira, as in ₦5,000.'],
  ['Can I pay at the bank? If not, where?', 'Yes, you can pay at any commercial bank.'],
  ['What did Ọlá say?', 'She said: "Why not? Who else?", and went home.'],
  ['How long is a very, very long wait?', 'More than a month is a very, very long wait.'],
  ['What does ha ha ha mean?', 'It means that somebody laughs: ha ha ha.'],
  [
    'Which table shows the fees?',
    'The table of fees hangs on the wall of every office and lists each form with its price.',
  ],
  ['How do I take a passport photograph?', 'Stand before a plain wall, look at the camera and do not smile.'],
  ['What is a figure of speech?', 'It is a phrase that means more than its words say, such as a metaphor.'],
  ['Where can I read more?', 'The rules are on https://example.com/rules, and a printed copy lies at every office.'],
  [
    'How do I reset my password?',
    'Choose "Forgot password" on the sign-in page and follow the link that is sent to you.',
  ],
  ['What is an API key?', 'An API key is a secret text that tells a service who is calling it.'],
  ['Which e-mail address is an example?', 'name@example.com is one, for nobody receives mail there.'],
  ['Is the office open on 2024-05-17?', 'Yes, 2024-05-17 is a working day.'],
  ['What is the ISBN of the guide?', 'It is 978-3-16-148410-0.'],
  ['What is the tracking number format?', 'Two letters and nine digits, such as AB123456789.'],
  ['What does N/A on a form mean?', 'N/A means that the question does not apply to you.'],
  [
    'What is lorem ipsum used for?',
    'Designers fill a page with a Latin text of no meaning until the real one is written.',
  ],
  ['What is an AI model?', 'It is a program that has learnt from examples instead of being told each rule.'],
  ['Where do I sign?', 'Sign in the box marked [X] on the last page.'],
  ['What is in the array [1, 2, 3]?', 'Three numbers, from 1 to 3.'],
  ['What does C++ add to C?', 'It adds classes, templates and much else.'],
  ['Who is it for?', 'It is what every applicant asks for.'],
  ['How are stars drawn in ASCII?', '**********'],
  ['What is the answer to the riddle?', 'The letter e; it is in everything, and it ends the name of a phrase.'],
  ['How much is 50% of 200?', '100'],
  [
    'Which of these do I bring:\n- a pen\n- a card\n- a photograph?',
    'A card and a photograph; pens lie at every desk.',
  ],
  ['Is it 5 - 3? Or is it 5 + 3?', 'It is 5 - 3, which is 2.'],
  ['When is the office closed?', 'On Sundays and public holidays, and from 12:30 to 13:30.'],
];

/** Rows to spoil each way of each rule. */
const ROWS_A_WAY = 3;

/** The labelled rows: example rows of this project left as they are, the same spoilt, and sound ones that look odd. Always the same. */
export function labelledRows(): LabelledRow[] {
  const pool = JSON.parse(readFileSync('examples/nigeria-services.json', 'utf8')) as QaExample[];
  const questions = new Set<string>();
  // Repeated questions belong to rules of their own, below.
  const own = pool.filter(({ question: text }) => !questions.has(text) && questions.add(text));
  let next = 0;
  const take = (): QaExample => own[next++ % own.length]!;
  const rows: LabelledRow[] = [];
  for (const [rule, changes] of Object.entries(PLANTED)) {
    for (let i = 0; i < changes.length * ROWS_A_WAY; i++) {
      const change = changes[i % changes.length]!;
      rows.push({ example: change(take(), own[(next + 7) % own.length]!, i), rules: [rule] });
    }
  }
  for (const text of FOREIGN) rows.push({ example: { ...take(), answer: text }, rules: ['language-mismatch'] });
  for (let i = 0; i < 15; i++) rows.push(...twins(take(), i));
  while (next < own.length) rows.push({ example: take(), rules: [] });
  for (const [asked, text] of INNOCENT) rows.push({ example: { question: asked, answer: text }, rules: [] });
  return rows;
}

/** A row, and one that repeats it, nearly repeats it, or says something else. */
function twins(row: QaExample, at: number): LabelledRow[] {
  const first = { example: row, rules: [] };
  const longer = {
    ...row,
    answer: `${row.answer} The desk on the left of the main entrance gives out the form and takes it back.`,
  };
  switch (at % 3) {
    case 0:
      return [first, { example: { ...row, answer: row.answer.toUpperCase() }, rules: ['exact-duplicate'] }];
    case 1:
      return [
        { example: longer, rules: [] },
        {
          example: { ...longer, answer: longer.answer.replace('the left of', 'the right of') },
          rules: ['near-duplicate'],
        },
      ];
    default: {
      const other = `Nobody can say for certain: ask ${40 + at} other people elsewhere.`;
      return [first, { example: { ...row, answer: other }, rules: ['contradictory-answers'] }];
    }
  }
}
