// The view of the runs, used with the keyboard: open, pause, resume, stop, rename, delete.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { within } from '../../pace.mjs';
import { eventsOf, startedRun, trainedRun } from '../trained-run.mjs';

export const runsTests = {
  async 'runs: a run is opened and renamed with the keyboard'(window) {
    const { page, workspace } = window;
    trainedRun(workspace, 'faq');
    await window.openFile('faq/faq.json');
    await focusRun(window, 'faq');
    await window.pictures('runs-keys');
    await fromMenu(window, 'faq', 'Show Dashboard');
    await (await window.frameWith('.badge.done')).getByRole('heading', { name: 'faq' }).waitFor();
    await pressAt(window, 'faq', 'F2', page.locator('.quick-input-widget input.input'));
    await page.waitForFunction(() => document.querySelector('.quick-input-widget input.input')?.value === 'faq');
    await page.keyboard.press('Control+a');
    await page.keyboard.type('First questions');
    await page.keyboard.press('Enter');
    await row(window, 'First questions').waitFor();
  },

  async 'runs: status bar, tree, state and dashboard of a run at work agree within a second'(window) {
    const { page, workspace } = window;
    const run = startedRun(workspace, 'clock');
    const status = () => JSON.parse(readFileSync(path.join(run, 'state.json'), 'utf8')).status;
    await window.openFile('clock/faq.json');
    await window.runCommand('SFT: Refresh Runs');
    await window.showDashboard('clock');
    const dashboard = await window.frameWith('.badge.running');
    await focusRun(window, 'clock');
    await heading(window, 'Running').waitFor();
    const bar = page.locator('#sft-workbench\\.sft-workbench\\.sft\\.run');
    const progress = dashboard.getByRole('progressbar');
    const stepIn = (text) => Number(/step ([\d,]+)/i.exec(text ?? '')?.[1].replaceAll(',', '') ?? NaN);
    // Each is read when it has just changed, beside it the others.
    for (let sample = 0, last = NaN; sample < 5; sample++) {
      await window.until(async (timeout) => {
        const now = stepIn(await bar.textContent({ timeout }));
        assert.ok(now > 0 && now !== last, `the status bar shows step ${now}`);
        last = now;
      });
      const shown = {
        bar: stepIn(await bar.textContent()),
        tree: stepIn(await row(window, 'clock').textContent()),
        dashboard: stepIn(await progress.getAttribute('aria-valuetext')),
        state: JSON.parse(readFileSync(path.join(run, 'state.json'), 'utf8')).step,
      };
      const reached = new Map(
        eventsOf(run).flatMap(({ type, step, time }) => (type === 'step' ? [[step, Date.parse(time)]] : [])),
      );
      const times = Object.values(shown).map((step) => reached.get(step));
      assert.ok(
        times.every((time) => time !== undefined),
        JSON.stringify(shown),
      );
      const apart = Math.max(...times) - Math.min(...times);
      assert.ok(apart <= within(1000), `they are ${apart} ms apart: ${JSON.stringify(shown)}`);
    }
    await fromMenu(window, 'clock', 'Save and Stop Run');
    await heading(window, 'Running').waitFor({ state: 'detached' });
    assert.equal(status(), 'stopped');
    assert.equal(await bar.count(), 0, 'no run is at work');
  },

  async 'runs: a run at work is paused, resumed and stopped with the keyboard'(window) {
    const { workspace } = window;
    const run = startedRun(workspace, 'slow');
    const status = () => JSON.parse(readFileSync(path.join(run, 'state.json'), 'utf8')).status;
    await window.runCommand('SFT: Refresh Runs');
    await heading(window, 'Running').waitFor();
    await fromMenu(window, 'slow', 'Pause Run');
    await heading(window, 'Paused').waitFor();
    assert.equal(status(), 'paused');
    await fromMenu(window, 'slow', 'Resume Run');
    await heading(window, 'Running').waitFor();
    await fromMenu(window, 'slow', 'Save and Stop Run');
    await heading(window, 'Stopped').waitFor();
    // Another run may stand under that heading already.
    await window.until(async () => assert.equal(status(), 'stopped'));
    assert.ok(readdirSync(path.join(run, 'checkpoints')).some((name) => name.startsWith('step-')));
  },

  async 'runs: a run is deleted with the keyboard, after a question'(window) {
    const { page, workspace } = window;
    const run = path.join(workspace, 'slow/.sft/runs/20260102-101500-slow');
    const dialog = page.locator('.monaco-dialog-box');
    const askToDelete = () => pressAt(window, 'slow', 'Delete', dialog.getByText('Delete the run slow?'));
    await askToDelete();
    await window.pictures('runs-delete');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    assert.ok(existsSync(run), 'Escape deletes nothing');
    await askToDelete();
    await page.keyboard.press('Enter');
    // A server has no trash.
    await dialog.getByText('Delete it permanently?').waitFor();
    await page.keyboard.press('Enter');
    await row(window, 'slow').waitFor({ state: 'detached' });
    assert.ok(!existsSync(run));
  },
};

const tree = ({ page }) => page.locator('.part.sidebar .tree-explorer-viewlet-tree-view');
const row = (window, name) => tree(window).locator('.monaco-list-row', { hasText: name }).first();
const heading = (window, state) => row(window, new RegExp(`^${state}\\s*\\d`));

/** Goes to a run of the view by the arrow keys. */
async function focusRun(window, name) {
  const { page } = window;
  const focusedRow = tree(window).locator('.monaco-list-row.focused');
  // A window that is still opening takes the focus.
  await window.until(async (timeout) => {
    await window.runCommand('SFT Workbench: Focus on Runs View');
    await row(window, name).waitFor({ timeout });
    await page.keyboard.press('Home');
    await focusedRow.waitFor({ timeout });
  });
  const passed = [];
  for (let at = 0; at < 40; at++) {
    const label = (await focusedRow.textContent()) ?? '';
    if (label.trim().startsWith(name)) return;
    passed.push(label);
    await page.keyboard.press('ArrowDown');
  }
  throw new Error(`the arrow keys do not come to ${name}: ${passed.join(', ')}`);
}

/** Presses a key at a run of the view until it shows something: a row that moves to another heading, as a run ends, loses the focus. */
async function pressAt(window, name, key, shown) {
  await window.until(async (timeout) => {
    await focusRun(window, name);
    await window.page.keyboard.press(key);
    await shown.waitFor({ timeout });
  });
}

/** Chooses from the context menu that the keyboard opens at a run: again, where a row that moves to another heading takes it away. */
async function fromMenu(window, name, title) {
  const { page } = window;
  const menu = page.locator('.monaco-menu');
  await window.until(async () => {
    await pressAt(window, name, 'Shift+F10', menu.getByText(title, { exact: true }));
    const items = await menu.locator('.action-item').count();
    for (let at = 0; at <= items; at++) {
      await page.keyboard.press('ArrowDown');
      const focused = menu.locator('.action-item.focused');
      if ((await focused.count()) > 0 && (await focused.first().textContent())?.includes(title)) {
        await page.keyboard.press('Enter');
        return;
      }
    }
    throw new Error(`the arrow keys do not come to ${title}`);
  });
}
