import type { FromSchema, JsonSchema } from '../../base/json-schema';

/** state.json: where a run stands. Replaced as a whole, never changed in place. */
export const STATE_SCHEMA = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'SFT Workbench run state',
  description: 'state.json in a run folder: where the run stands now.',
  type: 'object',
  required: ['status', 'pid', 'pid_started', 'heartbeat', 'step', 'total_steps'],
  additionalProperties: false,
  properties: {
    status: {
      description:
        'queued waits for another run on the same device. interrupted is not written by a worker: readers report it for a run whose worker is gone without having said how it ended.',
      type: 'string',
      enum: ['starting', 'queued', 'running', 'paused', 'stopping', 'done', 'failed', 'stopped', 'interrupted'],
    },
    pid: { description: 'The process that writes the run.', type: 'integer', minimum: 1 },
    pid_started: {
      description:
        'Clock ticks from boot to its start, which tell it from a later process of the same number; null where unknown.',
      type: ['integer', 'null'],
      default: null,
    },
    heartbeat: { description: 'When the worker last said that it lives, ISO 8601.', type: 'string' },
    step: { description: 'Updates of the weights done.', type: 'integer', minimum: 0 },
    total_steps: {
      description: 'Updates planned; null until known.',
      type: ['integer', 'null'],
      minimum: 0,
      default: null,
    },
    message: {
      description: 'What a person should read, such as why it failed, or what it does besides stepping.',
      type: 'string',
    },
    seconds_left: {
      description: 'Until the run is done, validation, saving and evaluation included; left out where it is not known.',
      type: 'number',
      minimum: 0,
    },
  },
} as const satisfies JsonSchema;

export type RunState = FromSchema<typeof STATE_SCHEMA>;
export type RunStatus = RunState['status'];

/** control.json: what the worker is asked to do; it looks between steps. Replaced as a whole. */
export const CONTROL_SCHEMA = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'SFT Workbench run control',
  description: 'control.json in a run folder: what the worker of the run is asked to do.',
  type: 'object',
  required: ['command'],
  additionalProperties: false,
  properties: {
    command: { description: 'stop and pause save first.', type: 'string', enum: ['stop', 'pause', 'resume'] },
    time: { description: 'When it was asked, ISO 8601.', type: 'string' },
  },
} as const satisfies JsonSchema;

export type ControlCommand = FromSchema<typeof CONTROL_SCHEMA>['command'];
