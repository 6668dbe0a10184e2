import type { ResolvedConfig } from '../config/config-schema';
import { countTargets, type TokenSequence } from '../model/batch';
import { isNoisy } from '../model/input-noise';
import type { LlamaModel } from '../model/llama';
import type { PassPlan } from '../model/passes';
import { planScoring, scorePasses } from '../model/score';
import { planWindow, trainWindow } from '../model/window-pass';
import { workOf } from '../model/work';
import { createOptimizer } from './optimizer/create-optimizer';

/** How fast a machine trains and scores, seconds. */
export interface TrainingPace {
  /** Of a multiplication (`workOf`) in the passes of an update, forward and backward. */
  readonly training: number;
  /** Of what an update takes beside its passes, however many there are. */
  readonly update: number;
  /** Of a multiplication in scoring. */
  readonly scoring: number;
}

type Plan = PassPlan<TokenSequence>;

/** A first pass reads weights from the disk and lays memory out, a second one tells how long passes may be: so much work is enough for them. */
const FIRST_WORK = 4e9;
/** Seconds that passes are timed for. */
const SECONDS = { training: 2, scoring: 0.7 };

/**
 * Times passes of a run's own windows, and an update without a learning rate. What is trained keeps its values.
 * @param windows of the run's updates, a few of them, spread over the run
 * @param scored examples that the run scores without gradients; may be none
 */
export async function measureTrainingPace(
  model: LlamaModel,
  config: ResolvedConfig,
  windows: readonly (readonly TokenSequence[])[],
  scored: readonly TokenSequence[],
  seconds = SECONDS,
): Promise<TrainingPace> {
  const { device } = model;
  const { gradients } = model.trained!;
  const verdict = device.alloc('f32', 4);
  const sums = device.alloc('f32', 2 * Math.max(1, ...windows.map((window) => window.length)));
  const optimizer = createOptimizer(device, model.trained!, config);
  const train = async (plan: Plan): Promise<void> => {
    const used = sums.slice(0, 2 * plan.groups[0]!.length);
    const mark = model.indices.mark();
    const r = device.begin();
    const options = {
      gradScale:
        1 /
        Math.max(
          1,
          plan.groups[0]!.reduce((total, one) => total + countTargets(one), 0),
        ),
      dropout: { seed: config.seed, pass: 0 },
      gradientCheckpointing: config.gradient_checkpointing,
    };
    Array.from(trainWindow(r, model, plan, used, options));
    device.submit(r);
    await device.readFloats(used);
    model.indices.release(mark);
  };
  const update = async (): Promise<number> => {
    const started = performance.now();
    const r = device.begin();
    r.fill(gradients, 0);
    r.clip(verdict, gradients, sums.slice(0, 2), config.max_grad_norm);
    optimizer.update(r, 0, verdict);
    device.submit(r);
    await device.readFloats(verdict);
    return (performance.now() - started) / 1000;
  };
  try {
    const training = await secondsPerWork(
      model,
      passesOf(windows.map((one) => planWindow(model, one, isNoisy(config)))),
      train,
      { seconds: seconds.training },
    );
    await update();
    const each = await update();
    const plans = passesOf([planScoring(model, scored)]);
    const score = async (plan: Plan): Promise<void> => {
      await scorePasses(model, plan);
    };
    const scoring = await secondsPerWork(model, plans, score, { seconds: seconds.scoring });
    return { training, update: each, scoring };
  } finally {
    optimizer.free();
    device.free(sums);
    device.free(verdict);
  }
}

/** Each pass by itself, with the prefix that is held for it. */
function passesOf(plans: readonly Plan[]): Plan[] {
  return plans.flatMap(({ prefix, groups }) => groups.map((group) => ({ prefix, groups: [group] })));
}

/** Runs passes in turns until the time is over; 0 where there are none. A pass that would take longer by itself is shortened. */
async function secondsPerWork(
  { config }: LlamaModel,
  plans: readonly Plan[],
  run: (plan: Plan) => Promise<void>,
  { seconds }: { readonly seconds: number },
): Promise<number> {
  if (plans.length === 0) return 0;
  const work = (plan: Plan): number => workOf(config, plan);
  const timed = async (plan: Plan): Promise<number> => {
    const started = performance.now();
    await run(plan);
    return (performance.now() - started) / 1000;
  };
  const first = shortened(plans[0]!, FIRST_WORK, work);
  await timed(first);
  let pace = (await timed(first)) / work(first);
  let spent = 0;
  let done = 0;
  for (let at = 0; spent < seconds;) {
    const whole = plans[at % plans.length]!;
    const longest = (): Plan => shortened(whole, (1.5 * seconds) / pace, work);
    const plan = longest();
    const took = await timed(plan);
    pace = (spent + took) / (done + work(plan));
    // A fuller pass takes less for its work: one that was made shorter than it had to be tells too much.
    if (done === 0 && work(longest()) > work(plan)) continue;
    spent += took;
    done += work(plan);
    at += 1;
  }
  return pace;
}

/** Fewer examples, or the end of one, so that a pass is at most so much work. */
function shortened(plan: Plan, most: number, work: (plan: Plan) => number): Plan {
  let short = plan;
  while (work(short) > most) {
    const group = short.groups[0]!;
    const [first] = group;
    if (group.length > 1) {
      short = { prefix: short.prefix, groups: [group.slice(0, Math.ceil(group.length / 2))] };
      continue;
    }
    const tokens = first!.ids.length >> 1;
    if (tokens < FEWEST_TOKENS) break;
    const ids = Array.from({ length: tokens }, (_, i) => first!.ids[i]!);
    const trained = [{ from: tokens >> 1, to: tokens }];
    short = { prefix: { length: 0, held: false }, groups: [[{ ids, trained }]] };
  }
  return short;
}

/** Of a shortened example: passes over fewer rows are no measure of those over many. */
const FEWEST_TOKENS = 32;
