/** One mistake of a file in workspace/ and what the editor makes of it. */
export interface PlantedMistake {
  readonly rule: string;
  /** Text that stands once in the file (or nothing, for its start); the finding begins in it or at its end. */
  readonly at: string;
  /** The text below the squiggle. */
  readonly covers: string;
  /** What the first quick fix makes of `at`; undefined where no mechanical repair is promised. */
  readonly fixed?: string;
}

const TWIN = `{
    "question": "Which papers does the customs officer ask for at the port?",
    "answer": "The officer asks for the bill of lading, the invoice, the packing list and the import permit.",
    "agency": "NCS"
  }`;

const FIRST =
  '{"question": "How long does a name reservation last?", "answer": "A reserved name is held for 60 days. Register the business before then, or reserve the name again.';
const ALMOST_FIRST = `${FIRST.replace('again.', 'days or so.')}", "agency": "CAC"}`;

const LEAKED =
  '{"question": "Which bridge is closed on market days?", "answer": "The old stone bridge, from the first bell until the last."}';

export const PLANTED: Readonly<Record<string, readonly PlantedMistake[]>> = {
  'planted.json': [
    { rule: 'padded-text', at: '"  The passport', covers: '  ', fixed: '"The passport' },
    { rule: 'placeholder-answer', at: '"TODO"', covers: 'TODO' },
    { rule: 'mojibake', at: '‚Ç¶50,000', covers: '‚Ç¶', fixed: '₦50,000' },
    { rule: 'html-remnant', at: '"<p>Go', covers: '<p>', fixed: '"Go' },
    { rule: 'html-remnant', at: 'card.</p>', covers: '</p>', fixed: 'card.' },
    { rule: 'exact-duplicate', at: `${TWIN},\n  {\n    "question": "When can`, covers: '{' },
    { rule: 'misspelt-key', at: '"anwser"', covers: '"anwser"', fixed: '"answer"' },
    { rule: 'missing-key', at: '{\n    "question": "Who signs', covers: '{' },
    { rule: 'wrong-type', at: '"answer": 2,', covers: '2', fixed: '"answer": "2",' },
    { rule: 'blank-text', at: '"answer": "   "', covers: '"   "' },
    {
      rule: 'unescaped-quote',
      at: '"the yellow paper"',
      covers: '"',
      fixed: '\\"the yellow paper\\"',
    },
    { rule: 'duplicate-key', at: '"answer": "Yes, ask', covers: '"answer"' },
    { rule: 'trailing-comma', at: ',\n]', covers: ',', fixed: '\n]' },
  ],
  'syntax.json': [
    { rule: 'trailing-comma', at: 'of the state.",', covers: ',', fixed: 'of the state."' },
    { rule: 'missing-comma', at: 'a borehole?"', covers: 'borehole?"', fixed: 'a borehole?",' },
    {
      rule: 'single-quotes',
      at: `'question': 'Which card shows my number?',
    'answer': 'The plastic card, or the slip that is printed at the centre.'`,
      covers: "'question'",
      fixed: `"question": "Which card shows my number?",
    "answer": "The plastic card, or the slip that is printed at the centre."`,
    },
    {
      rule: 'curly-quotes',
      at: `“question”: “When is the market closed?”,
    “answer”: “On the last Saturday morning of the month, for the clean-up.”`,
      covers: '“question”',
      fixed: `"question": "When is the market closed?",
    "answer": "On the last Saturday morning of the month, for the clean-up."`,
    },
    { rule: 'missing-colon', at: '"question" "How long', covers: '"question"', fixed: '"question": "How long' },
    { rule: 'control-character', at: 'secretariat,\non', covers: '\n', fixed: 'secretariat,\\non' },
    { rule: 'invalid-escape', at: 'checked\\.', covers: '\\.', fixed: 'checked\\\\.' },
    { rule: 'comment', at: '    // asked every week\n', covers: '// asked every week' },
    { rule: 'unquoted-text', at: 'question: "Who may', covers: 'question', fixed: '"question": "Who may' },
    { rule: 'invalid-value', at: '"agency": None', covers: 'None', fixed: '"agency": null' },
    { rule: 'extra-comma', at: 'the towns.",,', covers: ',', fixed: 'the towns.",' },
    { rule: 'missing-value', at: '"answer":\n', covers: '"answer":', fixed: '"answer": ""\n' },
    { rule: 'wrong-bracket', at: '],\n  {\n    "question": "When does', covers: ']' },
    {
      rule: 'unclosed-text',
      at: '"At the desk of the supplier, with the last bill.',
      covers: '"At the desk of the supplier, with the last bill.',
      fixed: '"At the desk of the supplier, with the last bill."',
    },
    { rule: 'unexpected-text', at: '} and so on\n', covers: 'and so on', fixed: '}\n' },
  ],
  'cut-off.json': [{ rule: 'cut-off', at: 'on pay\n', covers: 'pay', fixed: 'on pay"\n  }\n]\n' }],
  'texts.json': [
    { rule: 'dataset-size', at: '[\n  {\n    "question": "Which desk', covers: '' },
    { rule: 'control-characters', at: 'second\u200b gate', covers: '\u200b', fixed: 'second gate' },
    { rule: 'cut-answer', at: 'wait for the"', covers: 'the' },
    { rule: 'markdown-remnant', at: '"## The papers', covers: '## The papers' },
    {
      rule: 'merged-questions',
      at: '"Please tell me:',
      covers: String.raw`Please tell me:\n1. Where do I register a bus?\n2. Who inspects the brakes?`,
    },
    { rule: 'missing-media', at: 'as shown in the picture below', covers: 'as shown in the picture below' },
    {
      rule: 'personal-data',
      at: 'adaobi.nwosu@pensiondesk.ng',
      covers: 'adaobi.nwosu@pensiondesk.ng',
      fixed: '[email]',
    },
    {
      rule: 'repeats-question',
      at: 'How long is a fishing permit good for? It is',
      covers: 'How long is a fishing permit good for?',
      fixed: 'It is',
    },
    {
      rule: 'repetition',
      at: 'Please wait please wait please wait please wait',
      covers: 'Please wait please wait please wait please wait',
      fixed: 'Please wait',
    },
    { rule: 'url-only', at: '"https:', covers: 'https://surveyors.gov.ng/approved/list' },
    { rule: 'html-remnant', at: 'booth &amp; that', covers: '&amp;', fixed: 'booth & that' },
  ],
  'chats.jsonl': [
    { rule: 'turn-order', at: '"user", "content": "I have a small boat."', covers: '"user"' },
    { rule: 'unknown-role', at: '"bot"', covers: '"bot"' },
    { rule: 'last-turn', at: '"user", "content": "And for pupils?"', covers: '"user"' },
    { rule: 'mixed-format', at: '{"instruction"', covers: '{' },
    { rule: 'trailing-comma', at: 'arrivals hall."},]', covers: ',', fixed: 'arrivals hall."}]' },
    { rule: 'nothing-learnt', at: '"assistant", "content": "The warden', covers: '"assistant"' },
    { rule: 'control-token', at: 'locks it.<|im_end|>', covers: '<|im_end|>', fixed: 'locks it.' },
  ],
  'other-tools.jsonl': [
    { rule: 'unused-key', at: '{"question": "Which functions', covers: '{' },
    { rule: 'other-format', at: '{"question": "In what year', covers: '{' },
    { rule: 'list-as-text', at: "\"['Ada', 'Bola']\"", covers: "['Ada', 'Bola']" },
  ],
  'tools.jsonl': [{ rule: 'tool-turns', at: '{"messages": [{"role": "user", "content": "Is the bridge', covers: '{' }],
  'set.jsonl': [
    { rule: 'agency-imbalance', at: `${FIRST}", "agency"`, covers: '' },
    { rule: 'near-agency', at: '"Cac"', covers: '"Cac"', fixed: '"CAC"' },
    { rule: 'near-duplicate', at: ALMOST_FIRST, covers: '{' },
    {
      rule: 'contradictory-answers',
      at: '"Nobody holds',
      covers: '"Nobody holds any name for anyone: whoever files the papers first has it."',
    },
    {
      rule: 'language-mismatch',
      at: '"Le bureau',
      covers:
        '"Le bureau de la commune garde le registre dans une armoire fermée, et chaque habitant du village peut le consulter le matin, sans payer de droits, à condition de montrer sa carte au gardien qui se tient à la porte."',
    },
    { rule: 'length-outlier', at: '{"question": "Why is the register', covers: '{' },
  ],
  'leak/test.jsonl': [{ rule: 'split-leak', at: LEAKED, covers: '{' }],
  'table.csv': [{ rule: 'csv-columns', at: ',LGA\nWhich lamp', covers: 'LGA' }],
  'columns.csv': [{ rule: 'csv-header', at: 'answer\nWho', covers: 'answer' }],
  'declared/empty.json': [{ rule: 'empty-file', at: '', covers: '' }],
  'declared/top-level.json': [
    { rule: 'top-level', at: '"question:', covers: '"question: where is the office? answer: here"' },
  ],
  'declared/prose.txt': [{ rule: 'not-json', at: 'Question:', covers: 'Question: Where is the office?' }],
  'declared/deep.json': [{ rule: 'too-deep', at: `"answer": ${'['.repeat(140)}`, covers: '[' }],
};

/** The other parts of a split, which the command line must be given to see what the editor sees. */
export const OTHER_PARTS: Readonly<Record<string, readonly string[]>> = { 'leak/test.jsonl': ['leak/train.jsonl'] };

/** Rules of files that an editor cannot open as text or keep in step; `Check Dataset File` reports them from disk. */
export const NOT_IN_A_DOCUMENT: readonly string[] = [
  'not-data',
  'not-text',
  'wrong-encoding',
  'too-long',
  'too-many-errors',
];
