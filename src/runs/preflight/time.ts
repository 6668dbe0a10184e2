import type { ToldTime } from '../forecast/tell-time';
import { timeText } from '../forecast/time-text';
import { ok, setting, warning, type PreflightCheck } from './report';

const TITLE = 'Time';
/** From so many seconds on a person may want to have it shorter before it starts. */
const LONG = 3600;

/** How long the run will take, and what would make it shorter. */
export function checkTime(time: ToldTime): PreflightCheck {
  if ('unmeasured' in time) return ok('time', TITLE, `not measured, as ${time.unmeasured}`);
  const { forecast, remedies } = time;
  const settings = remedies.map(({ changes, effect }) => setting(changes, effect));
  const text = timeText(forecast, remedies);
  if (forecast.seconds >= LONG && settings.length > 0) return warning('time', TITLE, text, settings);
  return { ...ok('time', TITLE, text), remedies: settings };
}
