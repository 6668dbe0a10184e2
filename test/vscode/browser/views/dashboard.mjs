// The dashboard of a run that is over: what it shows is there again after a reload, its advice edits the configuration, it exports.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inflateSync } from 'node:zlib';
import { focusBeginning, tabThrough, tabTo } from '../keyboard.mjs';
import { eventsOf, trainedRun } from '../trained-run.mjs';

/** A rate at which the tiny model gets worse: the dashboard says so and offers a lower one. */
const tooHot = { max_steps: 40, learning_rate: 0.1, eval_steps: 10, save_steps: null };
const run = ({ workspace }) => trainedRun(workspace, 'too-hot', tooHot);
const shown = '.badge.done';

export const dashboardTests = {
  async 'dashboard: a finished run opens, and is there again when the window is loaded anew'(window) {
    const { page } = window;
    run(window);
    await window.openFolder();
    await window.showDashboard('too-hot');
    const first = await window.frameWith(shown);
    await first.locator('.predictions article').first().waitFor();
    await first.getByLabel('Log scale').check();
    await window.pictures('dashboard-advice');
    await window.reload();
    await page.locator('.tab.active', { hasText: 'too-hot' }).waitFor();
    const again = await window.frameWith(shown);
    await again.locator('.predictions article').first().waitFor();
    assert.equal(await again.getByLabel('Log scale').isChecked(), true, 'what was set is kept');
    assert.equal(await again.getByRole('progressbar').getAttribute('aria-valuetext'), 'step 40 of 40');
  },

  async 'dashboard: a remedy edits the configuration, and undo takes it back'(window) {
    const { page, workspace } = window;
    const file = path.join(workspace, 'too-hot/sft.config.json');
    const before = readFileSync(file, 'utf8');
    const dashboard = await window.frameWith(shown);
    const remedy = dashboard.locator('.advice vscode-button', { hasText: 'learning_rate' }).first();
    const [, rate] = /^Lower learning_rate from 0\.1 to (\S+)$/.exec(await remedy.textContent());
    await remedy.click();
    await page.locator('.tab.active.dirty[data-resource-name="sft.config.json"]').waitFor();
    await page.locator('.view-line', { hasText: new RegExp(`"learning_rate":\\s${Number(rate)},`) }).waitFor();
    await window.pictures('dashboard-remedy');
    assert.equal(readFileSync(file, 'utf8'), before, 'saving is left to the person');
    await page.keyboard.press('Control+z');
    await page.locator('.view-line', { hasText: /"learning_rate":\s0\.1\b/ }).waitFor();
    await page.locator('.tab.active.dirty').waitFor({ state: 'detached' });
    await window.showDashboard('too-hot');
    await (await window.frameWith(shown)).locator('.applied', { hasText: 'Applied' }).waitFor();
  },

  async 'dashboard: everything is done with the keyboard'(window) {
    const { page } = window;
    await window.showDashboard('too-hot');
    const dashboard = await window.frameWith(shown);
    await dashboard.locator('.predictions article').first().waitFor();
    const stops = await tabThrough(window, dashboard);
    const wanted = [
      'Chat',
      'Configuration',
      'Export…',
      'Lower learning_rate',
      'Smoothing',
      'Log scale',
      'Loss by step',
    ];
    for (const name of [
      ...wanted,
      'Values as a table',
      'Filter predictions by text',
      'Sort predictions',
      'Rating of the tuned',
    ])
      assert.ok(
        stops.some((stop) => stop.startsWith(name)),
        `${name} is not among ${stops.join(', ')}`,
      );

    await focusBeginning(dashboard);
    await tabTo(window, dashboard, 'Loss by step');
    const chart = dashboard.locator('[role=slider][aria-label="Loss by step"]');
    for (const key of ['ArrowLeft', 'Shift+ArrowLeft']) {
      const before = await chart.getAttribute('aria-valuetext');
      await page.keyboard.press(key);
      await dashboard.waitForFunction(
        ([node, text]) => node.getAttribute('aria-valuetext') !== text,
        [await chart.elementHandle(), before],
      );
    }
    await window.pictures('dashboard-keys');
    await page.keyboard.press('+');
    await tabTo(window, dashboard, 'Show All Steps', 'Shift+Tab');
    await page.keyboard.press('Enter');
    await dashboard.getByRole('button', { name: 'Show All Steps' }).waitFor({ state: 'hidden' });
    await tabTo(window, dashboard, 'Values as a table');
    await page.keyboard.press('Enter');
    await dashboard.getByText('Peak memory').last().waitFor();
    await tabTo(window, dashboard, 'Sort predictions');
    await page.keyboard.press('ArrowDown');
    const gains = async () => {
      const texts = await dashboard.locator('.predictions .change:has-text("ROUGE-L")').allTextContents();
      return texts.map((text) => {
        const [, from, to] = /([\d.]+) → ([\d.]+)/.exec(text);
        return to - from;
      });
    };
    await window.until(async () => {
      const shown = await gains();
      assert.ok(shown.length > 1 && shown.every((gain, at) => at === 0 || gain <= shown[at - 1] + 0.011), `${shown}`);
    });
    await tabTo(window, dashboard, 'Rating of the tuned');
    await page.keyboard.press('Space');
    await dashboard.getByText('1 rated, average 1.00 of 5').waitFor();
    await page.keyboard.press('ArrowRight');
    await dashboard.getByText('1 rated, average 2.00 of 5').waitFor();
    await page.keyboard.press('Delete');
    await dashboard.getByText('None rated yet').waitFor();
    await tabTo(window, dashboard, 'Configuration', 'Shift+Tab');
    await page.keyboard.press('Enter');
    await page.locator('.tab.active[data-resource-name="sft.config.json"]').waitFor();
  },

  async 'dashboard: a prediction opens its example beside the dashboard'(window) {
    const { page, workspace } = window;
    // Since the run something was put in before it.
    const file = path.join(workspace, 'too-hot/faq.json');
    const before = readFileSync(file, 'utf8');
    writeFileSync(file, before.replace('[\n', '[\n  {\n    "question": "Is it new?",\n    "answer": "It is."\n  },\n'));
    await window.showDashboard('too-hot');
    const dashboard = await window.frameWith(shown);
    const link = dashboard.locator('.predictions .facts .link').nth(1);
    const line = Number(/\d+/.exec(await link.textContent())[0]);
    await link.click();
    await page.locator('.tab.active[data-resource-name="faq.json"]').waitFor();
    await page.locator('.statusbar-item', { hasText: `Ln ${line + 4}, Col 1` }).waitFor();
    assert.ok(await dashboard.locator(shown).isVisible(), 'the dashboard is still to be seen');
    writeFileSync(file, before);
    await window.runCommand('View: Close Editor');
  },

  async 'dashboard: ratings are kept in the run folder and averaged'(window) {
    await window.showDashboard('too-hot');
    const dashboard = await window.frameWith(shown);
    const row = (at) => dashboard.locator('.predictions article').nth(at);
    await row(0).getByTitle('4: mostly right').click();
    await row(1).getByTitle('1: completely wrong').click();
    await dashboard.getByText('2 rated, average 2.50 of 5').waitFor();
    const kept = () => JSON.parse(readFileSync(path.join(run(window), 'ratings.json'), 'utf8')).ratings;
    // It is shown before it is written.
    const keptAre = (...ratings) =>
      window.until(() => {
        assert.deepEqual(
          kept().map(({ rating }) => rating),
          ratings,
        );
      });
    await keptAre(4, 1);
    await window.reload();
    const again = await window.frameWith(shown);
    await again.getByText('2 rated, average 2.50 of 5').waitFor();
    // Choosing the present rating again takes it back.
    await again.locator('.predictions article').nth(1).getByTitle('1: completely wrong').click();
    await again.getByText('1 rated, average 4.00 of 5').waitFor();
    await keptAre(4);
  },

  async 'dashboard: the exported report is one HTML file that needs nothing else'(window) {
    const file = await exported(window, 'Report as HTML', 'report.html');
    const html = readFileSync(file, 'utf8');
    assert.doesNotMatch(html, /<script|\b(?:src|href|srcset)\s*=|@import|url\(/i, 'refers to nothing');
    const context = await window.page.context().browser().newContext({ offline: true });
    try {
      const page = await context.newPage();
      const asked = [];
      page.on('request', (request) => asked.push(request.url()));
      await page.goto(`file://${file}`);
      await page.getByRole('heading', { name: 'too-hot', exact: true }).waitFor();
      assert.ok((await page.locator('svg path').count()) > 2, 'curves are drawn');
      assert.deepEqual(asked, [`file://${file}`]);
      await page.screenshot({ path: window.shot('exported-report'), fullPage: true });
    } finally {
      await context.close();
    }
  },

  async 'dashboard: the exported charts are one PNG'(window) {
    const image = readFileSync(await exported(window, 'Charts as PNG', 'charts.png'));
    assert.equal(image.toString('latin1', 1, 4), 'PNG');
    const { width, height, colours } = decoded(image);
    assert.ok(width >= 600 && width <= 3000 && height >= 900 && height <= 4000, `${width} x ${height}`);
    assert.ok(colours > 50, `${colours} colours: curves and text are drawn`);
  },

  async 'dashboard: the exported CSV has every step and every evaluation'(window) {
    const file = await exported(window, 'Events as CSV', 'events.csv');
    const [head, ...rows] = csvRows(readFileSync(file, 'utf8'));
    const at = (name) => head.indexOf(name);
    const of = (type) => rows.filter((row) => row[at('type')] === type);
    for (const row of rows) assert.equal(row.length, head.length);
    const events = eventsOf(run(window));
    for (const type of ['step', 'evaluation']) {
      assert.deepEqual(
        of(type).map((row) => [Number(row[at('step')]), Number(row[at('loss')])]),
        events.filter((event) => event.type === type).map(({ step, loss }) => [step, loss]),
      );
    }
    assert.equal(of('step').length, 40);
  },
};

/** Exports the run that is shown, through VS Code's own dialogs. @returns the file that was written */
async function exported(window, what, name) {
  const { page, workspace } = window;
  await window.showDashboard('too-hot');
  const dashboard = await window.frameWith(shown);
  await dashboard.locator('[data-action=export]').click();
  await window.choose(what);
  const file = path.join(workspace, 'too-hot', name);
  const input = page.locator('.quick-input-widget input.input');
  // The dialog begins with the name it proposes.
  await page.waitForFunction(() =>
    /\/20260102-101500-too-hot\.\w+$/.test(document.querySelector('.quick-input-widget input.input')?.value ?? ''),
  );
  await input.fill(file);
  await page.locator('.quick-input-widget').getByText('OK', { exact: true }).click();
  await window.notification(`Written to ${file}`);
  await window.clearNotifications();
  return file;
}

/** Size and number of colours of a PNG of eight bits a channel, as canvases write it. */
function decoded(image) {
  const chunks = [];
  let header;
  for (let at = 8; at < image.length;) {
    const length = image.readUInt32BE(at);
    const type = image.toString('latin1', at + 4, at + 8);
    const data = image.subarray(at + 8, at + 8 + length);
    if (type === 'IHDR') header = data;
    if (type === 'IDAT') chunks.push(data);
    at += 12 + length;
  }
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const channels = { 2: 3, 6: 4 }[header[9]];
  const pixels = inflateSync(Buffer.concat(chunks));
  const stride = 1 + width * channels;
  assert.equal(pixels.length, height * stride, 'every row is there');
  // Filters leave differences in place of colours: their number says as well whether anything is drawn.
  const colours = new Set();
  for (let row = 0; row < height; row++)
    for (let x = 1; x < stride; x += channels) colours.add(pixels.readUIntBE(row * stride + x, 3));
  return { width, height, colours: colours.size };
}

/** Of RFC 4180. */
function csvRows(text) {
  const rows = [];
  for (const record of text.matchAll(/(?:"(?:[^"]|"")*"|[^",\r\n]*)(?:,(?:"(?:[^"]|"")*"|[^",\r\n]*))*\r\n/g)) {
    const cells = [...record[0].slice(0, -2).matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)];
    rows.push(cells.map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain));
  }
  assert.equal(rows.map((row) => row.length).length, text.split('\r\n').length - 1);
  return rows;
}
