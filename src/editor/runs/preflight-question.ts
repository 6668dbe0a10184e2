import { countOf } from '../../base/count-of';
import type { ConfigChanges } from '../../config/change-config';
import type { DataPlace, PreflightCheck, PreflightRemedy, PreflightReport } from '../../runs/preflight/report';
import type { Dialogs } from '../dialogs';

/** What the person wants after having read the findings; nothing where the run is not to start. */
export type Decision =
  | { readonly kind: 'start' }
  | { readonly kind: 'change'; readonly changes: ConfigChanges }
  /** At a place in the data; at the configuration where none is given. */
  | { readonly kind: 'look'; readonly place?: DataPlace };

const START = 'Start Anyway';
const LOOK = 'Open Configuration';
const SHOW = 'Show First Problem';
const CHOOSE = 'Choose a Fix…';
/** More buttons than these are a list. */
const MOST_BUTTONS = 2;

/** Tells what the checks found, in full, and offers the ways out; asks nothing where all is well. */
export async function decide(dialogs: Dialogs, { checks }: PreflightReport): Promise<Decision | undefined> {
  const errors = checks.filter(({ status }) => status === 'error');
  const warnings = checks.filter(({ status }) => status === 'warning');
  const pressing = [...errors, ...warnings];
  if (pressing.length === 0) return { kind: 'start' };
  const found = [...pressing, ...checks.filter(({ status }) => status === 'note')];
  // How long it takes is known where it was measured: worth reading beside the rest, and no reason to ask.
  const told = [...found, ...checks.filter(({ id, status }) => id === 'time' && status === 'ok')];
  const remedies = pressing.flatMap((check) => check.remedies.map((remedy) => ({ ...remedy, check })));
  // As many as Problems lists.
  const problems = errors.reduce((sum, { inData }) => sum + (inData?.count ?? 1), 0);
  const place = errors.find(({ inData }) => inData !== undefined)?.inData?.first;
  const message =
    errors.length > 0
      ? `Training cannot start: ${countOf(problems, 'problem')}`
      : `Before training starts: ${countOf(found.length, 'thing')} to know`;
  const ways = remedies.length <= MOST_BUTTONS ? remedies.map(({ title }) => title) : [CHOOSE];
  const look = place === undefined ? LOOK : SHOW;
  // The first is what a person presses: a remedy leads where it is one of an error, and not where training still cannot start after it.
  const leads = errors.some((check) => check.remedies.length > 0) ? [...ways, look] : [look, ...ways];
  const actions = errors.length > 0 ? leads : [START, ...ways, look];
  const action = await dialogs.confirm(message, told.map(text).join('\n\n'), ...actions);
  if (action === undefined) return undefined;
  if (action === START) return { kind: 'start' };
  if (action === LOOK) return { kind: 'look' };
  if (action === SHOW && place !== undefined) return { kind: 'look', place };
  const remedy = action === CHOOSE ? await choose(dialogs, remedies) : remedies.find(({ title }) => title === action);
  return remedy === undefined ? undefined : { kind: 'change', changes: remedy.changes };
}

function text({ title, status, message }: PreflightCheck): string {
  const kind = status === 'ok' ? '' : `${status[0]!.toUpperCase()}${status.slice(1)}, `;
  return `${kind}${title}: ${message}`;
}

async function choose(
  dialogs: Dialogs,
  remedies: readonly (PreflightRemedy & { readonly check: PreflightCheck })[],
): Promise<PreflightRemedy | undefined> {
  const items = remedies.map((remedy) => ({
    label: `$(lightbulb) ${remedy.title}`,
    description: remedy.check.title,
    remedy,
  }));
  const chosen = await dialogs.pick(items, 'The configuration is changed, saved, and checked again');
  return items.find((item) => item === chosen)?.remedy;
}
