import * as v from 'valibot';
import { count, described, moment, number, oneOf, open, orNull, text, whole, type TypeOf } from '../../base/shapes';

export const RUN_STATUSES = [
  'starting',
  'queued',
  'running',
  'pausing',
  'paused',
  'stopping',
  'done',
  'failed',
  'stopped',
  'interrupted',
] as const;

/** state.json: where a run stands. Replaced as a whole, never changed in place. */
export const STATE_SCHEMA = v.pipe(
  open({
    status: described(
      'queued waits for another run on the same device. interrupted and pausing are not written by a worker: readers report the one for a run whose worker is gone without having said how it ended, the other for one that was asked to pause and has not yet.',
      oneOf(...RUN_STATUSES),
    ),
    pid: described('The process that writes the run.', whole(1)),
    pid_started: described(
      'Clock ticks from boot to its start, which tell it from a later process of the same number; null where unknown.',
      orNull(count),
    ),
    host: described(
      'The machine of that process, which only there can be seen to live; null in the runs of earlier versions.',
      orNull(text),
    ),
    heartbeat: described('When the worker last said that it lives, ISO 8601.', moment),
    step: described('Updates of the weights done.', count),
    total_steps: described('Updates planned; null until known.', orNull(count)),
    message: described(
      'What a person should read, such as why it failed, or what it does besides stepping.',
      v.exactOptional(text),
    ),
    seconds_left: described(
      'Until the run is done, validation, saving and evaluation included; left out where it is not known.',
      v.exactOptional(v.pipe(number, v.minValue(0, 'a number from 0'))),
    ),
  }),
  v.title('SFT Workbench run state'),
  v.description('state.json in a run folder: where the run stands now.'),
);

export type RunState = TypeOf<typeof STATE_SCHEMA>;
export type RunStatus = RunState['status'];

/** control.json: what the worker is asked to do; it looks between steps. Replaced as a whole. */
export const CONTROL_SCHEMA = v.pipe(
  open({
    command: described('stop and pause save first.', oneOf('stop', 'pause', 'resume')),
    time: described('When it was asked, ISO 8601.', v.exactOptional(text)),
  }),
  v.title('SFT Workbench run control'),
  v.description('control.json in a run folder: what the worker of the run is asked to do.'),
);

export type ControlCommand = TypeOf<typeof CONTROL_SCHEMA>['command'];
