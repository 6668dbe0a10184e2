/** One mistake of a file in workspace/ and what the editor makes of it. */
export interface PlantedMistake {
  readonly rule: string;
  /** Text that stands once in the file; the finding begins in it or at its end. */
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

export const PLANTED: Readonly<Record<string, readonly PlantedMistake[]>> = {
  'planted.json': [
    { rule: 'padded-text', at: '"  The passport', covers: '  ', fixed: '"The passport' },
    { rule: 'placeholder-answer', at: '"TODO"', covers: '"TODO"' },
    { rule: 'mojibake', at: '‚Ç¶50,000', covers: '‚Ç¶', fixed: '₦50,000' },
    {
      rule: 'html-remnant',
      at: '<p>Go to the local electoral office with a police report and ask for a replacement card.</p>',
      covers: '<p>',
      fixed: 'Go to the local electoral office with a police report and ask for a replacement card.',
    },
    { rule: 'exact-duplicate', at: `${TWIN},\n  {\n    "question": "When can`, covers: TWIN },
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
    { rule: 'missing-comma', at: 'a borehole?"', covers: '', fixed: 'a borehole?",' },
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
    { rule: 'missing-colon', at: '"question" "How long', covers: '', fixed: '"question": "How long' },
    { rule: 'control-character', at: 'secretariat,\non', covers: '\n', fixed: 'secretariat,\\non' },
    { rule: 'invalid-escape', at: 'checked\\.', covers: '\\.', fixed: 'checked\\\\.' },
    { rule: 'comment', at: '    // asked every week\n', covers: '// asked every week' },
    { rule: 'unquoted-text', at: 'question: "Who may', covers: 'question', fixed: '"question": "Who may' },
    { rule: 'invalid-value', at: '"agency": None', covers: 'None', fixed: '"agency": null' },
    { rule: 'extra-comma', at: 'the towns.",,', covers: ',', fixed: 'the towns.",' },
    { rule: 'missing-value', at: '"answer":\n', covers: '' },
    { rule: 'wrong-bracket', at: '],\n  {\n    "question": "When does', covers: ']' },
    { rule: 'unclosed-text', at: '"At the desk of', covers: '"At the desk of the supplier, with the last bill.' },
    { rule: 'unexpected-text', at: 'and so on', covers: 'and so on' },
  ],
  'cut-off.json': [{ rule: 'cut-off', at: 'on pay\n', covers: '' }],
};

/** Reported on whole files that the editor does not take for a dataset, or cannot open as text; src/dataset holds them. */
export const NOT_IN_A_DOCUMENT: readonly string[] = [
  'empty-file',
  'not-json',
  'not-text',
  'wrong-encoding',
  'top-level',
  'too-deep',
  'too-long',
];
