import { strict as assert } from 'node:assert';
import { describe, it } from 'node:test';
import { distinctNames } from './present-run';

/** A time of this machine's zone, as run.json has it. */
const at = (time: string): string => new Date(`2026-03-04T${time}`).toISOString();

void describe('distinctNames', () => {
  it('leaves labels that differ', () => {
    const runs = [
      { label: 'first', created: at('10:00:00') },
      { label: 'second', created: at('10:00:00') },
    ];
    assert.deepEqual(distinctNames(runs), ['first', 'second']);
  });
  it('says when runs of one label were started', () => {
    const runs = [
      { label: 'faq', created: at('10:00:00') },
      { label: 'other', created: at('10:00:00') },
      { label: 'faq', created: at('11:30:10') },
      { label: 'faq', created: at('11:30:40') },
    ];
    assert.deepEqual(distinctNames(runs), [
      'faq · 4 Mar, 10:00',
      'other',
      'faq · 4 Mar, 11:30:10',
      'faq · 4 Mar, 11:30:40',
    ]);
  });
});
