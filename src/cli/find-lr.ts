import { loadConfig } from '../config/parse-config';
import { findRate } from '../runs/find-rate';
import type { RateLine } from '../runs/rate-line';
import { requireTunable } from '../runs/require-tunable';
import type { RatePoint } from '../train/rates/curve';
import { usualRange, type RateRange } from '../train/rates/range';
import { findSuggestion, rateText, type RateFinding } from '../train/rates/suggest';
import { stopOnSignal } from './interrupt';
import { loadChecked } from './load-checked';
import { DEVICE_OPTIONS, deviceOf } from './open-device';
import { numberOption, onlyPositional } from './option-values';
import { usageError } from './parse';
import { showProgress } from './progress';
import type { OptionValues, Terminal, Verb } from './verb';

export const findLrVerb: Verb = {
  name: 'find-lr',
  summary: 'try learning rates from far too low to far too high, and suggest one',
  usage: 'sft find-lr CONFIG [--steps N] [--from RATE] [--to RATE] [options]',
  options: {
    steps: { type: 'string', value: 'N', help: 'number of updates, each with a higher rate than the one before (60)' },
    from: { type: 'string', value: 'RATE', help: 'the lowest rate (1e-6; 1e-7 for full training)' },
    to: { type: 'string', value: 'RATE', help: 'the highest rate (0.1; 0.01 for full training)' },
    ...DEVICE_OPTIONS,
  },
  teach: `CONFIG is sft.config.json. Training starts as usual, on your data, but the learning rate rises with every update. While it is
far too low, the loss stays the same; then it falls; then it rises again, where training breaks down. Two fifths of the rate at which the loss was
lowest is suggested as learning_rate. Nothing from this training is kept, and the configuration is not changed.

It waits for its turn on the device, as a run does. With --json each line is an object: "point" for each update, "result" at the end.

  sft find-lr sft.config.json`,
  async run({ positionals, options, json, terminal }) {
    const file = onlyPositional(positionals, 'CONFIG');
    const config = await loadChecked(loadConfig, file, options);
    const device = deviceOf(config, options);
    await requireTunable(config, file, (await device.find()).traits);
    const range = rangeOf(options, usualRange(config));
    const stop = stopOnSignal();
    const points: RatePoint[] = [];
    const tell = (line: RateLine): void => {
      if (json) terminal.out(JSON.stringify(line));
    };
    try {
      await findRate(config, file, {
        device,
        range,
        signal: stop.signal,
        onProgress: (text) => {
          showProgress(terminal, text);
          tell({ type: 'progress', message: text });
        },
        onPoint: (point) => {
          points.push(point);
          tell({ type: 'point', step: points.length, total: range.steps, ...point });
          const { rate, loss } = point;
          showProgress(terminal, `${points.length}/${range.steps}  rate ${rateText(rate)}  loss ${loss.toFixed(3)}`);
        },
        onNote: (text) => {
          terminal.log(text);
        },
      });
    } catch (error) {
      if (error !== stop.signal.reason) throw error;
      terminal.status?.('');
      terminal.log('stopped; nothing was kept');
      return 1;
    } finally {
      stop.end();
    }
    terminal.status?.('');
    const finding = findSuggestion(points);
    const { lowest, suggested, text } = finding;
    tell({
      type: 'result',
      suggested: suggested ?? null,
      lowest: lowest ?? null,
      learning_rate: config.learning_rate,
      message: text,
    });
    if (!json) printFinding(terminal, finding, config.learning_rate);
    return 0;
  },
};

/** @throws SftError usage */
function rangeOf(options: OptionValues, usual: RateRange): RateRange {
  const rate = { min: 1e-12, max: 1 };
  const range = {
    from: numberOption(options, 'from', usual.from, rate),
    to: numberOption(options, 'to', usual.to, rate),
    steps: numberOption(options, 'steps', usual.steps, { min: 20, max: 1000, integer: true }),
  };
  if (range.from < range.to) return range;
  throw usageError(`--from ${rateText(range.from)} is not below --to ${rateText(range.to)}`, 'give a range of rates');
}

/** Lines of the curve that are shown. */
const ROWS = 20;
const BAR = 50;

function printFinding(
  terminal: Terminal,
  { rates, smoothed, lowest, suggested, text }: RateFinding,
  now: number,
): void {
  const start = smoothed[0] ?? 0;
  const scale = 2 * start;
  const every = Math.max(1, Math.ceil(rates.length / ROWS));
  for (let at = 0; at < rates.length; at += every) {
    const last = Math.min(at + every, rates.length) - 1;
    const holds = (rate: number | undefined): boolean =>
      rate !== undefined && rate >= rates[at]! && rate <= rates[last]!;
    const mark = holds(lowest?.rate) ? '  lowest' : '';
    const bar = '#'.repeat(Math.max(1, Math.round((BAR * Math.min(scale, smoothed[at]!)) / scale)));
    terminal.out(`${rateText(rates[at]!).padStart(7)}  ${smoothed[at]!.toFixed(3).padStart(7)}  ${bar}${mark}`);
  }
  terminal.out(text);
  if (suggested === undefined) return;
  const same = suggested === now ? ', as it is' : ` (it is ${rateText(now)})`;
  terminal.out(`suggested: "learning_rate": ${rateText(suggested)}${same}`);
}
