import { durationText } from '../progress';
import type { RunForecast } from './forecast-run';
import type { Shortening } from './remedies';

const NAMES: Readonly<Record<keyof RunForecast['parts'], string>> = {
  opening: 'reading model and data',
  training: 'training',
  validating: 'validation',
  sampling: 'sample prompts',
  saving: 'saving',
  evaluating: 'answering the test questions',
  general: 'the loss on general questions',
  scoring: 'the loss of each example',
};

/** What the time goes into, a part each, those that take longest first; what takes none is left out. */
export function timeRows({ parts }: RunForecast): { readonly name: string; readonly seconds: number }[] {
  const rows = (Object.entries(parts) as [keyof typeof parts, number][]).map(([part, seconds]) => ({
    name: NAMES[part],
    seconds,
  }));
  return rows.filter(({ seconds }) => seconds > 0).sort((a, b) => b.seconds - a.seconds);
}

/** A part smaller than this share is not named in a sentence. */
const NAMED = 0.1;

/** `about 18 min on this machine: training 14 min, answering the test questions 3 min; halve it by ...`. */
export function timeText(forecast: RunForecast, [best]: readonly Shortening[]): string {
  const named = timeRows(forecast).filter(({ seconds }) => seconds >= NAMED * forecast.seconds);
  const parts = named.map(({ name, seconds }) => `${name} ${durationText(seconds)}`).join(', ');
  return `about ${durationText(forecast.seconds)} on this machine (${parts})${best === undefined ? '' : `; ${waysText(best, forecast)}`}`;
}

function waysText({ changes, effect, seconds }: Shortening, forecast: RunForecast): string {
  const halves = Math.abs(seconds / forecast.seconds - 0.5) < 0.05 ? 'halve it with' : 'make it shorter with';
  const named = Object.entries(changes).map(([key, value]) => `${key} ${JSON.stringify(value)}`);
  return `${halves} ${named.join(' and ')}: ${effect}`;
}
