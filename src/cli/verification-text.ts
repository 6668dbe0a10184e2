import { countOf } from '../base/count-of';
import type { Asked, Verification, VerifiedAnswer, VerifiedQuestion } from '../verify/verification';

const ASKED: readonly Asked[] = ['base', 'run', 'export', 'llama.cpp', 'Ollama'];
const WIDTH = 'llama.cpp:'.length;

/** What was found, for a person: losses, then each question with the answers side by side. */
export function verificationText(verification: Verification): string[] {
  const { form, type, nll, mayDiffer, part, questions } = verification;
  const losses = ASKED.flatMap((who) => (nll[who] === undefined ? [] : [`${who} ${nll[who].toFixed(5)}`]));
  const apart = Math.abs(nll.export! - nll.run!);
  return [
    `${form}, ${type}: ${countOf(questions.length, 'question')} of the ${part} part`,
    `loss per token: ${losses.join(', ')} (${apart.toExponential(1)} apart, at most ${mayDiffer.toExponential(1)})`,
    ...questions.flatMap(questionText),
  ];
}

function questionText({ place, question, answers }: VerifiedQuestion): string[] {
  const lines = ASKED.flatMap((who) => {
    const answer = answers[who];
    if (answer === undefined) return [];
    const [first = '', ...more] = answerText(who, answer).split('\n');
    return [`  ${`${who}:`.padEnd(WIDTH)} ${first}`, ...more.map((line) => `  ${' '.repeat(WIDTH)} ${line}`)];
  });
  return ['', `${place} ${question}`, ...lines];
}

function answerText(who: Asked, { text, ended, tokens, parting }: VerifiedAnswer): string {
  if (who !== 'base' && who !== 'run' && parting === undefined) {
    return `the same, ${tokens} tokens${ended ? ', ends by itself' : ''}`;
  }
  const parts =
    parting === undefined ? '' : ` [parts after ${parting.at} tokens, ${parting.gap.toFixed(3)} nats apart]`;
  return `${text}${parts}`;
}

/** In one line: that an export was verified, by what and how exactly. */
export function verifiedText({ type, nll, questions, part }: Verification): string {
  const by = ['here', ...ASKED.slice(3).filter((who) => questions[0]?.answers[who] !== undefined)];
  const apart = Math.abs(nll.export! - nll.run!).toExponential(1);
  return `verified: loaded again and asked ${countOf(questions.length, 'question')} of the ${part} part (${by.join(', ')}); loss ${nll.export!.toFixed(4)} a token, ${apart} from the run's in ${type}`;
}
