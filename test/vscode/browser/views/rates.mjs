// Learning rates tried in the window: the curve grows, a test is stopped, and the rate it suggests is taken with a click.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { focusBeginning, tabThrough } from '../keyboard.mjs';
import { writeConfig } from '../trained-run.mjs';

const tab = '[role=progressbar][aria-label="Rates tried"]';

export const ratesTests = {
  async 'rates: a test draws its curve, and its rate goes into the configuration with a click'(window) {
    const { page, workspace } = window;
    const file = writeConfig(workspace, 'rates', { learning_rate: 1e-6 });
    const before = readFileSync(file, 'utf8');
    await window.openFile('rates/sft.config.json');
    await window.runCommand('SFT: Find Learning Rate');
    const rates = await window.frameWith(tab);
    await rates.locator('.uplot').waitFor();
    await rates.locator('.badge.done').waitFor();
    const stops = await tabThrough(window, rates);
    for (const name of ['Set learning_rate to', 'Test Again', 'Configuration', 'Loss by learning rate', 'Values as a'])
      assert.ok(
        stops.some((stop) => stop.startsWith(name)),
        `${name} is not among ${stops.join(', ')}`,
      );
    await focusBeginning(rates);
    await window.pictures('rates');
    const take = rates.locator('vscode-button', { hasText: 'Set learning_rate to' });
    const [, rate] = /^Set learning_rate to (\S+)$/.exec(await take.textContent());
    await take.click();
    await page.locator('.tab.active.dirty[data-resource-name="sft.config.json"]').waitFor();
    await page.locator('.view-line', { hasText: new RegExp(`"learning_rate":\\s${Number(rate)}\\b`) }).waitFor();
    assert.equal(readFileSync(file, 'utf8'), before, 'saving is left to the person');
    await page.keyboard.press('Control+s');
    await page.locator('.tab.active.dirty').waitFor({ state: 'detached' });
  },

  async 'rates: a test is made again with the configuration as it is now, and stopped'(window) {
    await window.runCommand('SFT: Find Learning Rate');
    const rates = await window.frameWith(tab);
    await rates.getByText('Test Again').click();
    await rates.locator('.badge.working').waitFor();
    await rates.getByText('Stop', { exact: true }).click();
    await rates.locator('.badge.stopped').waitFor();
    await rates.getByText('Stopped. Nothing was kept.').waitFor();
    const now = await rates.locator('.figures div', { hasText: 'in the configuration' }).locator('dd').textContent();
    assert.notEqual(now, '1e-6');
  },
};
