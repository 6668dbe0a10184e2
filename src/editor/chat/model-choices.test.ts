import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { endpointAddress, isReadable } from './endpoint-address';
import {
  bothSides,
  modelChoices,
  modelId,
  modelRef,
  sourceChoices,
  speakerName,
  validChoice,
  withModel,
  type KnownModels,
} from './model-choices';

const known: KnownModels = {
  runs: [
    { folder: '/w/b', label: 'now', created: '2026-02-01T10:00:00Z', status: 'running', variants: ['base'] },
    {
      folder: '/w/a',
      label: 'faq',
      created: '2026-01-01T10:00:00Z',
      status: 'done',
      variants: ['base', 'tuned', 'best', 'step-40'],
    },
  ],
  folders: ['/w/models/tiny-llama'],
  endpoints: [{ id: 'e1', name: 'gpt · host', url: 'https://host/v1', model: 'gpt' }],
};
const none: KnownModels = { runs: [], folders: [], endpoints: [] };

describe('what can be talked to', () => {
  it('is named by ids that can be read back', () => {
    for (const ref of [
      { kind: 'run', variant: 'step-40', folder: 'C:\\runs\\a:b' },
      { kind: 'folder', variant: 'base', folder: '/w/m' },
      { kind: 'endpoint', id: 'e1' },
    ] as const) {
      assert.deepEqual(modelRef(modelId(ref)), ref);
    }
    assert.equal(modelRef('something else'), undefined);
  });

  it('is listed by source, the source’s own models first', () => {
    assert.deepEqual(
      sourceChoices(known).map(({ id }) => id),
      ['run:/w/b', 'run:/w/a', 'folder:/w/models/tiny-llama', 'endpoint:e1'],
    );
    const models = modelChoices(known, 'run:/w/a');
    assert.deepEqual(
      models.map(({ label, group }) => `${group}: ${label}`),
      [
        'faq: Base',
        'faq: Tuned',
        'faq: Best checkpoint',
        'faq: Step 40',
        'Models: tiny-llama',
        'Endpoints: gpt · host',
      ],
    );
  });

  it('begins with base against tuned of the newest run that has both', () => {
    const nothing = { source: undefined, left: undefined, right: undefined };
    assert.deepEqual(validChoice(known, nothing), {
      source: 'run:/w/a',
      left: 'run:base:/w/a',
      right: 'run:tuned:/w/a',
    });
    assert.deepEqual(validChoice(none, nothing), nothing);
  });

  it('keeps what was chosen as long as it is there', () => {
    const chosen = { source: 'run:/w/a', left: 'run:step-40:/w/a', right: 'endpoint:e1' };
    assert.deepEqual(validChoice(known, chosen), chosen);
    const hidden = { ...chosen, right: undefined };
    assert.deepEqual(validChoice(known, hidden), hidden);
    assert.deepEqual(validChoice({ ...known, endpoints: [] }, chosen), { ...chosen, right: 'run:tuned:/w/a' });
    assert.equal(validChoice(known, { ...chosen, source: 'run:/gone' }).source, 'run:/w/a');
  });

  it('takes a model for one side before anything else was chosen', () => {
    const nothing = { source: undefined, left: undefined, right: undefined };
    const left = withModel(known, nothing, 'left', 'run:best:/w/a');
    assert.deepEqual(left, { source: 'run:/w/a', left: 'run:best:/w/a', right: 'run:tuned:/w/a' });
    const hidden = withModel(known, nothing, 'right', undefined);
    for (const chosen of [left, hidden]) assert.deepEqual(validChoice(known, chosen), chosen);
  });

  it('has one side where there is one model', () => {
    assert.deepEqual(bothSides(known, 'run:/w/b').right, undefined);
    assert.deepEqual(bothSides(known, 'folder:/w/models/tiny-llama').left, 'folder:base:/w/models/tiny-llama');
    assert.deepEqual(bothSides(known, 'endpoint:e1').left, 'endpoint:e1');
  });

  it('is named in answers', () => {
    assert.equal(speakerName(known, 'run:tuned:/w/a'), 'Tuned · faq');
    assert.equal(speakerName(known, 'folder:base:/w/models/tiny-llama'), 'tiny-llama');
    assert.equal(speakerName(known, 'endpoint:e1'), 'gpt · host');
  });
});

describe('the address of an endpoint', () => {
  it('is taken as it is typed or copied', () => {
    for (const typed of [
      'http://127.0.0.1:8080',
      ' http://127.0.0.1:8080/v1/ ',
      'http://127.0.0.1:8080/v1/chat/completions',
      'http://127.0.0.1:8080/v1/models',
    ]) {
      assert.equal(endpointAddress(typed), 'http://127.0.0.1:8080/v1');
    }
    assert.equal(endpointAddress('https://host/openai/v1'), 'https://host/openai/v1');
  });

  it('is refused where it is none', () => {
    for (const typed of ['', 'localhost:8080', 'file:///etc/passwd', 'https://me:secret@host/v1']) {
      assert.equal(endpointAddress(typed), undefined);
    }
  });

  it('is known to be readable on the way', () => {
    assert.equal(isReadable('http://10.0.0.7/v1'), true);
    assert.equal(isReadable('http://127.0.0.1:1/v1'), false);
    assert.equal(isReadable('http://localhost/v1'), false);
    assert.equal(isReadable('https://host/v1'), false);
  });
});
