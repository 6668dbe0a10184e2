import assert from 'node:assert/strict';

const settings = {
  system: '',
  maxNewTokens: 256,
  temperature: 0.7,
  topP: 0.9,
  topK: 50,
  doSample: true,
};

const sources = [
  { id: 'run:/w/.sft/runs/a', label: 'nigeria-services · 12 Nov 10:15', group: 'Runs' },
  { id: 'run:/w/.sft/runs/b', label: 'first-try · 11 Nov 17:02 · interrupted', group: 'Runs' },
  { id: 'endpoint:1', label: 'llama-3.1-8b · 127.0.0.1:8080', group: 'Endpoints' },
];
const models = [
  { id: 'run:base:/w/.sft/runs/a', label: 'Base', group: 'nigeria-services' },
  { id: 'run:tuned:/w/.sft/runs/a', label: 'Tuned', group: 'nigeria-services' },
  { id: 'run:step-40:/w/.sft/runs/a', label: 'Step 40', group: 'nigeria-services' },
  { id: 'endpoint:1', label: 'llama-3.1-8b · 127.0.0.1:8080', group: 'Endpoints' },
];

const question = 'How do I renew my international passport, and what does it cost?';
const tuned = `You renew it **online**, then visit the office once:

1. Fill in the form on the portal of the *Immigration Service* and pay **₦50,000** (64 pages, 10 years).
2. Book a day for your fingerprints.
3. Bring:
   - the old passport
   - your NIN slip, see [the portal](https://example.gov.ng/passport)

### If it is urgent
Ask for \`express\` at the desk:

\`\`\`text
Form 7B  ->  window 3  ->  ready after 72 hours, if all your documents are in order
\`\`\`

> Never pay anybody but the portal.`;
const base =
  'The passport is a document <b>that</b> the passport of the office is. The office of the passport is a passport office, and the form of the office is a form.';

const done = (side, model, text, figures) => ({ side, model, text, status: 'done', cut: false, ...figures });
const left = (more = {}) => ({
  ...done('left', 'Base · nigeria-services', base, { promptTokens: 38, newTokens: 256, tokensPerSecond: 41.27 }),
  cut: true,
  ...more,
});
const right = (more = {}) => ({
  ...done('right', 'Tuned · nigeria-services', tuned, { promptTokens: 38, newTokens: 164, tokensPerSecond: 38.9 }),
  ...more,
});
const first = {
  question: 'Hello! What can you help me with?',
  replies: [
    left({ text: 'Hello! I am a help.', cut: false, newTokens: 7 }),
    right({
      text: 'I can answer questions about public services: passports, licences, tax and pensions.',
      newTokens: 22,
    }),
  ],
};

const shown = (more) => [
  {
    type: 'chat',
    chat: {
      sources,
      source: sources[0].id,
      models,
      left: models[0].id,
      right: models[1].id,
      settings,
      edit: 0,
      turns: [],
      busy: false,
      ...more,
    },
  },
];
const answered = { turns: [first, { question, replies: [left(), right()] }] };

/** The chat's states. */
export function chat(data) {
  return {
    shape: data.fromChat,
    width: 700,
    wider: [340],
    // The least that VS Code's side bar takes is 170.
    narrow: 180,
    states: {
      empty: shown({}),
      streaming: [
        ...shown({
          turns: [
            first,
            {
              question,
              replies: [
                left({ status: 'streaming', cut: false, text: '', promptTokens: undefined, newTokens: undefined }),
                right({ status: 'starting', text: '', promptTokens: undefined, newTokens: undefined }),
              ],
            },
          ],
          busy: true,
        }),
        { type: 'text', turn: 1, side: 'left', text: base.slice(0, 60) },
        { type: 'text', turn: 1, side: 'left', text: base.slice(60, 90) },
      ],
      done: shown(answered),
      single: shown({ right: undefined, turns: [{ question, replies: [left({ text: tuned, cut: false })] }] }),
      failed: shown({
        turns: [
          {
            question,
            replies: [
              left({ status: 'stopped', cut: false, promptTokens: undefined, newTokens: undefined }),
              right({
                status: 'failed',
                text: '',
                promptTokens: undefined,
                newTokens: undefined,
                problem:
                  'the model server could not start: it exited with code 2 (models/SmolLM2/model.safetensors does not exist - name the folder of a model) - see the output channel SFT',
              }),
            ],
          },
        ],
      }),
      settings: shown({ settings: { ...settings, system: 'Answer in two sentences.' }, ...answered }),
      saving: shown(answered),
      untrusted: [
        {
          type: 'unavailable',
          title: 'This workspace is not trusted',
          reason:
            'Chatting runs a model from this folder. Trust the workspace to chat; everything else works without trust.',
          action: 'trust',
        },
      ],
      none: [
        {
          type: 'unavailable',
          title: 'No model to talk to yet',
          reason:
            'Train a model on your questions and answers, then chat with it here, side by side with the base model.',
          action: 'train',
        },
      ],
    },
    /** Brings the page where no message can. */
    async prepare(page, state) {
      if (state === 'settings') {
        await page.locator('summary').focus();
        await page.keyboard.press('Enter');
        await page.locator('#temperature').waitFor();
      }
      if (state === 'saving') {
        await page.getByRole('button', { name: 'Save to dataset…' }).last().focus();
        await page.keyboard.press('Enter');
        const asked = await page.waitForFunction(() => window.sent.find(({ type }) => type === 'targets'));
        const { id } = await asked.jsonValue();
        const targets = [
          { id: 'file:///w/data/nigeria-services.json', label: 'data/nigeria-services.json', group: 'Trained on' },
          { id: 'new', label: 'Another file…', group: 'Elsewhere' },
        ];
        await page.evaluate((value) => window.postMessage(value, '*'), {
          type: 'answer',
          id,
          problem: undefined,
          value: targets,
        });
        await page.locator('.save option').first().waitFor({ state: 'attached' });
      }
    },
    async useByKeyboard(page, state) {
      const sent = (type) => page.waitForFunction((wanted) => window.sent.findLast((one) => one.type === wanted), type);
      const last = async (type) => (await sent(type)).jsonValue();
      if (state === 'empty') {
        const top = async (locator) => (await locator.boundingBox()).y;
        const [left, right] = ['Model that answers first', 'Model to compare it with'].map((name) =>
          page.getByLabel(name),
        );
        assert.ok((await top(right)) > (await top(left)), 'there is no room for the names of two models in one row');
        const hint = page.locator('.hint h2');
        assert.ok((await top(hint)) >= (await top(page.locator('.transcript'))), 'the hint is read from its beginning');
        await page.getByLabel('Question', { exact: true }).focus();
        await page.keyboard.type('One');
        await page.keyboard.press('Shift+Enter');
        await page.keyboard.type('two');
        await page.keyboard.press('Enter');
        assert.equal((await last('send')).question, 'One\ntwo');
        assert.deepEqual(await page.evaluate(() => window.kept), { draft: 'One\ntwo', settingsOpen: false });
        await page.getByLabel('Model to compare it with').selectOption('');
        assert.deepEqual(await last('chooseModel'), { type: 'chooseModel', edit: 1, side: 'right', model: undefined });
      }
      if (state === 'streaming') {
        assert.equal(await page.locator('.reply.left .markdown').last().textContent(), base.slice(0, 90));
        assert.equal(await page.locator('.reply b').count(), 0);
        await page.keyboard.press('Escape');
        await sent('stop');
      }
      if (state === 'done') {
        const edit = page.getByRole('button', { name: 'Edit and ask again' }).first();
        await edit.focus();
        await page.keyboard.press('Enter');
        await page.keyboard.type('Hello again');
        await page.keyboard.press('Enter');
        const { turn, question: asked } = await last('resend');
        assert.deepEqual([turn, asked], [0, 'Hello again']);
        await page.keyboard.press('Escape');
        assert.equal(await edit.evaluate((node) => node === document.activeElement), true);
        await page.getByRole('button', { name: 'Copy answer' }).last().press('Enter');
        assert.equal((await last('copy')).text, tuned);
        await page.getByRole('button', { name: 'Answer again' }).last().press('Enter');
        assert.equal((await last('retry')).side, 'right');
      }
      if (state === 'settings') {
        await page.locator('#temperature').fill('5');
        await page.locator('#temperature').press('Tab');
        assert.equal((await last('settings')).settings.temperature, 2);
        await page.locator('#do_sample').press('Space');
        assert.equal((await last('settings')).settings.doSample, false);
        assert.equal(await page.locator('#top_k').isDisabled(), true);
      }
      if (state === 'saving') {
        await page.getByLabel('The answer it should have given').fill('It costs ₦50,000.');
        await page.getByText('Add to Dataset').press('Enter');
        const { turn, side, answer, target } = await last('save');
        assert.deepEqual(
          [turn, side, answer, target],
          [1, 'right', 'It costs ₦50,000.', 'file:///w/data/nigeria-services.json'],
        );
      }
      if (state === 'untrusted') {
        await page.getByText('Manage Trust…').press('Enter');
        assert.equal((await last('act')).action, 'trust');
      }
    },
  };
}
