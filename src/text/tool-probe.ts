import type { ExampleMessage } from '../dataset/example';

// A conversation in which a tool is called, with words that no template has: what of it a template writes tells what it knows of tools.

export const LISTED = 'xqlistedqx';
export const CALLED = 'xqcalledqx';
export const GIVEN = 'xqgivenqx';
export const RESULT = 'xqresultqx';
/** Mistral takes ids of nine letters and digits alone. */
const ID = 'xqcallqx1';

export const PROBE_TOOLS = JSON.stringify([
  {
    type: 'function',
    function: { name: LISTED, description: LISTED, parameters: { type: 'object', properties: {}, required: [] } },
  },
]);

const QUESTION: ExampleMessage = { role: 'user', content: 'question' };
const ANSWER: ExampleMessage = { role: 'assistant', content: 'answer' };

export const PLAIN_PROBE: readonly ExampleMessage[] = [QUESTION, ANSWER];

export const CALL_PROBE: readonly ExampleMessage[] = [
  QUESTION,
  { role: 'assistant', content: '', calls: [{ id: ID, name: CALLED, arguments: `{"${GIVEN}": "${GIVEN}"}` }] },
  { role: 'tool', content: RESULT, name: CALLED, callId: ID },
  ANSWER,
];
