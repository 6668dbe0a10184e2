// The chat's forms while the editor's states come in at every moment.
import assert from 'node:assert/strict';

const models = [
  { id: 'run:base:/w/a', label: 'Base', group: 'a' },
  { id: 'run:tuned:/w/a', label: 'Tuned', group: 'a' },
];
const settings = { system: '', maxNewTokens: 256, temperature: 0.7, topP: 0.9, topK: 50, doSample: true };
const reply = { side: 'left', model: 'Base · a', text: 'At the office.', status: 'done', cut: false };
const turns = [{ question: 'Where?', replies: [reply] }];

/** The editor's state, as it was before anything was changed. */
const state = (more = {}) => ({
  type: 'chat',
  chat: {
    sources: [
      { id: 'run:/w/a', label: 'a', group: 'Runs' },
      { id: 'run:/w/b', label: 'b', group: 'Runs' },
    ],
    source: 'run:/w/a',
    models,
    left: models[0].id,
    right: models[1].id,
    settings,
    edit: 0,
    turns: [],
    busy: false,
    ...more,
  },
});
const targets = [
  { id: 'file:///w/faq.json', label: 'faq.json', group: 'Trained on' },
  { id: 'new', label: 'Another file…', group: 'Elsewhere' },
];

export const chatFormTests = {
  async 'chat: where an answer can be saved is said not to be known, where the editor does not tell it'({ open }) {
    const view = await opened(open, { turns });
    const { page } = view;
    await page.getByRole('button', { name: 'Save to dataset…' }).click();
    const [files] = await view.sent('targets');
    await view.deliver({ type: 'answer', id: files.id, value: [{ id: 'new' }] });
    await page.getByText(/the answer to targets\[0\]\.label is missing/).waitFor();
    await page.getByLabel('The answer it should have given').press('Escape');
    await page.getByRole('button', { name: 'Save to dataset…' }).click();
    const again = (await view.sent('targets'))[1];
    await view.deliver({ type: 'answer', id: again.id, value: targets });
    await page.locator('.save option').first().waitFor({ state: 'attached' });
  },

  async 'chat: 700 typed into max_new_tokens as soon as a model is chosen stays 700'({ open }) {
    const view = await opened(open);
    const { page } = view;
    await compare(page).selectOption('');
    await page.locator('#max_new_tokens').fill('700');
    await page.locator('#max_new_tokens').press('Tab');
    // The answer to the choice was sent before the editor heard of the number.
    await view.deliver(state({ right: undefined, edit: 1 }));
    assert.equal(await page.locator('#max_new_tokens').inputValue(), '700');
    await page.locator('#temperature').fill('1.5');
    await page.locator('#temperature').press('Tab');
    const [first, second] = await view.sent('settings');
    assert.deepEqual([first.edit, first.settings.maxNewTokens], [2, 700]);
    assert.deepEqual([second.edit, second.settings.maxNewTokens, second.settings.temperature], [3, 700, 1.5]);
    await view.deliver(state({ right: undefined, settings: second.settings, edit: 3 }));
    assert.equal(await page.locator('#max_new_tokens').inputValue(), '700');
    assert.match(await page.locator('.settings summary').textContent(), /700 tokens, temperature 1\.5/);
  },

  async 'chat: what is being typed is left alone, and a later state of the editor’s is shown'({ open }) {
    const view = await opened(open);
    const { page } = view;
    await page.locator('#max_new_tokens').focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Shift+End');
    await page.keyboard.type('70');
    await view.deliver(state());
    await page.keyboard.type('0');
    await page.keyboard.press('Tab');
    const [told] = await view.sent('settings');
    assert.equal(told.settings.maxNewTokens, 700);
    await view.deliver(state({ settings: { ...settings, maxNewTokens: 32 }, edit: told.edit }));
    assert.equal(await page.locator('#max_new_tokens').inputValue(), '32');
  },

  async 'chat: a box that was switched stays switched, and what hangs on it stays usable'({ open }) {
    const view = await opened(open);
    const { page } = view;
    await page.locator('#do_sample').uncheck();
    await page.locator('#do_sample').check();
    const [off] = await view.sent('settings');
    await view.deliver(state({ settings: off.settings, edit: off.edit }));
    assert.equal(await page.locator('#do_sample').isChecked(), true);
    assert.equal(await page.locator('#top_p').isEnabled(), true);
  },

  async 'chat: a model that was chosen stays chosen until the editor says otherwise'({ open }) {
    const view = await opened(open);
    const { page } = view;
    await compare(page).selectOption({ label: 'Base' });
    // A run got another name meanwhile.
    await view.deliver(state({ models: [{ ...models[0], group: 'first' }, models[1]] }));
    assert.equal(await compare(page).inputValue(), models[0].id);
    // The editor does not take it: the list says so, although nothing else of it has changed.
    await view.deliver(state({ edit: 1 }));
    assert.equal(await compare(page).inputValue(), models[1].id);
    const option = await compare(page).locator('option').nth(1).elementHandle();
    await view.deliver(state({ edit: 1, turns, busy: true }));
    assert.equal(await option.evaluate((node) => node.isConnected), true, 'a list is not built anew for nothing');
  },

  async 'chat: the message that a model is told without a system prompt is named'({ open }) {
    const view = await opened(open);
    const { page } = view;
    const system = page.locator('#system');
    assert.equal(await system.getAttribute('placeholder'), 'None');
    await view.deliver(state({ unasked: 'You are Qwen.' }));
    assert.equal(await system.getAttribute('placeholder'), 'None set; the model is told: You are Qwen.');
    await page.locator('#max_new_tokens').fill('70');
    await page.locator('#max_new_tokens').press('Tab');
    assert.match(await system.getAttribute('placeholder'), /You are Qwen/, 'a change of the settings keeps it');
  },

  async 'chat: Enter pressed twice asks once, and a refused question is not lost'({ open }) {
    const view = await opened(open);
    const { page } = view;
    const field = page.getByLabel('Question', { exact: true });
    await field.focus();
    await page.keyboard.type('Where do I vote?');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await page.keyboard.type('And when?');
    const asked = await view.sent('send');
    assert.deepEqual(
      asked.map(({ question }) => question),
      ['Where do I vote?'],
    );
    await view.deliver({ type: 'answer', id: asked[0].id, problem: 'Choose a model first' });
    await page.getByText('Choose a model first').waitFor();
    assert.equal(await field.inputValue(), 'Where do I vote?\nAnd when?');
  },

  async 'chat: an answer is saved once, and only when it is known where to'({ open }) {
    const view = await opened(open, { turns });
    const { page } = view;
    await page.getByRole('button', { name: 'Save to dataset…' }).click();
    await page.getByLabel('The answer it should have given').fill('In Wuse.');
    const add = page.getByText('Add to Dataset');
    await add.press('Enter');
    await add.press('Enter');
    assert.deepEqual(await view.sent('save'), []);
    const [files] = await view.sent('targets');
    await view.deliver({ type: 'answer', id: files.id, value: targets });
    await add.press('Enter');
    const saved = await view.sent('save');
    assert.deepEqual(
      saved.map(({ answer, target }) => [answer, target]),
      [['In Wuse.', 'file:///w/faq.json']],
    );
    await view.deliver({ type: 'answer', id: saved[0].id, problem: 'the file is damaged' });
    await page.getByText('the file is damaged').waitFor();
    await page.getByLabel('Add to').selectOption('new');
    await add.press('Enter');
    const again = (await view.sent('save'))[1];
    assert.equal(again.target, 'new');
    await view.deliver({ type: 'answer', id: again.id });
    await page.locator('.save').waitFor({ state: 'detached' });
  },
};

const compare = (page) => page.getByLabel('Model to compare it with');

async function opened(open, more = {}) {
  const view = await open('chat');
  await view.deliver(state(more));
  await view.page.locator('.settings summary').click();
  return view;
}
