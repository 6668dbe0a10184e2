import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PreflightCheck } from '../../runs/preflight/report';
import type { Dialogs } from '../dialogs';
import { decide, type Decision } from './preflight-question';

const check = (status: PreflightCheck['status'], title: string, ...remedies: string[]): PreflightCheck => ({
  id: 'memory',
  title,
  status,
  message: `about ${title}`,
  remedies: remedies.map((name, n) => ({ title: name, changes: { lora_r: n + 1 } })),
});

/** Chooses the action, and from a list the last offer. */
async function answer(
  checks: readonly PreflightCheck[],
  action: string,
): Promise<{ decision: Decision | undefined; asked: string[] }> {
  const asked: string[] = [];
  const never = (): Promise<never> => Promise.reject(new Error('asked otherwise'));
  const dialogs: Dialogs = {
    pick: (items) => {
      asked.push(...items.map(({ label, description }) => `${label} (${description ?? ''})`));
      return Promise.resolve(items.at(-1));
    },
    confirm: (message, detail, ...actions) => {
      asked.push(message, detail, actions.join(' | '));
      return Promise.resolve(actions.find((one) => one === action));
    },
    pickSeveral: never,
    folder: never,
    file: never,
    save: never,
    text: never,
    info: never,
    warn: never,
    error: never,
  };
  return { decision: await decide(dialogs, { checks }), asked };
}

describe('the question after the checks', () => {
  it('counts the errors in the data one by one, and leads to the first', async () => {
    const first = { file: '/w/faq.json', line: 41, column: 5 };
    const data: PreflightCheck = { ...check('error', 'Data'), inData: { count: 3, first } };
    const { decision, asked } = await answer([data, check('error', 'Memory')], 'Show First Problem');
    assert.equal(asked[0], 'Training cannot start: 4 problems');
    assert.equal(asked[2], 'Show First Problem');
    assert.deepEqual(decision, { kind: 'look', place: first });
  });

  it('leads with a remedy of an error, not with that of a warning, after which training still could not start', async () => {
    const warned = check('warning', 'Schedule', 'a');
    assert.equal((await answer([warned, check('error', 'Data')], '')).asked[2], 'Open Configuration | a');
    assert.equal((await answer([warned, check('error', 'Memory', 'b')], '')).asked[2], 'b | a | Open Configuration');
  });

  it('is not asked where all is well', async () => {
    const { decision, asked } = await answer([check('ok', 'Data'), check('ok', 'Memory')], '');
    assert.deepEqual(decision, { kind: 'start' });
    assert.deepEqual(asked, []);
  });

  it('tells the time that the run will take beside what there is to know, and does not ask for its sake', async () => {
    const time: PreflightCheck = { ...check('ok', 'Time', 'Set lora_r to 1'), id: 'time' };
    assert.deepEqual((await answer([time], '')).asked, []);
    const { asked } = await answer([check('warning', 'Memory'), time], 'Start Anyway');
    assert.deepEqual(asked, [
      'Before training starts: 1 thing to know',
      'Warning, Memory: about Memory\n\nTime: about Time',
      'Start Anyway | Open Configuration',
    ]);
  });

  it('lets a person start against warnings, or take a remedy at once', async () => {
    const checks = [check('ok', 'Data'), check('warning', 'Memory', 'Set lora_r to 1')];
    const { decision, asked } = await answer(checks, 'Start Anyway');
    assert.deepEqual(decision, { kind: 'start' });
    assert.deepEqual(asked, [
      'Before training starts: 1 thing to know',
      'Warning, Memory: about Memory',
      'Start Anyway | Set lora_r to 1 | Open Configuration',
    ]);
    assert.deepEqual((await answer(checks, 'Set lora_r to 1')).decision, { kind: 'change', changes: { lora_r: 1 } });
    assert.equal((await answer(checks, 'Cancel')).decision, undefined);
  });

  it('does not offer to start against errors, tells them first, and lists many remedies', async () => {
    const checks = [check('warning', 'Split', 'a', 'b'), check('error', 'Data', 'c')];
    const { decision, asked } = await answer(checks, 'Choose a Fix…');
    assert.deepEqual(decision, { kind: 'change', changes: { lora_r: 2 } });
    assert.deepEqual(asked, [
      'Training cannot start: 1 problem',
      'Error, Data: about Data\n\nWarning, Split: about Split',
      'Choose a Fix… | Open Configuration',
      '$(lightbulb) c (Data)',
      '$(lightbulb) a (Split)',
      '$(lightbulb) b (Split)',
    ]);
    assert.deepEqual((await answer([check('error', 'Data')], 'Open Configuration')).decision, { kind: 'look' });
  });
});
