// The chat with a server of the person's own beside a run: its key, and what is left of a conversation when the window is loaded anew.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { cpSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../../../scripts/setup.mjs';
import { startEndpoint } from '../endpoint.mjs';
import { focusBeginning, focusOn, tabThrough, tabTo } from '../keyboard.mjs';
import { trainedRun } from '../trained-run.mjs';

const key = `sk-${randomBytes(16).toString('hex')}`;
const wrongKey = `sk-${randomBytes(16).toString('hex')}`;
const question = 'How do I renew my passport?';
const composer = '.composer textarea';
/** Says something of its own where a conversation has no system message. */
const TELLING = `{{- bos_token }}
{%- if messages[0].role != 'system' %}{{- '<|start_header_id|>system<|end_header_id|>\\n\\nAnswer with care.<|eot_id|>' }}{% endif %}
{%- for turn in messages %}{{- '<|start_header_id|>' + turn.role + '<|end_header_id|>\\n\\n' + turn.content | trim + '<|eot_id|>' }}{% endfor %}
{%- if add_generation_prompt %}{{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{% endif %}
`;
let endpoint;

export const chatTests = {
  async 'chat: a server of the person’s with a wrong key is refused in plain words'(window) {
    const { workspace } = window;
    const run = trainedRun(workspace, 'faq');
    endpoint = await startEndpoint(run, key);
    await window.openFile('faq/faq.json');
    await window.runCommand('SFT: Refresh Runs');
    await window.runCommand('SFT: Open Chat');
    const chat = await window.frameWith(composer);
    await addEndpoint(window, wrongKey, async () => {
      const told = await window.notification('The models cannot be listed');
      assert.match(await told.textContent(), /answered 401: .* - check its key/);
      await told.getByText('Continue').click();
      await type(window, '(3/3)', 'tuned');
    });
    await ask(chat);
    const reply = chat.locator('.reply.right.failed');
    await reply.waitFor();
    assert.match(
      await reply.locator('.notice').textContent(),
      /answered 401: .* - check its key \(SFT: Add Chat Endpoint\)/,
    );
    await window.pictures('chat-wrong-key');
    await window.runCommand('SFT: Remove Chat Endpoint', { asks: true });
    await window.choose('tuned');
  },

  async 'chat: with its key it is compared with the tuned model'(window) {
    const chat = await window.frameWith(composer);
    await addEndpoint(window, key, async () => {
      await window.choose('tuned');
    });
    await window.runCommand('SFT: New Chat');
    await chat.locator('.reply').first().waitFor({ state: 'detached' });
    await chat.locator('.settings summary').click();
    // At once: the state that answers the choice must not take back what was typed since.
    await chat.getByLabel('Model that answers first').selectOption({ label: 'Tuned' });
    await chat.getByLabel('max_new_tokens').fill('9');
    await chat.getByLabel('do_sample').uncheck();
    await chat.locator('.settings summary').click();
    await ask(chat);
    for (const side of ['left', 'right']) await chat.locator(`.reply.${side}.done`).waitFor();
    const [left, right] = await chat.locator('.reply .markdown').allTextContents();
    assert.notEqual(left, '');
    assert.equal(left, right, 'it is the same model');
    for (const figures of await chat.locator('.reply .figures-line').allTextContents())
      assert.match(figures, /new 9\b/);
    assert.match(await chat.locator('.settings summary').textContent(), /9 tokens, likeliest token/);
    assert.match(await chat.locator('.reply.right h3').textContent(), /^tuned · 127\.0\.0\.1:\d+$/);
    await window.pictures('chat-endpoint');
  },

  async 'chat: the conversation is there again when the window is loaded anew'(window) {
    const before = await shownIn(await window.frameWith('.reply.right.done'));
    await window.reload();
    await window.runCommand('SFT: Open Chat');
    const again = await window.frameWith('.reply.right.done');
    assert.deepEqual(await shownIn(again), before);
    // The key is still known.
    await again.locator(composer).fill('And what does it cost?');
    await again.locator(composer).press('Enter');
    for (const side of ['left', 'right']) await again.locator('.turn').nth(1).locator(`.reply.${side}.done`).waitFor();
  },

  async 'chat: an editor tab shows the same conversation, in two columns, and is there again after a reload'(window) {
    const { page } = window;
    const before = await shownIn(await window.frameWith('.reply.right.done'));
    // A window that was asked for a file opens that one again, and no other tab. It ends in order first: what it showed last is kept.
    await window.reload();
    await window.openFolder();
    await window.runCommand('SFT: Chat in an Editor Tab');
    await page.locator('.tab.active', { hasText: 'SFT Chat' }).waitFor();
    await window.runCommand('View: Toggle Primary Side Bar Visibility');
    await window.frameWith('.reply.right.done');
    await window.pictures('chat-tab');
    await window.reload();
    await page.locator('.tab.active', { hasText: 'SFT Chat' }).waitFor();
    const tab = await window.frameWith('.reply.right.done');
    assert.deepEqual(await shownIn(tab), before);
    await tab.locator(composer).fill('Where is it?');
    await tab.locator(composer).press('Enter');
    const last = tab.locator('.turn').nth(before.questions.length);
    for (const side of ['left', 'right']) await last.locator(`.reply.${side}.done`).waitFor();
    const [left, right] = await Promise.all(
      ['left', 'right'].map((side) => last.locator(`.reply.${side}`).boundingBox()),
    );
    assert.ok(left.y === right.y && right.x >= left.x + left.width, 'the answers stand side by side');
    const after = await shownIn(tab);
    // It is led to where it is shown.
    await window.runCommand('SFT: Open Chat');
    await tab.locator(`${composer}:focus`).waitFor();
    await window.runCommand('View: Close Editor');
    await page.locator('.tab', { hasText: 'SFT Chat' }).waitFor({ state: 'detached' });
    await window.runCommand('SFT: Open Chat');
    assert.deepEqual(await shownIn(await window.frameWith('.reply.right.done')), after);
  },

  async 'chat: everything is done with the keyboard'(window) {
    const { page, workspace } = window;
    const chat = await window.frameWith(composer);
    await window.runCommand('SFT: Open Chat');
    await focusOn(chat, 'Question');
    await page.keyboard.type('Where do I vote?');
    await page.keyboard.press('Enter');
    const last = chat.locator('.turn', { hasText: 'Where do I vote?' });
    await last.locator('.reply.right.done').waitFor();
    const stops = await tabThrough(window, chat);
    for (const name of [
      'Run or model',
      'Model that answers first',
      'Settings',
      'Edit and ask',
      'Copy',
      'Answer again',
      'Save to',
      'Question',
    ])
      assert.ok(
        stops.some((stop) => stop.startsWith(name)),
        `${name} is not among ${stops.join(', ')}`,
      );

    await focusBeginning(chat);
    await tabTo(window, chat, 'Model to compare it with');
    await page.keyboard.press('Home');
    await chat.waitForFunction(() => document.activeElement.value === '');
    await tabTo(window, chat, 'Settings');
    await page.keyboard.press('Enter');
    await fill(window, chat, 'max_new_tokens', '700');
    await tabTo(window, chat, 'do_sample');
    if (!(await chat.getByLabel('do_sample').isChecked())) await page.keyboard.press('Space');
    // Anything is likely then, the end of the answer no more than the rest: it gets long.
    await fill(window, chat, 'temperature', '2');
    await fill(window, chat, 'top_p', '1');
    await fill(window, chat, 'top_k', '0');
    await fill(window, chat, 'seed', '1');
    await chat.locator('.settings summary', { hasText: '700 tokens, temperature 2, top_p 1' }).waitFor();
    await window.pictures('chat-keys');
    await tabTo(window, chat, 'Settings', 'Shift+Tab');
    await page.keyboard.press('Enter');
    await tabTo(window, chat, 'Question');
    await page.keyboard.type('Tell me all.');
    await page.keyboard.press('Enter');
    const long = chat.locator('.turn', { hasText: 'Tell me all.' });
    await long.locator('.reply.left').waitFor();
    await page.keyboard.press('Escape');
    await long.locator('.reply.left.stopped').waitFor();
    await tabTo(window, chat, 'Answer again', 'Shift+Tab');
    await page.keyboard.press('Enter');
    await long.locator('.reply.left:not(.stopped)').waitFor();
    await page.keyboard.press('Escape');
    await long.locator('.reply.left.stopped').waitFor();

    await tabTo(window, chat, 'Edit and ask again', 'Shift+Tab');
    await page.keyboard.press('Enter');
    await page.keyboard.type('Is it free?');
    await page.keyboard.press('Enter');
    const asked = chat.locator('.turn', { hasText: 'Is it free?' });
    await asked.locator('.reply.left').waitFor();
    await page.keyboard.press('Escape');
    await asked.locator('.reply.left.stopped').waitFor();
    await focusBeginning(chat);
    await tabTo(window, chat, 'Copy answer');
    await page.keyboard.press('Enter');
    await chat.getByText('Copied').waitFor();
    await tabTo(window, chat, 'Save to dataset…');
    await page.keyboard.press('Enter');
    await focusOn(chat, 'The answer it should have given');
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('Control+Shift+End');
    await page.keyboard.type('Yes.');
    await tabTo(window, chat, 'Add to Dataset');
    await page.keyboard.press('Enter');
    await page.locator('.tab.active.dirty[data-resource-name="faq.json"]').waitFor();
    await focusOn(chat, 'Save to dataset…');
    const before = readFileSync(path.join(workspace, 'faq/faq.json'), 'utf8');
    await window.runCommand('File: Revert File');
    await page.locator('.tab.dirty').waitFor({ state: 'detached' });
    assert.equal(readFileSync(path.join(workspace, 'faq/faq.json'), 'utf8'), before, 'nothing is saved unasked');
  },

  async 'chat: where no system prompt is written, the field names what the model is told by its template'(window) {
    const { workspace } = window;
    const model = path.join(workspace, 'told-model');
    cpSync(path.join(root, 'examples/tiny-llama'), model, { recursive: true });
    writeFileSync(path.join(model, 'chat_template.jinja'), TELLING);
    trainedRun(workspace, 'told', { model_name: model, max_steps: 2 });
    trainedRun(workspace, 'faq');
    await window.openFile('told/faq.json');
    await window.runCommand('SFT: Refresh Runs');
    await window.runCommand('SFT: Open Chat');
    const chat = await window.frameWith(composer);
    const source = chat.getByLabel('Run or model');
    const choose = async (name) => {
      const option = source.locator('option', { hasText: name }).first();
      await option.waitFor({ state: 'attached' });
      await source.selectOption(await option.getAttribute('value'));
    };
    await choose('told');
    const settings = chat.locator('.settings');
    if ((await settings.getAttribute('open')) === null) await settings.locator('summary').click();
    const field = chat.locator('#system');
    const shows = (placeholder) =>
      chat.waitForFunction((text) => document.querySelector('#system').placeholder === text, placeholder);
    await shows('None set; the model is told: Answer with care.');
    assert.equal(await field.inputValue(), '');
    await window.pictures('chat-told');
    await choose('faq');
    await shows('None');
    await settings.locator('summary').click();
  },

  async 'chat: the key is in the secret storage alone'(window) {
    const { page, server } = window;
    const chat = await window.frameWith(composer);
    const stored = await page.evaluate(readStorage);
    assert.ok(stored.includes(endpoint.url), 'the address is kept, and found where it is');
    for (const secret of [key, wrongKey]) {
      assert.ok(!stored.includes(secret), 'nothing that the browser keeps tells it');
      assert.ok(!(await chat.content()).includes(secret), 'the view does not hold it');
      for (const file of filesBelow(server.folder)) {
        assert.ok(!readFileSync(file).includes(secret), `${file} tells it`);
      }
    }
    endpoint.stop();
  },
};

/** Answers the questions of `SFT: Add Chat Endpoint`. @param model chooses the model */
async function addEndpoint(window, secret, model) {
  await window.runCommand('SFT: Add Chat Endpoint', { asks: true });
  await type(window, '(1/3)', endpoint.url);
  await type(window, '(2/3)', secret);
  await model();
  const chat = await window.frameWith(composer);
  await chat.waitForFunction(() =>
    document.querySelector('[aria-label="Model to compare it with"]').value.startsWith('endpoint:'),
  );
}

async function type({ page }, step, text) {
  await page.locator('.quick-input-title', { hasText: step }).waitFor();
  const input = page.locator('.quick-input-widget input.input');
  await input.fill(text);
  await input.press('Enter');
}

/** Goes to a field and writes over what stands in it. */
async function fill(window, chat, field, text) {
  const { keyboard } = window.page;
  await tabTo(window, chat, field);
  // Not Control+A: VS Code takes it and selects some time later.
  await keyboard.press('Home');
  await keyboard.press('Shift+End');
  await keyboard.type(text);
}

async function ask(chat) {
  await chat.locator(composer).fill(question);
  await chat.locator(composer).press('Enter');
}

async function shownIn(chat) {
  return {
    questions: await chat.locator('.turn .words').allTextContents(),
    answers: await chat.locator('.reply .markdown').allTextContents(),
    models: await chat.locator('.reply h3').allTextContents(),
    sampling: await chat.locator('.settings summary').textContent(),
  };
}

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => path.join(parentPath, name));
}

/** Everything that the window keeps in the browser, as text. Runs in the page. */
async function readStorage() {
  const texts = Object.entries(localStorage).map((entry) => entry.join(' '));
  const done = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  for (const { name } of await indexedDB.databases()) {
    const database = await done(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      const all = await done(database.transaction(store).objectStore(store).getAll());
      texts.push(
        ...all.map((value) =>
          value instanceof Uint8Array ? new TextDecoder().decode(value) : (JSON.stringify(value) ?? ''),
        ),
      );
    }
    database.close();
  }
  return texts.join('\n');
}
